"""A row of the history's index as a row of the list. Pure."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from glider_console.live import rows as live
from glider_console.live.queries import Query
from glider_console.live.rows import Origin
from glider_core.history.segments import Document, Rank, counting


@dataclass(frozen=True, kw_only=True, slots=True)
class Segment:
    """What a segment of the index has: executions, when each was archived, and the UIDs of those whose data was deleted."""

    rows: tuple[live.Row, ...] = ()
    archived: tuple[str, ...] = ()
    deleted: frozenset[str] = frozenset()


def segment_of(documents: Iterable[Document], *, namespace: str) -> Segment:
    """The segment with these rows, in their JSON form: the index's own Row has twice as much, and takes twice as long.

    Rows of another namespace than the segment's are left out: no operator has written them there.
    """
    rows, archived, deleted = [], [], []
    times: dict[str, str] = {}  # equal ones are one object
    for document in documents:
        if document["namespace"] != namespace:
            continue
        if "deleted" in document:
            deleted.append(document["uid"])
        else:
            rows.append(_row(document))
            time = document.get("archived", "")
            archived.append(times.setdefault(time, time))
    return Segment(rows=tuple(rows), archived=tuple(archived), deleted=frozenset(deleted))


def taken(segments: Iterable[Segment], query: Query) -> list[live.Row]:
    """Of all segments of a day: the rows that count, and that the filters let through."""
    return [row for row in counting(_ranked(segments)).values() if row is not None and query.takes(row)]


def _ranked(segments: Iterable[Segment]) -> Iterator[tuple[str, Rank, live.Row | None]]:
    for one in segments:
        yield from ((uid, (True, ""), None) for uid in one.deleted)
        yield from ((row.uid, (False, archived), row) for row, archived in zip(one.rows, one.archived, strict=True))


def _row(document: Document) -> live.Row:
    completed = live.seconds(document["completed"])
    waited = document.get("waitSeconds")
    return live.Row(
        uid=document["uid"],
        namespace=sys.intern(document["namespace"]),
        name=document["name"],
        phase=sys.intern(document.get("phase", "")),
        reason=sys.intern(document.get("reason", "")),
        message=live.shortened(document.get("message", "")),
        task=sys.intern(document.get("task", "")),
        version=sys.intern(document.get("version", "")),
        template=sys.intern(document.get("template", "")),
        labels=live.shared(tuple(sorted(document.get("labels", {}).items()))),
        created=live.seconds(document.get("created", "")) or completed or 0,
        started=live.seconds(document.get("started", "")),
        completed=completed,
        attempts=document.get("attempts", 0),
        failures=document.get("userRetries", 0) + document.get("systemRetries", 0),
        waited=None if waited is None else max(0, int(waited)),
        node=sys.intern(document.get("node", "")),
        peak_memory=document.get("peakMemory"),
        memory=document.get("memoryRequest"),
        suspend=False,
        cancel=False,
        source=Origin.ARCHIVE,
    )
