"""`glider history`: for the history as a whole. What is in it is shown by the commands that show live executions."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from glider_client.cli.archived import archived_options
from glider_client.cli.examples import examples
from glider_client.cli.places import Places
from glider_core.archive.checking import Checking, Difference

_DIFFERENT = 1
#: How many differences of one kind are listed.
_LISTED = 20


@click.command(epilog=examples("glider history check", "glider history check -A --repair"))
@click.argument("action", type=click.Choice(["check"]), metavar="check")
@click.option("-A", "--all-namespaces", is_flag=True, help="Of all namespaces.")
@click.option("--repair", is_flag=True, help="Make the index agree with the records.")
@archived_options
def history(action: str, all_namespaces: bool, repair: bool, places: Places) -> None:
    """Check the history of executions in the store. What is in it is shown by `glider get --history`.

    `check` compares its index with the records that there are, all of which it lists. Exits with 1 where they don't agree. --repair adds
    rows of records that the index doesn't have, marks as deleted those that have no record, and removes segments of the index that
    aren't whole. It needs the rights to write and delete below the history's prefix.
    """
    past = places.history()
    checking = Checking(past.storage, index=past.index, records=past.records)
    records, found, left = 0, list[Difference](), list[Difference]()
    for namespace in checking.namespaces() if all_namespaces else [places.namespace]:
        for month in checking.compare(namespace):
            records += month.records
            found += month.differences
            left += checking.repair(month.differences, now=datetime.now(UTC)) if repair else month.differences
    for line in _lines(left if repair else found):
        click.echo(line)
    repaired = f", {len(found) - len(left)} repaired" if repair and found else ""
    click.echo(f"{records} records, {len(found)} differences{repaired}")
    if left:
        raise SystemExit(_DIFFERENT)


def _lines(differences: list[Difference]) -> list[str]:
    """What doesn't agree, the first ones of each kind."""
    lines = []
    for kind in dict.fromkeys(one.kind for one in differences):
        same = [one for one in differences if one.kind is kind]
        lines += [f"{_subject(one)} {kind.value}" for one in same[:_LISTED]]
        lines += [f"{len(same) - _LISTED} more: {kind.value}"] if len(same) > _LISTED else []
    return lines


def _subject(difference: Difference) -> str:
    row = difference.row
    return f"{row.namespace}/{row.name} ({difference.uri})" if row else difference.uri
