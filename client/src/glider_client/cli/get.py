"""`glider get`: executions as `kubectl get` shows them, by the same server-side table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import click

from glider_client.cli.examples import examples
from glider_client.cli.listing import FORMATS, Listing, Query, selection_options
from glider_client.cli.options import output_option
from glider_client.cli.places import Places, place_options
from glider_client.cli.selection import plain_name
from glider_client.cli.watching import watch_listing
from glider_client.cluster import paths
from glider_core.api.phases import Phase

_PHASES = click.Choice([phase.value for phase in Phase], case_sensitive=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Asked:
    """Which executions the options ask for."""

    names: tuple[str, ...]
    all_namespaces: bool
    labels: str
    fields: str
    phases: tuple[Phase, ...]
    created_after: datetime | None


@click.command(
    epilog=examples(
        "glider get",
        "glider get -A --phase Failed --since 7d",
        "glider get train -o jsonpath='{.status.outputs}'",
        "glider get -l team=a -w",
        "glider get --history --since 7d --phase Failed",
    )
)
@click.argument("names", nargs=-1, metavar="[NAME]...")
@selection_options
@click.option("-A", "--all-namespaces", is_flag=True, help="Of all namespaces.")
@click.option("--phase", "phases", multiple=True, type=_PHASES, metavar="PHASE", help="Only in this phase, such as Failed. Repeatable.")
@click.option("--since", metavar="DURATION", default="", help="Only those created within it: 30m, 24h, 7d.")
@click.option("-w", "--watch", "watches", is_flag=True, help="Go on printing changes, until Ctrl-C.")
@click.option("--no-headers", is_flag=True, help="Leave out the header of a table.")
@output_option(*FORMATS)
@place_options
def get(
    names: tuple[str, ...],
    selector: str,
    field_selector: str,
    all_namespaces: bool,
    phases: Sequence[str],
    since: str,
    watches: bool,
    no_headers: bool,
    output: str,
    places: Places,
) -> None:
    """Show executions, all of the namespace or those with the NAMEs.

    Without -o the API server makes the table, so that it is the one of `kubectl get te`. -o json and yaml print the objects as
    kubectl does: one for one NAME, else a List. A NAME that isn't on the cluster any more is looked for in the history, where there is
    one; there its UID will do, too. --history lists what is there, the newest first.
    """
    if names and (all_namespaces or selector or field_selector or phases or since):
        raise click.UsageError("expected NAMEs, or -A, -l, --field-selector, --phase and --since; found both.")
    if watches and len(names) > 1:
        raise click.UsageError(f"-w: expected one NAME or none, found {len(names)}. Use -l to watch several.")
    if watches and places.only_history:
        raise click.UsageError("-w: expected executions on the cluster, found --history: what is in the history doesn't change.")
    asked = _Asked(
        names=tuple(map(plain_name, names)),
        all_namespaces=all_namespaces,
        labels=selector,
        fields=field_selector,
        phases=tuple(map(Phase, phases)),
        created_after=_moment(since),
    )
    if places.only_history:
        _show_past(asked, places, output=output, headers=not no_headers)
    elif watches:
        watch_listing(_listing(asked, places, output=output, headers=not no_headers))
    else:
        _listing(asked, places, output=output, headers=not no_headers).show()


def _show_past(asked: _Asked, places: Places, *, output: str, headers: bool) -> None:
    from glider_client.cli.past import past_query, show_past

    query = past_query(
        names=asked.names,
        namespace="" if asked.all_namespaces else places.namespace,
        phases=asked.phases,
        fields=asked.fields,
        labels=asked.labels,
        created_after=asked.created_after,
    )
    show_past(places, query, output=output, headers=headers)


def _listing(asked: _Asked, places: Places, *, output: str, headers: bool) -> Listing:
    """What is on the cluster; a name that isn't there is looked for in the history."""

    def elsewhere(name: str) -> Mapping[str, Any]:
        from glider_client.cli.past import shown

        return shown(places.find(name), output=output)

    cluster = places.cluster
    query = Query(
        names=asked.names,
        labels=asked.labels,
        fields=",".join(filter(None, (asked.fields, of_phases(asked.phases)))),
        created_after=asked.created_after,
    )
    namespace = "" if asked.all_namespaces else cluster.namespace
    return Listing(cluster, paths.executions, namespace, query, output=output, headers=headers, what="executions", elsewhere=elsewhere)


def of_phases(phases: Sequence[Phase]) -> str:
    """The field selector for executions in one of `phases`. Field selectors have no `or`: several phases are none of the others."""
    if not phases:
        return ""
    if len(set(phases)) == 1:
        return f"status.phase={phases[0].value}"
    return ",".join(f"status.phase!={phase.value}" for phase in Phase if phase not in phases)


def _moment(since: str) -> datetime | None:
    if not since:
        return None
    from glider_client.inputs.moments import duration

    try:
        return datetime.now(UTC) - duration(since)
    except ValueError as error:
        raise click.BadParameter(f"{error}, found {since!r}.", param_hint="--since") from error
