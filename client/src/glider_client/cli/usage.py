"""`glider usage`: what executions of the history asked for and used, summed up."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from glider.wire.jsonform import FieldError
from glider_client.cli.archived import Moment, archived_options
from glider_client.cli.examples import examples
from glider_client.cli.options import output_option
from glider_client.cli.places import Places
from glider_client.cli.printing import print_document, print_table
from glider_client.views.costs import BY, HEADER, By, Costs, costs_of, parse_by, summed
from glider_core.api.moments import format_time
from glider_core.api.phases import Phase

_SINCE = "30d"
#: The last line of a table with several.
_ALL = "(all)"


class _By(click.ParamType[By]):
    """What executions are summed up by."""

    name = "by"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> By:
        if isinstance(value, By):
            return value
        try:
            return parse_by(str(value))
        except FieldError:
            return self.fail(f"expected one of {', '.join(BY)}, found {value!r}.", param, ctx)


@click.command(
    short_help="Sum up what executions asked for and used.",
    epilog=examples("glider usage", "glider usage -A --by namespace --since 7d", "glider usage --by label=team --since 2026-01-01 -o json"),
)
@click.option("--by", type=_By(), default="task", metavar="|".join(BY), help="What executions are summed up by. Default: task.")
@click.option(
    "--since", type=Moment(), default=_SINCE, metavar="MOMENT", help=f"Those that ended since then: 7d, 2026-01-31. Default: {_SINCE}."
)
@click.option("--until", type=Moment(), metavar="MOMENT", help="Those that ended before that. Default: now.")
@click.option("-A", "--all-namespaces", is_flag=True, help="Of all namespaces.")
@click.option("-l", "--selector", metavar="LABELS", default="", help="Only with these labels, as kubectl's -l.")
@click.option(
    "--phase",
    "phases",
    multiple=True,
    type=click.Choice([phase.value for phase in Phase if phase.terminal], case_sensitive=False),
    metavar="PHASE",
    help="Only those that ended in this phase, such as Failed. Repeatable.",
)
@output_option("json", "yaml")
@archived_options
def usage(
    by: By,
    since: datetime,
    until: datetime | None,
    all_namespaces: bool,
    selector: str,
    phases: tuple[str, ...],
    output: str,
    places: Places,
) -> None:
    """Sum up what the executions of the history asked for and used: CPU, memory and GPUs in hours, failures, retries and waits.

    An hour that is asked for is a request times the time that attempts ran. USED is the share of CPU time of that, PEAK how much of the
    memory the highest peak was. docs/history.md defines each figure.
    """
    from glider_core.history.queries import Query

    query = Query(
        namespaces=None if all_namespaces else (places.namespace,),
        labels=selector,
        phases=phases,
        completed_after=since,
        completed_before=until,
    )
    rows = list(places.history().index.rows(query))
    groups, total = costs_of(rows, by=by), summed(_ALL, rows)
    if output:
        print_document(_document(by, since, until, groups, total), output)
    elif groups:
        lines = [one.row() for one in (*groups, *([total] if len(groups) > 1 else []))]
        print_table([by.name, *HEADER], lines)
    else:
        where = "any namespace" if all_namespaces else f"the namespace {places.namespace!r}"
        click.echo(f"The history has no such execution of {where} that ended since {format_time(since)}.", err=True)
    places.end_with_problems()


def _document(by: By, since: datetime, until: datetime | None, groups: list[Costs], total: Costs) -> dict[str, Any]:
    """As -o json has it."""
    return {
        "by": by.name,
        "since": format_time(since),
        "until": format_time(until),
        "groups": [one.document() for one in groups],
        "total": {key: value for key, value in total.document().items() if key != "key"},
    }
