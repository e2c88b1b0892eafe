"""`glider describe`: one execution for people: its state with reasons, its attempts, what it used, its pods and its Events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import click

from glider_client.checks.operators import is_written, unserved
from glider_client.cli.examples import examples
from glider_client.cli.options import output_option
from glider_client.cli.places import Places, place_options
from glider_client.cli.printing import print_document
from glider_client.cluster.errors import ForbiddenError
from glider_client.cluster.operators import operators_of
from glider_client.following.results import error_lines
from glider_client.history.finding import Found
from glider_client.views.describing import Facts, described, description

Json = Mapping[str, Any]


@click.command(
    short_help="Show one execution: conditions, attempts, error, Events.",
    epilog=examples(
        "glider describe divide-ten-by-zero",
        "glider describe divide-ten-by-zero -n team-a -o json",
        "glider describe train --history",
    ),
)
@click.argument("name")
@output_option("json", "yaml")
@place_options
def describe(name: str, output: str, places: Places) -> None:
    """Show the TaskExecution NAME.

    Shows its phase and conditions, its attempts in time, what they used beside what was asked for and what to ask for instead, its pods,
    inputs and outputs, its error, links and Events. Where no operator reconciles it, the output has the reason.

    An execution that is gone from the cluster is shown as the history has it, with its pods and Events as they were at its end.
    """
    facts, now = read(places.find(name)), datetime.now(UTC)
    if output:
        print_document(description(facts, now=now), output)
    else:
        click.echo("\n".join(described(facts, now=now)))


def read(found: Found) -> Facts:
    """All that there is to show of an execution; what the user may not read is left out and named."""
    unread = list[str]()

    def allowed(what: str, asked: Callable[[], list[Json]]) -> list[Json]:
        try:
            return asked()
        except ForbiddenError as error:
            unread.append(f"{what}: {error}")
            return []

    pods = allowed("pods", found.pods)
    events = allowed("Events", lambda: found.events(pods))
    failed = bool((found.execution.get("status") or {}).get("error"))
    return Facts(
        execution=found.execution,
        template=_template(found),
        pods=pods,
        events=events,
        error=list(error_lines(found.execution)) if failed else [],
        unserved=_unserved(found),
        unread=unread,
    )


def _template(found: Found) -> Json | None:
    try:
        return found.template()
    except ForbiddenError:
        return None


def _unserved(found: Found) -> str:
    if found.cluster is None or is_written(found.execution):
        return ""
    try:
        return unserved(found.execution, operators_of(found.cluster), now=datetime.now(UTC))
    except ForbiddenError:
        return ""
