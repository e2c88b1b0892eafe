"""The options that several commands of `glider` have, so that they mean the same in each."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import click

if TYPE_CHECKING:
    from glider_client.cluster.client import Cluster

#: The forms of `-o` of commands that create executions, or follow them.
CREATED_FORMATS = ("json", "name")
#: A file that is there.
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_MANIFESTS = click.Path(exists=True, dir_okay=False, path_type=Path, allow_dash=True)

Decorator: TypeAlias = Callable[[Callable[..., Any]], Callable[..., Any]]


def manifests_option(*, what: str, required: bool = True) -> Decorator:
    """`-f`, as kubectl has it, as the argument `files`; `what` the files hold."""
    text = f"{what}; - is standard input. Repeatable."
    return click.option("-f", "--filename", "files", type=_MANIFESTS, multiple=True, required=required, help=text)


#: `--config`, as the argument `config_file`.
config_option: Decorator = click.option(
    "--config", "config_file", type=FILE, help="The operator's configuration. Default: its built-in one."
)

_CLUSTER_OPTIONS = (
    click.option("-n", "--namespace", metavar="NAMESPACE", help="The namespace. Default: the context's."),
    click.option("--context", metavar="NAME", help="The kubeconfig's context. Default: its current one."),
    click.option(
        "--kubeconfig",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Default: $KUBECONFIG's files, or ~/.kube/config, or the pod's.",
    ),
    click.option("--as", "user", metavar="USER", help="Act as this user."),
    click.option("--as-group", "groups", metavar="GROUP", multiple=True, help="Act as a member of this group. Repeatable."),
)


def connection_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Kubectl's options for a cluster, for a command that may need none: it gets the argument `connect`, which makes the Cluster."""

    @functools.wraps(command)
    def with_connect(
        *arguments: Any,
        namespace: str | None,
        context: str | None,
        kubeconfig: Path | None,
        user: str | None,
        groups: tuple[str, ...],
        **named: Any,
    ) -> Any:
        connect = functools.partial(connect_to, namespace=namespace, context=context, kubeconfig=kubeconfig, user=user, groups=groups)
        return command(*arguments, connect=connect, **named)

    decorated: Callable[..., Any] = with_connect
    for option in reversed(_CLUSTER_OPTIONS):
        decorated = option(decorated)
    return decorated


def connect_to(
    *, namespace: str | None, context: str | None, kubeconfig: Path | None, user: str | None, groups: tuple[str, ...]
) -> Cluster:
    """The cluster of these options."""
    from glider_client.cluster.client import Cluster

    return Cluster.connect(kubeconfig=kubeconfig, context=context, namespace=namespace, user=user, groups=groups)


def cluster_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Kubectl's options for a cluster. The command gets the argument `cluster`, a `glider_client.cluster.client.Cluster`."""

    @functools.wraps(command)
    def connected(*arguments: Any, connect: Callable[[], Cluster], **named: Any) -> Any:
        return command(*arguments, cluster=connect(), **named)

    return connection_options(connected)


