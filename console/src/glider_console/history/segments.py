"""The segments of the history's index: which there are, and what is in each. A segment never changes, so it is read once.

All that blocks runs in the store's threads, within its time. What is kept is bounded by its rows.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from anyio import CapacityLimiter, to_thread

from glider_client.access.answers import Answers
from glider_client.stored.store import Store
from glider_console.history.rows import Segment, segment_of
from glider_core.api.places import parse_place
from glider_core.history.layout import index_uri, segment_day
from glider_core.history.rows import Row
from glider_core.history.segments import documents_in, row_in

T = TypeVar("T")

#: Rows that are kept, of all segments together: 1 to 1.5 KB each.
_MOST_ROWS = 100_000
#: Of a segment, compressed: the operator merges none that are larger than 8 MiB.
_MOST_BYTES, _MOST_CONTENT = 32 << 20, 256 << 20
#: Objects of one listing, and namespaces that are read together.
_MOST_LISTED, MOST_NAMESPACES = 20_000, 1_000
#: Viewers share a listing for so many seconds, and so many of them are kept.
_LASTS, _MOST_LISTINGS = 2.0, 500
#: Segments that are decoded at once.
_DECODING = 2


class HistoryError(Exception):
    """The history can't be read, or not all of it; the message is a sentence."""


@dataclass(frozen=True, order=True, slots=True)
class Listed:
    """A segment that there is."""

    day: date
    namespace: str
    uri: str


class Segments:
    """The segments below the history's prefix. Used on the event loop.

    Args:
        prefix: where the history is now; None where there is none.
        store: the store, with threads of its own.
    """

    def __init__(self, *, prefix: Callable[[], str | None], store: Store, most: int = _MOST_ROWS) -> None:
        self._prefix = prefix
        self.store = store
        self._most = most
        self._kept: OrderedDict[str, Segment] = OrderedDict()
        self._rows = 0
        self._decoding = CapacityLimiter(_DECODING)
        self._listings: Answers[str, list[Listed]] = Answers(lasts=_LASTS, most=_MOST_LISTINGS)

    @property
    def prefix(self) -> str | None:
        """Where the history is; None where there is none."""
        return self._prefix()

    @property
    def kept_rows(self) -> int:
        """How much of it is in memory; a segment counts as one more."""
        return self._rows

    async def namespaces(self) -> list[str]:
        """The namespaces that have a history, sorted: the first MOST_NAMESPACES, and one more where there are others.

        Raises:
            StorageError: they can't be listed.
        """
        if (prefix := self.prefix) is None:
            return []
        return await self.store.folders(parse_place(index_uri(prefix)), most=MOST_NAMESPACES + 1, node_identity=True)

    async def listed(self, namespace: str, *, month: date | None = None, fresh: bool = False) -> list[Listed]:
        """The segments of a namespace, the newest day first: of one month, or all; as they were some seconds ago unless they have to be
        `fresh`.

        Raises:
            HistoryError: there are too many.
            StorageError: they can't be listed.
        """
        if (prefix := self.prefix) is None:
            return []
        folder = index_uri(prefix, namespace) + (f"/{month:%Y/%m}" if month else "")
        return await self._listings.get(folder, lambda: self._list(namespace, folder, month), fresh=fresh)

    async def _list(self, namespace: str, folder: str, month: date | None) -> list[Listed]:
        found = await self.store.listing(parse_place(folder), most=_MOST_LISTED, node_identity=True)
        if found.more:
            raise HistoryError(f"The history's index has more than {_MOST_LISTED} objects below {folder}: the operator hasn't merged them.")
        before = f"{month:%Y/%m}/" if month else ""
        days = ((segment_day(before + path), path) for path in found.sizes)
        return sorted((Listed(day, namespace, f"{folder}/{path}") for day, path in days if day is not None), reverse=True)

    async def read(self, listed: Listed) -> Segment:
        """What is in it.

        Raises:
            HistoryError: it isn't whole.
            StorageError: it can't be read; an ObjectNotFoundError where it was merged into another one meanwhile.
        """
        if (kept := self._kept.get(listed.uri)) is not None:
            self._kept.move_to_end(listed.uri)
            return kept
        segment = await self._decoded(listed, lambda data: segment_of(documents_in(data, most=_MOST_CONTENT), namespace=listed.namespace))
        self._keep(listed.uri, segment)
        return segment

    async def rows(self, listed: Listed, *, having: str) -> list[Row]:
        """The index's own rows in which that text is found; none of them is kept.

        Raises:
            HistoryError, StorageError: as above.
        """
        return await self._decoded(listed, lambda data: list(map(row_in, documents_in(data, having=having.encode(), most=_MOST_CONTENT))))

    async def _decoded(self, listed: Listed, decode: Callable[[bytes], T]) -> T:
        data = await self.store.read(parse_place(listed.uri), most=_MOST_BYTES, node_identity=True)
        try:
            return await to_thread.run_sync(decode, data, limiter=self._decoding)
        except (ValueError, TypeError, AttributeError) as error:  # no segment; or rows of other forms than an operator writes
            raise HistoryError(f"{listed.uri} can't be read: {error}") from error

    def _keep(self, uri: str, segment: Segment) -> None:
        size = len(segment.rows) + 1
        if size > self._most or uri in self._kept:
            return
        self._kept[uri] = segment
        self._rows += size
        while self._rows > self._most:
            _, dropped = self._kept.popitem(last=False)
            self._rows -= len(dropped.rows) + 1
