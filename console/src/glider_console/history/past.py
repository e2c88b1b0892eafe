"""The finished executions of the history that one viewer's query selects, beside the live ones in the list.

They are read day by day, the newest first, until all days that were asked for are read or there are as many as a list has. Nothing of
the live list waits for it, or fails with it: how far it is, and why it isn't further, is its state.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence, Set
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from heapq import nlargest
from typing import Any

import anyio

from glider.storage.errors import ObjectNotFoundError, StorageError
from glider_client.stored.store import sentence_of
from glider_console.history.rows import Segment, taken
from glider_console.history.segments import MOST_NAMESPACES, HistoryError, Listed, Segments
from glider_console.history.together import AT_ONCE, each, read_all
from glider_console.live.beside import Rest
from glider_console.live.queries import Query
from glider_console.live.rows import Row
from glider_console.live.views import View
from glider_core.history.queries import first_completion

logger = logging.getLogger(__name__)

#: Rows of one list.
MOST = 20_000
#: The days that are read where nothing else is asked for, and at most.
DAYS, MOST_DAYS = 7, 3_660
#: Seconds between two readings: what was deleted meanwhile is in the list again by then.
_EVERY = 20.0
#: So many months are listed one by one; of more a namespace's whole index is.
_MOST_MONTHS = 3
#: For how many seconds an answer waits for the history.
_ONCE = 8.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """How far back the history is read: `days`, or since an execution was created that the query begins with."""

    days: int = DAYS

    def since(self, query: Query, today: date) -> date:
        """The first day. What was created at a time can't have ended before."""
        if query.since is not None:
            return max(first_completion(datetime.fromtimestamp(query.since, UTC)).date(), today - timedelta(days=MOST_DAYS))
        return today - timedelta(days=self.days)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What was read. `since`: the first day of it; `is_cut`: whether there are more than a list has; `problems`: what isn't in it."""

    rows: tuple[Row, ...] = ()
    since: date
    is_cut: bool = False
    problems: tuple[str, ...] = ()


@dataclass(kw_only=True)
class Past:
    """A `live.beside.Beside`: what was read last."""

    state: dict[str, Any] = field(default_factory=lambda: {"state": "loading", "message": ""})
    #: The query and the segments that it was read from; none where not all could be read.
    read_from: tuple[Query, Sequence[Listed]] | None = None
    _rest: Rest | None = None

    def view(self, live: Set[str]) -> View | None:
        """Its rows but the live ones."""
        return None if self._rest is None else self._rest.view(live)

    def rows(self, live: Set[str]) -> Iterable[Row]:
        """The same, in no order."""
        return () if self._rest is None else self._rest.rows(live)

    def show(self, query: Query, reading: Reading) -> None:
        """From now on it is this."""
        self._rest = Rest(query, reading.rows)
        self.state = {
            "state": "problem" if reading.problems else "ready",
            "message": " ".join(dict.fromkeys(reading.problems)),
            "since": reading.since.isoformat(),
            "cut": reading.is_cut,
        }

    def fail(self, why: str) -> None:
        """It can't be read now; what was read before stays."""
        self.state = {**self.state, "state": "problem", "message": why}
        self.read_from = None


@asynccontextmanager
async def following(segments: Segments, *, namespace: str, query: Callable[[], Query], reach: Reach) -> AsyncIterator[Past]:
    """The history as it becomes, for as long as somebody views it."""
    past = Past()
    task = asyncio.create_task(_follow(past, segments, namespace=namespace, query=query, reach=reach))
    try:
        yield past
    finally:
        task.cancel()


async def once(segments: Segments, *, namespace: str, query: Query, reach: Reach) -> Past:
    """The history as it is now. What keeps it from being read is in its state."""
    past = Past()
    try:
        async with asyncio.timeout(_ONCE):
            await _refresh(past, segments, namespace=namespace, query=query, reach=reach)
    except TimeoutError:
        past.fail(f"The history couldn't be read within {_ONCE:g} s. Choose a shorter time, or a namespace.")
    return past


