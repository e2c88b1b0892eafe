"""`glider completion`: the script by which a shell completes `glider`, and what it then asks for: also names from the cluster.

Whoever presses Tab waits, and sees nothing of errors: a cluster that doesn't answer at once has no names.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import click
from click.shell_completion import CompletionItem, get_completion_class

from glider_client.cli.examples import examples

#: What click's scripts set while they ask.
VARIABLE = "_GLIDER_COMPLETE"
_SHELLS = ("bash", "zsh", "fish")
#: Seconds to wait for the cluster.
_PATIENCE = 1.5
#: Commands whose NAME is a TaskTemplate's; elsewhere it is an execution's.
_OF_TEMPLATES = frozenset({"templates"})
#: Commands that take a task, which is none of click's arguments, and whether that may be a file.
_OF_TASKS = {"run": ("templates", True), "rerun": ("executions", False)}
_NAMES = frozenset({"name", "names"})

Completer = Callable[[click.Context, str], list[CompletionItem]]


@click.command(
    epilog=examples(
        "source <(glider completion bash)",
        "glider completion zsh > ~/.zfunc/_glider",
        "glider completion fish > ~/.config/fish/completions/glider.fish",
    )
)
@click.argument("shell", type=click.Choice(_SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the script that completes `glider` in SHELL: commands, options, and names from the cluster.

    Add it to what your shell reads when it starts; the examples show where.
    """
    kind = get_completion_class(shell)
    assert kind is not None, "click has all three"
    script = kind(ctx.find_root().command, {}, "glider", VARIABLE)
    click.echo(script.source_template % script.source_vars())  # not by source(), which asks the path's bash for its version first


def with_names(name: str, command: click.Command) -> click.Command:
    """The subcommand `name`, so that it also completes names from the cluster."""
    if name in _OF_TASKS:
        resource, files = _OF_TASKS[name]
        setattr(command, "shell_complete", partial(_task, command.shell_complete, resource, files))  # noqa: B010 - a method
        return command
    resource = "templates" if name in _OF_TEMPLATES else "executions"
    for parameter in command.params:
        completer = (
            partial(names, resource)
            if isinstance(parameter, click.Argument) and parameter.name in _NAMES
            else _OPTIONS.get(parameter.name or "")
        )
        if completer is not None:
            setattr(parameter, "shell_complete", completer)  # noqa: B010
    return command


def names(resource: str, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
    """The names of executions or templates in the namespace, with their phases."""
    prefix = "te/" if incomplete.startswith("te/") else ""
    found = _in_time(partial(_listed, resource, _connection(ctx)))
    return [CompletionItem(f"{prefix}{name}", help=text) for name, text in found if f"{prefix}{name}".startswith(incomplete)]


def _task(own: Completer, resource: str, files: bool, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
    found = own(ctx, incomplete)
    if incomplete.startswith("-"):
        return found
    return [*found, *(_python_files(incomplete) if files else ()), *names(resource, ctx, incomplete)]


def _python_files(incomplete: str) -> Iterator[CompletionItem]:
    """What the shell does for files, first, since that takes back what was offered before; bash then only does it where nothing fits."""
    yield CompletionItem(incomplete, type="file")
    if os.environ.get(VARIABLE, "").startswith("bash"):
        folder, slash, begun = incomplete.rpartition("/")
        found = sorted(path.name for path in Path(f"{folder}{slash}" or ".").glob("*.py"))
        yield from (CompletionItem(f"{folder}{slash}{name}") for name in found if name.startswith(begun))


def _namespaces(ctx: click.Context, incomplete: str) -> list[CompletionItem]:
    found = _in_time(partial(_listed, "namespaces", _connection(ctx)))
    return [CompletionItem(name) for name, _ in found if name.startswith(incomplete)]


def _contexts(ctx: click.Context, incomplete: str) -> list[CompletionItem]:
    from glider_client.cluster.kubeconfig import contexts_of

    with _silent():
        try:
            found = contexts_of(os.environ, kubeconfig=ctx.params.get("kubeconfig"))
        except Exception:  # whatever is wrong with it, nobody who presses Tab wants to know
            found = []
    return [CompletionItem(name) for name in found if name.startswith(incomplete)]


_OPTIONS: dict[str, Completer] = {"namespace": _namespaces, "context": _contexts}


def _connection(ctx: click.Context) -> dict[str, object]:
    asked = {name: ctx.params.get(name) for name in ("namespace", "context", "kubeconfig", "user")}
    return asked | {"groups": tuple(ctx.params.get("groups") or ())}


def _listed(resource: str, connection: dict[str, object]) -> list[tuple[str, str]]:
    """Names, each with a word about it: a page of them is enough for Tab."""
    from glider_client.cluster import paths
    from glider_client.cluster.client import TABLE, Cluster

    cluster = Cluster.connect(**connection)  # type: ignore[arg-type]
    path = {
        "executions": paths.executions(cluster.namespace),
        "templates": paths.templates(cluster.namespace),
        "namespaces": paths.namespaces(),
    }[resource]
    table = cluster.get(path, query={"limit": "500"}, accept=TABLE)
    columns = [column["name"] for column in table["columnDefinitions"]]
    phase = columns.index("Phase") if "Phase" in columns else None
    return [(row["object"]["metadata"]["name"], "" if phase is None else str(row["cells"][phase] or "")) for row in table["rows"]]


def _in_time(ask: Callable[[], list[tuple[str, str]]]) -> list[tuple[str, str]]:
    """What `ask` returns; nothing where it raises, or takes longer than anybody waits."""
    found: list[tuple[str, str]] = []

    def run() -> None:
        try:
            found.extend(ask())
        except BaseException:  # errors of the cluster, of plugins that issue credentials, of the kubeconfig
            return

    with _silent():
        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        thread.join(_PATIENCE)
    return list(found)


@contextmanager
def _silent() -> Iterator[None]:
    """Nothing is written between the prompt and what the user types, also not by plugins that issue credentials."""
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
