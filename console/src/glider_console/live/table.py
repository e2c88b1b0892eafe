"""The rows of one scope, and the views of them that viewers share."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping, Set
from typing import Any

from glider_console.live.queries import Query
from glider_console.live.rows import Row, row_of
from glider_console.live.views import View
from glider_core.kube.jsonbytes import encoded

#: A view that nobody has used for so many seconds is dropped, and so is the oldest one of more than so many.
_IDLE = 10.0
_MOST_VIEWS = 100
#: Rows that are kept as JSON, since somebody has seen them.
_MOST_ENCODED = 5_000


class Table:
    """Rows by UID. The watch changes them; `clock` is in seconds."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._rows: dict[str, Row] = {}
        self._views: OrderedDict[Query, tuple[View, float]] = OrderedDict()
        self._encoded: dict[str, tuple[Row, bytes]] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def uids(self) -> Set[str]:
        """Of all rows."""
        return self._rows.keys()

    def rows(self) -> Iterable[Row]:
        """All of them."""
        return self._rows.values()

    def saw(self, execution: Mapping[str, Any]) -> None:
        """It is there, or has changed."""
        after = row_of(execution)
        before = self._rows.get(after.uid)
        if before != after:
            self._change(before, after)

    def deleted(self, execution: Mapping[str, Any]) -> None:
        """It is gone."""
        self.gone([execution["metadata"]["uid"]])

    def gone(self, uids: Collection[str]) -> None:
        """They are gone."""
        for uid in uids:
            if (before := self._rows.get(uid)) is not None:
                self._change(before, None)

    def clear(self) -> None:
        """Forget everything."""
        self._rows.clear()
        self._views.clear()
        self._encoded.clear()

    def view(self, query: Query) -> View:
        """The view for `query`. It is kept up to date as long as somebody asks for it every few seconds."""
        now = self._clock()
        view, _ = self._views.pop(query, (None, 0.0))
        if view is None:
            view = View(query, self._rows.values())
        self._views[query] = (view, now)
        while len(self._views) > _MOST_VIEWS or next(iter(self._views.values()))[1] < now - _IDLE:
            self._views.popitem(last=False)
        return view

    def encoded(self, row: Row) -> bytes:
        """`row` as JSON; made once for all who see it."""
        known = self._encoded.get(row.uid)
        if known is not None and known[0] is row:
            return known[1]
        if len(self._encoded) >= _MOST_ENCODED:
            self._encoded.clear()
        data = encoded(row.document())
        self._encoded[row.uid] = (row, data)
        return data

    def _change(self, before: Row | None, after: Row | None) -> None:
        if after is not None:
            self._rows[after.uid] = after
        elif before is not None:
            del self._rows[before.uid]
            self._encoded.pop(before.uid, None)
        for view, _ in self._views.values():
            view.change(before, after)