async def _follow(past: Past, segments: Segments, *, namespace: str, query: Callable[[], Query], reach: Reach) -> None:
    while True:
        await _refresh(past, segments, namespace=namespace, query=query(), reach=reach)
        await asyncio.sleep(_EVERY)


async def _refresh(past: Past, segments: Segments, *, namespace: str, query: Query, reach: Reach) -> None:
    try:
        since = reach.since(query, datetime.now(UTC).date())
        problems: list[str] = []
        listed = await listed_since(segments, namespace, since, problems=problems)
        if past.read_from != (query, listed):  # else nothing has changed since
            past.show(query, await _read_days(segments, listed, query=query, since=since, most=MOST, problems=problems))
            past.read_from = (query, listed) if past.state["state"] == "ready" else None
    except (StorageError, HistoryError) as error:
        past.fail(_sentence(error))
    except Exception:
        logger.exception("the history can't be read")
        past.fail("The history can't be read. The console's log has the details.")


async def read(segments: Segments, *, namespace: str, query: Query, since: date, most: int = MOST) -> Reading:
    """The executions of a namespace, or of all, that ended since that day and that the filters of `query` let through.

    Raises:
        StorageError: the store can't be listed.
        HistoryError: its listing is too long.
    """
    problems: list[str] = []
    listed = await listed_since(segments, namespace, since, problems=problems)
    return await _read_days(segments, listed, query=query, since=since, most=most, problems=problems)


async def _read_days(segments: Segments, listed: Sequence[Listed], *, query: Query, since: date, most: int, problems: list[str]) -> Reading:
    found: list[Row] = []
    for day in sorted({one.day for one in listed}, reverse=True):
        read_now = await _read(segments, [one for one in listed if one.day == day], problems)
        found += await asyncio.to_thread(taken, read_now, query)
        if len(found) > most:
            newest = await asyncio.to_thread(nlargest, most, found, key=lambda row: row.created)
            return Reading(rows=tuple(newest), since=day, is_cut=True, problems=tuple(problems))
    return Reading(rows=tuple(found), since=since, problems=tuple(problems))


async def listed_since(segments: Segments, namespace: str, since: date, *, problems: list[str]) -> list[Listed]:
    """The segments of a namespace, or of all, since that day. What isn't among them is added to `problems`.

    Raises:
        StorageError: the store can't be listed.
        HistoryError: its listing is too long.
    """
    namespaces = [namespace] if namespace else await segments.namespaces()
    if len(namespaces) > MOST_NAMESPACES:
        del namespaces[MOST_NAMESPACES:]
        problems.append(
            f"The history has more than {MOST_NAMESPACES:,} namespaces: what is shown of it ends with {namespaces[-1]}, by their names. "
            f"Choose a namespace."
        )
    found: list[Listed] = []
    turn = anyio.Semaphore(AT_ONCE)

    async def one(namespace: str, month: date | None) -> None:
        async with turn:
            found.extend(listed for listed in await segments.listed(namespace, month=month) if listed.day >= since)

    months: Sequence[date | None] = list(_months(since, datetime.now(UTC).date()))
    await each(one(namespace, month) for namespace in namespaces for month in (months if len(months) <= _MOST_MONTHS else [None]))
    return sorted(found)


async def _read(segments: Segments, listed: Iterable[Listed], problems: list[str]) -> list[Segment]:
    """What is in them; those that can't be read are problems, whatever the reason."""

    async def one(it: Listed) -> Segment:
        try:
            return await segments.read(it)
        except ObjectNotFoundError:
            raise
        except StorageError as error:
            raise HistoryError(sentence_of(error)) from error

    return list((await read_all(segments, listed, one, problems=problems)).values())


def _months(first: date, last: date) -> Iterator[date]:
    """The first day of each month with a day from `first` to `last`, the latest first. Clocks differ: today may be tomorrow elsewhere."""
    month = (last + timedelta(days=1)).replace(day=1)
    while month >= first.replace(day=1):
        yield month
        month = (month - timedelta(days=1)).replace(day=1)


def _sentence(error: Exception) -> str:
    return sentence_of(error) if isinstance(error, StorageError) else str(error)
