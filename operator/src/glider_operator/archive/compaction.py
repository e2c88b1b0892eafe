"""Which folders of the index are worth a look, since something was added: merged in the background, one after the other."""

from __future__ import annotations

from collections import OrderedDict
from datetime import date
from typing import NamedTuple

#: After how many more segments of a day another merge may be due: as many as are merged at once.
_SEGMENTS = 8
#: Days of namespaces that are remembered; one that is forgotten is merged once something is added again.
_MOST = 10_000
#: How long a day waits whose merge failed, in seconds: twice as long each time, up to the latter.
_FIRST_PAUSE, _LONGEST_PAUSE = 60.0, 3600.0

Day = tuple[str, date]


class _Failed(NamedTuple):
    """How often a day's merge has failed in a row, and from when on it is tried again."""

    times: int
    until: float


class Compaction:
    """The days of namespaces to which rows were added."""

    def __init__(self) -> None:
        self._added: OrderedDict[Day, int] = OrderedDict()
        self._seen: OrderedDict[Day, None] = OrderedDict()
        self._failed: OrderedDict[Day, _Failed] = OrderedDict()

    def added(self, namespace: str, day: date) -> None:
        """A segment was added. The first one may come after those of another operator."""
        where = (namespace, day)
        self._added[where] = self._added.get(where, 0 if where in self._seen else _SEGMENTS - 1) + 1
        self._added.move_to_end(where)
        self._remember(where)

    def due(self, *, today: date, now: float) -> tuple[Day, bool] | None:
        """A day whose segments may be merged, and whether it has ended, so that all of them are; None where there is none.

        `now`: seconds of a clock that only goes forward.
        """
        for where, count in self._added.items():
            over = where[1] < today
            failed = self._failed.get(where)
            if (over or count >= _SEGMENTS) and (failed is None or failed.until <= now):
                del self._added[where]
                return where, over
        return None

    def merged(self, where: Day, *, more: bool) -> None:
        """It was dealt with. `more`: something was merged, so that more may be."""
        self._failed.pop(where, None)
        if more:
            self._added[where] = _SEGMENTS

    def failed(self, where: Day, *, now: float) -> None:
        """Nothing could be merged: it is due again after a while, whether or not something is added."""
        times = self._failed[where].times if where in self._failed else 0
        pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** min(times, 10))
        self._failed[where] = _Failed(times + 1, now + pause)
        self._added[where] = _SEGMENTS
        self._remember(where)

    def _remember(self, where: Day) -> None:
        self._seen[where] = None
        self._seen.move_to_end(where)
        for kept in (self._seen, self._added, self._failed):
            while len(kept) > _MOST:
                kept.popitem(last=False)
