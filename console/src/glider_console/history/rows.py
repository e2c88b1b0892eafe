"""A row of the history's index as a row of the list. Pure."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from glider_console.live import rows as live
from glider_console.live.rows import Origin
from glider_core.history.rows import Row


@dataclass(frozen=True, kw_only=True, slots=True)
class Segment:
    """What a segment of the index has: executions, and the UIDs of those whose data was deleted."""

    rows: tuple[live.Row, ...] = ()
    deleted: frozenset[str] = frozenset()


def segment_of(rows: Iterable[Row], *, namespace: str) -> Segment:
    """The segment with these rows. A row of another namespace than the segment's is none that an operator has written there."""
    own = [row for row in rows if row.namespace == namespace]
    return Segment(
        rows=tuple(_row(row) for row in own if not row.deleted),
        deleted=frozenset(row.uid for row in own if row.deleted),
    )


def _row(row: Row) -> live.Row:
    waited = row.wait_seconds
    return live.Row(
        uid=row.uid,
        namespace=sys.intern(row.namespace),
        name=row.name,
        phase=sys.intern(row.phase),
        reason=sys.intern(row.reason),
        message=live.shortened(row.message),
        task=sys.intern(row.task),
        version=sys.intern(row.version),
        template=sys.intern(row.template),
        labels=tuple((sys.intern(name), sys.intern(value)) for name, value in sorted(row.labels.items())),
        created=_seconds(row.created) or _seconds(row.completed) or 0,
        started=_seconds(row.started),
        completed=_seconds(row.completed),
        attempts=row.attempts,
        failures=row.user_retries + row.system_retries,
        waited=None if waited is None else max(0, int(waited)),
        node=sys.intern(row.node),
        peak_memory=row.peak_memory,
        memory=row.memory_request,
        suspend=False,
        cancel=False,
        source=Origin.ARCHIVE,
    )


def _seconds(text: str) -> int | None:
    try:
        return int(datetime.fromisoformat(text).timestamp()) if text else None
    except ValueError:
        return None
