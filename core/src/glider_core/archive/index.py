"""The index of the history in the store: segments are added, read, and merged.

Several operators may write at once, and one may be killed at any point:

* A segment is never changed, and none is called like another: nobody overwrites what others wrote.
* A merge stores the new segment, reads it again, and only then deletes those that are in it. Killed before that, there are rows twice,
  of which one counts.
* Whoever reads lists a day's folder and fetches what is there. A segment that is gone by then was merged: the folder is listed again.
* A segment that isn't whole is reported by its name, and merged with none; all others are read.

Requests are made a few at once. What is listed is what is asked for: the days, and the namespaces.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from functools import cached_property
from typing import NamedTuple

from glider.storage.errors import ObjectNotFoundError, StorageError
from glider.storage.store import Storage
from glider.storage.uris import is_local
from glider_core.api.moments import parse_time
from glider_core.history.layout import Segment, day_of, index_day_uri, index_uri, segment_day, segment_of
from glider_core.history.queries import Period, Query, matcher, next_month, periods, until
from glider_core.history.rows import Row
from glider_core.history.segments import (
    LISTINGS,
    Document,
    Merge,
    SegmentError,
    decode_documents,
    encode_rows,
    latest,
    merged,
    merged_name,
    next_merge,
    row_in,
)

#: Requests that are made at once.
_AT_ONCE = 16
#: What of a segment is read; larger ones are never written.
_MOST_BYTES = 64 << 20
#: How many folders are read before their rows are returned; fewer at first where only some rows are asked for.
_MOST_FOLDERS, _FIRST_FOLDERS = 64, 1
_MONTH = re.compile(r"0[1-9]|1[0-2]")
#: The mark of a document of which only the rank is left.
_LEFT_OUT = "leftOut"


class _Folder(NamedTuple):
    """A day or a month of a namespace's index."""

    period: Period
    namespace: str


class _Day(NamedTuple):
    """A day of a namespace's index."""

    day: date
    namespace: str


