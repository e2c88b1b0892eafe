"""The rows that a query selects, in its order, kept up to date: a change costs a search in a sorted list, and no new sort."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from glider_console.live.queries import Query
from glider_console.live.rows import Row

#: A window is never larger.
MOST_ROWS = 500


@dataclass(frozen=True, slots=True)
class Window:
    """A part of the rows, by place."""

    offset: int = 0
    limit: int = 100


class View:
    """The rows of `rows` that `query` selects."""

    def __init__(self, query: Query, rows: Iterable[Row]) -> None:
        self.query = query
        taken = [row for row in rows if query.takes(row)]
        self._counts = Counter(row.phase for row in taken)
        self._rows = sorted((row for row in taken if query.shows(row)), key=query.key)

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def counts(self) -> dict[str, int]:
        """How many there are of each phase, of all phases."""
        return {phase: count for phase, count in self._counts.items() if count}

    def change(self, before: Row | None, after: Row | None) -> None:
        """One row has changed; without `before` it is new, without `after` it is gone."""
        if before is not None and self.query.takes(before):
            self._remove(before)
        if after is not None and self.query.takes(after):
            self._add(after)

    def window(self, window: Window) -> Sequence[Row]:
        """The rows at these places."""
        first, limit = max(0, window.offset), min(window.limit, MOST_ROWS)
        if not self.query.reverse:
            return self._rows[first : first + limit]
        last = len(self._rows) - first
        return self._rows[max(0, last - limit) : max(0, last)][::-1]

    def ascending(self, first: int, count: int) -> Sequence[Row]:
        """Rows from that place on, without regard to a reversed order."""
        return self._rows[first : first + count]

    def _add(self, row: Row) -> None:
        self._counts[row.phase] += 1
        if self.query.shows(row):
            self._rows.insert(self._place(row), row)

    def _remove(self, row: Row) -> None:
        self._counts[row.phase] -= 1
        if self.query.shows(row):
            del self._rows[self._place(row)]

    def _place(self, row: Row) -> int:
        return bisect_left(self._rows, self.query.key(row), key=self.query.key)