class Duration(click.ParamType[timedelta]):
    """A duration, as people and Kubernetes write it."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """As click calls it."""
        if isinstance(value, timedelta):
            return value
        from glider_client.inputs.moments import duration

        try:
            return duration(str(value))
        except ValueError as error:
            return self.fail(f"{error}, found {value!r}.", param, ctx)


class _Format(click.ParamType[str]):
    """One of `formats`; one that ends in `=` has something after it."""

    name = "format"

    def __init__(self, formats: tuple[str, ...]) -> None:
        self._formats = formats

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = str(value)
        if not text:  # the default
            return text
        if (text in self._formats and not text.endswith("=")) or any(text.startswith(one) for one in self._formats if one.endswith("=")):
            return text
        return self.fail(
            f"expected {', '.join(f'{one}…' if one.endswith('=') else one for one in self._formats)}, found {text!r}.", param, ctx
        )

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
        from click.shell_completion import CompletionItem

        return [CompletionItem(one) for one in self._formats if one.startswith(incomplete)]


def output_option(*formats: str) -> Decorator:
    """`-o`, as the argument `output`: one of `formats`, such as json or `jsonpath=`; empty for what people read."""
    shown = "|".join(f"{one}…" if one.endswith("=") else one for one in formats)
    return click.option(
        "-o", "--output", type=_Format(formats), default="", metavar=shown, help="The form of the output.", show_default=False
    )


def pairs(ctx: click.Context, param: click.Parameter, texts: tuple[str, ...]) -> dict[str, str]:
    """The callback of an option that takes NAME=VALUE several times."""
    found = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise click.BadParameter(f"expected NAME=VALUE, found {text!r}.", ctx, param)
        found[name] = value
    return found


def label_pairs(ctx: click.Context, param: click.Parameter, texts: tuple[str, ...]) -> dict[str, str]:
    """The callback of `--label`: what Kubernetes takes."""
    from glider_core.api.fields import LABEL_KEY, LABEL_VALUE

    found = pairs(ctx, param, texts)
    for name, value in found.items():
        if not re.fullmatch(LABEL_KEY, name) or not re.fullmatch(f"({LABEL_VALUE})?", value):
            expected = "a label such as team=ml: at most 63 letters, digits, dashes, underscores and dots"
            raise click.BadParameter(f"expected {expected}, found '{name}={value}'.", ctx, param)
    return found


def execution_name(ctx: click.Context, param: click.Parameter, text: str | None) -> str | None:
    """The callback of `--name`: what Kubernetes takes, and a label holds."""
    from glider_core.api.execution import MAX_NAME
    from glider_core.api.names import NAME

    if text is not None and not (re.fullmatch(NAME, text) and len(text) <= MAX_NAME):
        expected = f"at most {MAX_NAME} lower-case letters, digits, dashes and dots, with a letter or digit at both ends"
        raise click.BadParameter(f"expected {expected}, found {text!r}" + (f" ({len(text)})." if len(text) > MAX_NAME else "."), ctx, param)
    return text


#: A reference to an image, as registries and the kubelet take it: HOST:PORT/REPOSITORY:TAG@DIGEST.
_REPOSITORY = r"[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*"
_HOST = r"(?:[A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9A-Fa-f:]+\])(?::[0-9]+)?"
_IMAGE = rf"(?:{_HOST}/)?{_REPOSITORY}(?:/{_REPOSITORY})*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{{0,127}})?(?:@[a-z0-9+._-]+:[0-9a-fA-F]{{32,}})?"


def image_reference(ctx: click.Context, param: click.Parameter, text: str | None) -> str | None:
    """The callback of `--image`: what a kubelet can pull. Any other text would only fail in the pod, as InvalidImageName."""
    if text and not re.fullmatch(_IMAGE, text):
        raise click.BadParameter(f"expected an image such as registry.example/team/app:1.4, in lower case, found {text!r}.", ctx, param)
    return text


def packages(ctx: click.Context, param: click.Parameter, texts: tuple[str, ...]) -> tuple[str, ...]:
    """The callback of `--packages`: what pip takes, and what can travel to the pod."""
    if texts:
        from glider_client.registration.errors import RegistrationError
        from glider_client.registration.requirements import normalized

        try:
            normalized(texts, where="")
        except RegistrationError as error:
            raise click.BadParameter(f"{str(error).removeprefix(': ')}.", ctx, param) from error
    return texts


def quantity(ctx: click.Context, param: click.Parameter, text: str | None) -> str | None:
    """The callback of an option for an amount."""
    from glider_core.api.quantities import parse_quantity

    if text is not None:
        try:
            parse_quantity(text)
        except ValueError as error:
            raise click.BadParameter(f"{error}.", ctx, param) from error
    return text