class Index:
    """The index below one prefix.

    Args:
        storage: the store.
        prefix: the history's prefix.
        clock: what time it is.

    Every method raises StorageError where the store doesn't do what it should.

    Attributes:
        torn: the segments that couldn't be read so far, by URI, with what is wrong with them.
    """

    def __init__(self, storage: Storage, prefix: str, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._storage = storage
        self.prefix = prefix
        self._clock = clock
        self.torn: dict[str, str] = {}

    @property
    def problems(self) -> list[str]:
        """A sentence for each segment that couldn't be read so far."""
        return [f"{uri}: {why}" for uri, why in self.torn.items()]

    def append(self, rows: Iterable[Row]) -> None:
        """Add rows: a segment for each namespace and day."""
        days: dict[_Day, list[Row]] = {}
        for row in rows:
            days.setdefault(_day_of(row), []).append(row)
        for where, belonging in days.items():
            self._storage.write(f"{self._uri(where)}/{Segment(0, uuid.uuid4().hex).name}", encode_rows(belonging))

    def rows(self, query: Query) -> Iterator[Row]:
        """The rows that are asked for, the newest first, each execution once.

        Raises:
            FieldError: the query's labels are no label selector.
        """
        return map(row_in, self.documents(query))

    def documents(self, query: Query) -> Iterator[Document]:
        """The same in their JSON form, which is quicker to come by."""
        return self._documents(query, matcher(query))

    def tombstones(self, query: Query) -> Iterator[Row]:
        """What was deleted, by the query's namespaces and times of completion."""
        narrowed = Query(namespaces=query.namespaces, completed_after=query.completed_after, completed_before=query.completed_before)
        return map(row_in, self._documents(narrowed, lambda document: "deleted" in document))

    def everything(self, namespace: str, month: date) -> dict[str, Row]:
        """By UID, the rows of the executions that ended in a month, tombstones among them. `month` is its first day."""
        folder = _Folder(Period(month, whole_month=True), namespace)
        read = self._read(self._segments(folder), lambda document: True)
        return {uid: row_in(one) for documents in read.values() for uid, one in latest(documents).items()}

    def months(self, namespace: str) -> list[date]:
        """The first days of the months for which a namespace has an index."""
        return months_in(self._storage, index_uri(self.prefix, namespace))

    def uids(self, namespace: str, day: date) -> frozenset[str]:
        """The UIDs of all rows of a day, those of deleted executions among them."""
        where = _Day(day, namespace)
        documents = self._read({where: self._names(where)}, lambda document: False)[where]
        return frozenset(one["uid"] for one in documents)

    def namespaces(self) -> list[str]:
        """The namespaces that have an index, sorted."""
        return self._storage.folders(index_uri(self.prefix))

    def compact(self, namespace: str, day: date, *, whole: bool = False) -> bool:
        """Merge some of a day's segments, where there are many. `whole`: no row is expected any more, so all of them.

        Returns:
            Whether something was merged, so that it is worth to call this again.
        """
        folder = self._uri(_Day(day, namespace))
        merge = next_merge(self._listed(folder), whole=whole)
        if merge is None:
            return False
        whole_ones = self._whole(folder, merge)
        if len(whole_ones) < 2:
            return False
        data = merged(whole_ones.values())
        target = f"{folder}/{merged_name(merge, unique=uuid.uuid4().hex)}"
        self._storage.write(target, data)
        if self._storage.read(target, most=_MOST_BYTES) != data:
            raise StorageError(target, "expected what was just written, found something else")
        list(self._pool.map(lambda name: self._storage.delete(f"{folder}/{name}"), whole_ones))
        return True

    def _whole(self, folder: str, merge: Merge) -> dict[str, bytes]:
        """What is in the segments of a merge; without those that aren't whole, and those that others have merged."""
        found = {}
        for name in merge.names:
            uri = f"{folder}/{name}"
            try:
                data = self._storage.read(uri, most=_MOST_BYTES)
                decode_documents(data)
            except ObjectNotFoundError:
                continue
            except SegmentError as error:
                self._report(uri, error)
                continue
            found[name] = data
        return found

    def _documents(self, query: Query, takes: Callable[[Document], bool]) -> Iterator[Document]:
        """The documents that `takes` is true of, the newest first. Which of several with one UID counts is decided before that."""
        left = query.limit
        for folders in self._batches(query):
            days = {day: names for one in self._pool.map(self._segments, folders) for day, names in one.items()}
            read = self._read(days, takes, words=query.words)
            found = [one for documents in read.values() for one in latest(documents).values() if _LEFT_OUT not in one]
            found.sort(key=_newest, reverse=True)
            yield from found if left is None else found[:left]
            if left is not None and (left := left - len(found)) <= 0:
                return

    def _batches(self, query: Query) -> Iterator[list[_Folder]]:
        """The folders to list, the newest first: few at first where few rows are asked for, else all at once."""
        namespaces = self.namespaces() if query.namespaces is None else sorted(set(query.namespaces))
        folders = sorted(self._folders(query, namespaces), reverse=True)
        size = _MOST_FOLDERS if query.limit is None else _FIRST_FOLDERS
        while folders:
            end = min(size, len(folders))
            while end < len(folders) and folders[end].period == folders[end - 1].period:  # a day of all namespaces is in one batch
                end += 1
            yield folders[:end]
            folders, size = folders[end:], min(2 * size, _MOST_FOLDERS)

    def _folders(self, query: Query, namespaces: Collection[str]) -> Iterator[_Folder]:
        last = until(query, now=self._clock())
        if query.since is not None:
            for period in periods(query.since, last):
                yield from (_Folder(period, namespace) for namespace in namespaces)
            return
        for namespace, months in zip(namespaces, self._pool.map(self.months, namespaces), strict=True):
            for month in months:
                if query.completed_before is None or next_month(month) <= last.date():
                    yield _Folder(Period(month, whole_month=True), namespace)
                elif month <= last.date():
                    first = datetime(month.year, month.month, 1, tzinfo=UTC)
                    yield from (_Folder(period, namespace) for period in periods(first, last))

    def _segments(self, folder: _Folder) -> Mapping[_Day, list[str]]:
        """The names of the segments in a folder, by day."""
        uri = f"{index_uri(self.prefix, folder.namespace)}/{folder.period.path}"
        found: dict[_Day, list[str]] = {}
        for path in self._listed(uri):
            if (day := segment_day(f"{folder.period.path}/{path}")) is not None:
                found.setdefault(_Day(day, folder.namespace), []).append(path.rpartition("/")[2])
        return found

    def _listed(self, uri: str) -> dict[str, int]:
        """The files beneath a folder. A local one isn't listed at one moment, so it is listed until nothing changes."""
        before: dict[str, int] | None = None
        for _ in range(LISTINGS):
            try:
                found = self._storage.sizes(uri)
            except ObjectNotFoundError:  # a file went away meanwhile
                continue
            if found == before or not is_local(uri):
                return found
            before = found
        return before or {}

    def _read(
        self, days: Mapping[_Day, Iterable[str]], takes: Callable[[Document], bool], *, words: Sequence[str] = ()
    ) -> dict[_Day, list[Document]]:
        """The documents of the segments of some days, which were there just now: what `takes` isn't true of is reduced to its rank, and
        what has none of `words` is left out.
        """
        documents: dict[_Day, list[Document]] = {day: [] for day in days}
        found = set[tuple[_Day, str]]()
        for _ in range(LISTINGS):
            wanted = [(day, name) for day, names in days.items() for name in names if (day, name) not in found]
            merged_meanwhile = dict[_Day, None]()
            for (day, name), content in zip(
                wanted, self._pool.map(lambda one: self._fetched(one[0], one[1], takes, words), wanted), strict=True
            ):
                if content is None:
                    merged_meanwhile[day] = None
                else:
                    found.add((day, name))
                    documents[day] += content
            if not merged_meanwhile:
                return documents
            days = {day: self._names(day) for day in merged_meanwhile}
        raise StorageError(self._uri(next(iter(days))), f"expected segments that can be read, found others in each of {LISTINGS} listings")

    def _fetched(self, day: _Day, name: str, takes: Callable[[Document], bool], words: Sequence[str]) -> list[Document] | None:
        """What a segment has; nothing where it isn't whole, None where it isn't there."""
        uri = f"{self._uri(day)}/{name}"
        try:
            documents = decode_documents(self._storage.read(uri, most=_MOST_BYTES), with_any=words)
        except ObjectNotFoundError:
            return None
        except SegmentError as error:
            self._report(uri, error)
            return []
        return [one if takes(one) else _reduced(one) for one in documents]

    def _names(self, day: _Day) -> list[str]:
        return [name for name in self._listed(self._uri(day)) if segment_of(name) is not None]

    def _report(self, uri: str, error: SegmentError) -> None:
        self.torn[uri] = str(error)

    def _uri(self, where: _Day) -> str:
        return index_day_uri(self.prefix, namespace=where.namespace, day=where.day)

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="glider-index")


def months_in(storage: Storage, uri: str) -> list[date]:
    """The first days of the months that have a folder below `uri`.

    Raises:
        StorageError: the store doesn't answer, or refuses.
    """
    years = [year for year in storage.folders(uri) if re.fullmatch(r"[0-9]{4}", year) and year != "0000"]
    return [date(int(year), int(month), 1) for year in years for month in storage.folders(f"{uri}/{year}") if _MONTH.fullmatch(month)]


def _day_of(row: Row) -> _Day:
    completed = parse_time(row.completed)
    if completed is None:
        raise ValueError(f"completed: expected a time, found nothing in the row of {row.uid}")
    return _Day(day_of(completed), row.namespace)


def _reduced(document: Document) -> Document:
    """What of a document decides whether another one with its UID counts."""
    kept: Document = {key: document[key] for key in ("uid", "archived", "deleted") if key in document}
    return {**kept, _LEFT_OUT: True}


def _newest(document: Document) -> tuple[str, str]:
    return document["completed"], document["uid"]
