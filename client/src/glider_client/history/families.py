"""Executions of the history that belong together: what repeats one, what that has started, and so on, for a tree of them.

An index isn't by relation. But nothing that repeats or was started by an execution ended before that was created: so one pass over the
namespace's rows from then on finds all of them, and what an execution repeats is found by its UID. No record is read for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from glider_client.history.source import History
from glider_core.api.execution import parent_in
from glider_core.api.labels import RERUN_OF
from glider_core.api.moments import parse_time
from glider_core.history.queries import Query, first_completion
from glider_core.history.rows import Row

Json = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """An execution, as far as it matters for who belongs to whom. `row`: its row; None where it is on the cluster.

    `rerun_of` and `parent` are UIDs, or empty.
    """

    uid: str
    created: datetime | None
    rerun_of: str
    parent: str
    row: Row | None = None

    @classmethod
    def of_live(cls, execution: Json) -> Member:
        """One on the cluster."""
        metadata = execution["metadata"]
        return cls(
            uid=metadata["uid"],
            created=parse_time(metadata.get("creationTimestamp")),
            rerun_of=str((metadata.get("labels") or {}).get(RERUN_OF) or ""),
            parent=owner.uid if (owner := parent_in(metadata)) else "",
        )

    @classmethod
    def of_row(cls, row: Row) -> Member:
        """One in the history."""
        return cls(uid=row.uid, created=parse_time(row.created or None), rerun_of=row.rerun_of, parent=row.parent, row=row)


@dataclass(frozen=True, kw_only=True, slots=True)
class Family:
    """Executions that belong together, as far as they aren't on the cluster.

    Attributes:
        first: the UID of the one that all others follow from.
        rows: those of the history.
        left_out: how many more of the history there are.
    """

    first: str
    rows: tuple[Row, ...]
    left_out: int = 0


def family_of(history: History, start: Member, live: Iterable[Json], *, namespace: str, most: int) -> Family:
    """All that repeats or was started by the execution that `start` repeats, in the end, which may be itself.

    Args:
        history: where to look.
        start: the execution that is asked for.
        live: the executions on the cluster: what is there counts as it is there.
        namespace: theirs.
        most: of how many the rows are returned.

    Raises:
        StorageError: the history can't be read.
    """
    there = {one.uid: one for one in map(Member.of_live, live)}
    first = _first(history, start, there, namespace=namespace)
    since = first_completion(first.created) if first.created else None
    related = Query(namespaces=(namespace,), related=True, completed_after=since)
    archived = (Member.of_row(row) for row in history.index.rows(related) if row.uid not in there)
    below: dict[str, list[Member]] = defaultdict(list)
    for one in chain(there.values(), archived):
        for above in {one.rerun_of, one.parent} - {""}:
            below[above].append(one)
    members = {first.uid: first}
    queue = [first.uid]
    for uid in queue:
        new = {one.uid: one for one in below[uid] if one.uid not in members}
        members |= new
        queue += new
    rows = [one.row for one in members.values() if one.row is not None]
    return Family(first=first.uid, rows=tuple(rows[:most]), left_out=max(0, len(rows) - most))


def _first(history: History, start: Member, there: Mapping[str, Member], *, namespace: str) -> Member:
    """What it repeats, and what that repeats, as far as that is known."""
    found, seen = start, {start.uid}
    while found.rerun_of and found.rerun_of not in seen:
        seen.add(found.rerun_of)
        above = there.get(found.rerun_of)
        if above is None:
            row = next(history.index.rows(Query(namespaces=(namespace,), uids=(found.rerun_of,), limit=1)), None)
            if row is None or row.uid != found.rerun_of:
                break
            above = Member.of_row(row)
        found = above
    return found


def rows_of_template(history: History, name: str, *, namespace: str, most: int) -> list[Row]:
    """The newest executions of the TaskTemplate of that name, at most so many.

    Raises:
        StorageError: the history can't be read.
    """
    rows = history.index.rows(Query(namespaces=(namespace,), task=name, limit=most))
    return [row for row in rows if row.template == name]
