"""Which executions a command is for: those that are named, those of a label selector, or all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import click

from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import ClusterError
from glider_client.cluster.paths import executions
from glider_core.api.labels import EXECUTIONS, GROUP

Json = Mapping[str, Any]

#: What kubectl calls them; a name may have one of these before a slash.
_KINDS = ("te", "taskexecution", EXECUTIONS, f"taskexecution.{GROUP}", f"{EXECUTIONS}.{GROUP}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """What the options choose. `label`: with a selector or for all, `query` leaves out what the command isn't for."""

    names: tuple[str, ...] = ()
    selector: str = ""
    everything: bool = False
    all_namespaces: bool = False

    def check(self) -> None:
        """Raises a UsageError where the options don't fit together."""
        if self.names and (self.selector or self.everything or self.all_namespaces):
            raise click.UsageError("expected names, or one of -l and --all (and -A), found both. Leave one out.")
        if self.selector and self.everything:
            raise click.UsageError("expected one of -l and --all, found both. Leave one out.")
        if not self.names and not self.selector and not self.everything:
            raise click.UsageError("expected the name of an execution, -l SELECTOR or --all, found nothing. `glider get` lists executions.")

    def shown(self, execution: Json) -> str:
        """The execution's name in messages."""
        metadata = execution["metadata"]
        return f"{metadata['namespace']}/{metadata['name']}" if self.all_namespaces else str(metadata["name"])

    def where(self, cluster: Cluster) -> str:
        """The namespace, in words."""
        return "all namespaces" if self.all_namespaces else f"the namespace {cluster.namespace}"

    def found(self, cluster: Cluster, *, query: Mapping[str, str]) -> Iterator[Json | ClusterError]:
        """The executions, and the error of each that can't be read.

        Args:
            cluster: the cluster.
            query: narrows what isn't named.
        """
        if not self.names:
            labels = {"labelSelector": self.selector} if self.selector else {}
            yield from cluster.items(executions("" if self.all_namespaces else cluster.namespace), query={**query, **labels})
        for name in dict.fromkeys(map(plain_name, self.names)):
            try:
                yield cluster.get(executions(cluster.namespace, name))
            except ClusterError as error:
                yield error


def plain_name(text: str) -> str:
    """The name of an execution; kubectl's `te/NAME` will do."""
    kind, slash, name = text.partition("/")
    if not slash:
        name = text
    if not name or "/" in name or (slash and kind not in _KINDS):
        raise click.UsageError(f"expected the name of an execution, such as hello-x7k2p or te/hello-x7k2p, found {text!r}.")
    return name


def selection_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """NAME…, -l, --all, -A and --yes; the command gets `names`, `selector`, `everything`, `all_namespaces` and `yes`."""
    for option in (
        click.option("-y", "--yes", is_flag=True, help="With --all: don't ask."),
        click.option("-A", "--all-namespaces", is_flag=True, help="With -l or --all: in all namespaces."),
        click.option("--all", "everything", is_flag=True, help="All executions of the namespace; needs --yes."),
        click.option("-l", "--selector", metavar="SELECTOR", default="", help="Those with these labels, such as team=a,!test."),
        click.argument("names", nargs=-1, metavar="[NAME]..."),
    ):
        command = option(command)
    return command


def wait_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """--wait and --timeout, of verbs that take effect later; the command gets `wait` and `timeout`, in seconds or None."""
    for option in (
        click.option(
            "--timeout", type=click.FloatRange(min=0), metavar="SECONDS", help="How long to wait at most. Default: without a limit."
        ),
        click.option("--wait", is_flag=True, help="Wait until that has taken effect."),
    ):
        command = option(command)
    return command
