"""Rows of another source beside those that are watched: finished executions of the history. One that is in both is shown as it is live.

Both are sorted already, so a window of both together costs two searches, and no new sort.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from itertools import islice
from typing import Any, Protocol

from glider_console.live.deltas import Shown
from glider_console.live.queries import Query
from glider_console.live.rows import Row
from glider_console.live.views import MOST_ROWS, View, Window


class Beside(Protocol):
    """What another source has for one viewer's query. It may change at any time."""

    @property
    def state(self) -> Mapping[str, Any]:
        """How that source stands, for the page."""

    def view(self, live: Set[str]) -> View | None:
        """Its rows but those with the UIDs in `live`; None while there are none yet."""


class Rest:
    """Rows that are shown as long as they aren't live."""

    def __init__(self, query: Query, rows: Iterable[Row]) -> None:
        self._rows = {row.uid: row for row in rows}
        self._hidden: Set[str] = frozenset()
        self._view = View(query, self._rows.values())

    def __len__(self) -> int:
        return len(self._rows)

    def rows(self, live: Set[str]) -> Iterable[Row]:
        """Those whose UIDs aren't in `live`, in no order."""
        return (row for uid, row in self._rows.items() if uid not in live)

    def view(self, live: Set[str]) -> View:
        """Those whose UIDs aren't in `live`."""
        hidden = self._rows.keys() & live
        for uid in hidden - self._hidden:
            self._view.change(self._rows[uid], None)
        for uid in self._hidden - hidden:
            self._view.change(None, self._rows[uid])
        self._hidden = hidden
        return self._view


def together(first: View, second: View | None, window: Window) -> Shown:
    """What is shown at the places of `window`, of both in their order. Both are of queries with the same order."""
    if second is None:
        return Shown(rows=first.window(window), total=len(first), counts=first.counts)
    counts = Counter(first.counts) + Counter(second.counts)
    return Shown(rows=_window(first, second, window), total=len(first) + len(second), counts=dict(counts))


def _window(first: View, second: View, window: Window) -> Sequence[Row]:
    offset, total = max(0, window.offset), len(first) + len(second)
    limit = max(0, min(window.limit, MOST_ROWS, total - offset))
    reverse, key = first.query.reverse, first.query.key
    begin = total - offset - limit if reverse else offset
    place = _split(first, second, begin)
    parts = (first.ascending(place, limit), second.ascending(begin - place, limit))
    found = list(islice(heapq.merge(*parts, key=key), limit))
    return found[::-1] if reverse else found


def _split(first: View, second: View, place: int) -> int:
    """How many of the first `place` rows of both are of `first`."""
    key = first.query.key
    least, most = max(0, place - len(second)), min(place, len(first))
    while least < most:
        middle = (least + most) // 2
        [mine] = first.ascending(middle, 1)
        [other] = second.ascending(place - middle - 1, 1)
        least, most = (middle + 1, most) if key(mine) < key(other) else (least, middle)
    return least
