"""Follows executions for a command, and ends the process by what they came to.

Progress and errors go to standard error, outputs to standard output, so that they can be piped.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import click

from glider_client.cluster.client import Cluster
from glider_client.following.display import Display, Silent, display_for
from glider_client.following.following import Following
from glider_client.following.outcomes import ExitCode, exit_code, worst
from glider_client.following.results import error_lines, outputs_text, succeeded
from glider_core.api.labels import GROUP

Json = Mapping[str, Any]

#: The forms of `-o` of commands that create executions.
FORMATS = ("json", "name")


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
        final = following.run()
    except KeyboardInterrupt:
        _explain(cluster, [name for name, state in _names(following) if not state])
        raise SystemExit(int(ExitCode.INTERRUPTED)) from None
    traced = {state.name: state.traced for state in following.states.values()}
    for name, document in final.items():
        if not succeeded(document):
            for line in error_lines(document, traced=traced[name]):
                click.echo(line if alone else f"{name}  {line}", err=True)
    _write(final, output=output)
    raise SystemExit(int(worst(map(exit_code, final.values()))))


def write_created(executions: Sequence[Json], *, output: str) -> None:
    """What a command writes that doesn't follow what it has created."""
    if output == "json":
        _write_json(executions)
        return
    for one in executions:
        name = one["metadata"]["name"]
        click.echo(f"taskexecution.{GROUP}/{name}" if output == "name" else name)


def _names(following: Following) -> list[tuple[str, bool]]:
    return [(state.name, state.finished) for state in following.states.values()]


def _write(final: Mapping[str, Json | None], *, output: str) -> None:
    found = [document for document in final.values() if document is not None]
    if output:
        write_created(found, output=output)
        return
    for document in found:
        if succeeded(document) and (text := outputs_text(document)):
            if len(final) > 1:
                click.echo(f"---\nexecution: {document['metadata']['name']}")
            click.echo(text, nl=False)


def _write_json(documents: Sequence[Json]) -> None:
    listed = {"apiVersion": "v1", "kind": "List", "items": list(documents)}
    click.echo(json.dumps(documents[0] if len(documents) == 1 else listed, indent=4, ensure_ascii=False))


def _explain(cluster: Cluster, names: Sequence[str]) -> None:
    """What Ctrl-C has left running."""
    if not names:
        return
    named = " ".join(names)
    runs = f"{names[0]} goes on" if len(names) == 1 else f"{len(names)} executions go on"
    click.echo(f"\n{runs}. Follow: glider follow {named} -n {cluster.namespace}", err=True)
    click.echo(f"{' ' * len(runs)}  Cancel: glider cancel {named} -n {cluster.namespace}", err=True)
