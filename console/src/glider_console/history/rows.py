"""A row of the history's index as a row of the list. Pure."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass

from glider_console.live import rows as live
from glider_console.live.rows import Origin
from glider_core.history.segments import Document


@dataclass(frozen=True, kw_only=True, slots=True)
class Segment:
    """What a segment of the index has: executions, and the UIDs of those whose data was deleted."""

    rows: tuple[live.Row, ...] = ()
    deleted: frozenset[str] = frozenset()


def segment_of(documents: Iterable[Document], *, namespace: str) -> Segment:
    """The segment with these rows, in their JSON form: the index's own Row has twice as much, and takes twice as long.

    Rows of another namespace than the segment's are left out: no operator has written them there.
    """
    rows, deleted = [], []
    for document in documents:
        if document["namespace"] != namespace:
            continue
        if document.get("deleted"):
            deleted.append(document["uid"])
        else:
            rows.append(_row(document))
    return Segment(rows=tuple(rows), deleted=frozenset(deleted))


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
