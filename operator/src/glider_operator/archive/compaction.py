"""Which folders of the index are worth a look, since something was added: merged in the background, one after the other."""

from __future__ import annotations

from collections import OrderedDict
from datetime import date

#: After how many more segments of a day another merge may be due: as many as are merged at once.
_SEGMENTS = 8
#: Days of namespaces that are remembered; one that is forgotten is merged once something is added again.
_MOST = 10_000

Day = tuple[str, date]


class Compaction:
    """The days of namespaces to which rows were added."""

    def __init__(self) -> None:
        self._added: OrderedDict[Day, int] = OrderedDict()
        self._seen: OrderedDict[Day, None] = OrderedDict()

    def added(self, namespace: str, day: date) -> None:
        """A segment was added. The first one may come after those of another operator."""
        where = (namespace, day)
        self._added[where] = self._added.get(where, 0 if where in self._seen else _SEGMENTS - 1) + 1
        self._added.move_to_end(where)
        self._remember(where)

    def due(self, *, today: date) -> tuple[Day, bool] | None:
        """A day whose segments may be merged, and whether it has ended, so that all of them are; None where there is none."""
        for where, count in self._added.items():
            over = where[1] < today
            if over or count >= _SEGMENTS:
                del self._added[where]
                return where, over
        return None

    def again(self, where: Day) -> None:
        """Something was merged, so that more may be; or it failed."""
        self._added.setdefault(where, _SEGMENTS)

    def _remember(self, where: Day) -> None:
        self._seen[where] = None
        self._seen.move_to_end(where)
        for kept in (self._seen, self._added):
            while len(kept) > _MOST:
                kept.popitem(last=False)
