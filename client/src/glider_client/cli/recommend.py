"""`glider recommend`: what a task should ask for, by its last runs."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from glider_client.cli.archived import Moment, archived_options
from glider_client.cli.examples import examples
from glider_client.cli.options import output_option
from glider_client.cli.places import Places
from glider_client.cli.printing import print_document
from glider_client.views.recommending import recommendation
from glider_core.api.moments import words

_LAST, _SINCE = 20, "90d"


@click.command(
    short_help="Print requests and limits for a task, by its last runs.",
    epilog=examples("glider recommend train", "glider recommend app.workflows.train --last 50", "glider recommend train -o json"),
)
@click.argument("task", metavar="TASK")
@click.option("--last", type=click.IntRange(min=1), default=_LAST, metavar="N", help=f"How many runs count. Default: {_LAST}.")
@click.option("--any-version", is_flag=True, help="Count runs of all versions of the task, not those of the latest alone.")
@click.option("--since", type=Moment(), default=_SINCE, metavar="MOMENT", help=f"Runs that ended since then. Default: {_SINCE}.")
@output_option("json", "yaml")
@archived_options
def recommend(task: str, last: int, any_version: bool, since: datetime, output: str, places: Places) -> None:
    """Print what TASK should ask for, by its last runs in the history, as a patch of its TaskTemplate.

    TASK is the task's full name, the last part of it, or its template's name. The patch is YAML with the reasons as comments; with -o the
    reasons go to standard error. It is empty where what the task asks for fits. A TaskTemplate that is there can't be changed: put the
    patch into a kustomization, or the resources to where the task is declared.
    """
    from glider_core.history.queries import Query

    rows = places.history().index.rows(Query(namespaces=(places.namespace,), task=task, completed_after=since))
    found = recommendation(rows, last=last, every_version=any_version)
    if found is None:
        places.report_problems()
        raise click.ClickException(
            f"the history has no run of {task!r} in the namespace {places.namespace!r} within {words(datetime.now(UTC) - since)}. "
            "`glider usage` lists the tasks that it has."
        )
    for reason in found.reasons:
        click.echo(reason if output else f"# {reason}", err=bool(output))
    if found.patch or output:
        print_document(found.patch, output or "yaml")
    places.end_with_problems()
