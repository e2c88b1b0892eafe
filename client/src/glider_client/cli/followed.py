"""Follows executions for a command, and ends the process by what they came to.

Progress and errors go to standard error, outputs to standard output, so that they can be piped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NoReturn

import click

from glider_client.cli.interrupts import is_interrupt
from glider_client.cli.printing import list_of, printer
from glider_client.cluster.client import Cluster
from glider_client.following.display import Display, Silent, display_for
from glider_client.following.following import Following
from glider_client.following.outcomes import ExitCode, exit_code, worst
from glider_client.following.results import error_lines, outputs_text, succeeded
from glider_client.following.state import Followed
from glider_client.views.documents import without_managed_fields

Json = Mapping[str, Any]


def follow_and_report(cluster: Cluster, executions: Sequence[Json], *, output: str = "", quiet: bool = False) -> NoReturn:
    """Follow `executions`, report what they came to, and exit with the code for that. Ctrl-C ends the following alone.

    Args:
        cluster: where they run.
        executions: their documents, as the API server has them.
        output: `json`, `name`, or nothing: then the outputs are written as YAML.
        quiet: show no progress and no logs.
    """
    alone = len(executions) == 1
    display: Display = Silent() if quiet else display_for(alone=alone)
    following = Following(cluster, executions, display=display, logs=not quiet)
    try:
        following.run()
    except BaseException as error:
        if not is_interrupt(error):
            raise
        _explain(following.states.values())
        raise SystemExit(int(ExitCode.INTERRUPTED)) from None
    final = [(state, None if state.deleted else state.execution) for state in following.states.values()]
    for state, document in final:
        report(state.name, document, alone=alone, traced=state.traced, quiet=bool(output))
    if output:
        write_created([document for _, document in final if document is not None], output=output)
    raise SystemExit(int(worst(exit_code(document) for _, document in final)))


def report(name: str, document: Json | None, *, alone: bool = True, traced: bool = False, quiet: bool = False) -> None:
    """What the execution of that name came to: outputs on standard output, an error on standard error.

    Args:
        name: its name.
        document: its document; None where it was deleted.
        alone: whether there is no other one, so that the name needn't be there.
        traced: whether its log has shown the traceback already.
        quiet: whether outputs are written in another form.
    """
    if not succeeded(document):
        for line in error_lines(document, traced=traced):
            click.echo(line if alone else f"{name}  {line}", err=True)
    elif document is not None and not quiet and (text := outputs_text(document)):
        if not alone:
            click.echo(f"---\nexecution: {name}")
        click.echo(text, nl=False)


def write_created(executions: Sequence[Json], *, output: str) -> None:
    """What a command writes that doesn't follow what it has created."""
    if output:
        shown = [without_managed_fields(one) for one in executions]
        printer(output)(shown[0] if len(shown) == 1 else list_of(shown))
        return
    for one in executions:
        click.echo(one["metadata"]["name"])


def _explain(states: Iterable[Followed]) -> None:
    """What Ctrl-C has left running."""
    unfinished = [state for state in states if not state.finished]
    for namespace in dict.fromkeys(state.namespace for state in unfinished):
        names = [state.name for state in unfinished if state.namespace == namespace]
        named = " ".join(names)
        runs = f"{names[0]} goes on" if len(names) == 1 else f"{len(names)} executions go on"
        click.echo(f"\n{runs}. Follow: glider follow {named} -n {namespace}", err=True)
        click.echo(f"{' ' * len(runs)}  Cancel: glider cancel {named} -n {namespace}", err=True)
