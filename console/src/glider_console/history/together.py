"""Segments that are read beside each other. One that can't be read doesn't hide the others; days are listed again where segments are gone:
those were merged meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import date
from typing import Any, TypeVar

import anyio

from glider.storage.errors import ObjectNotFoundError
from glider_console.history.segments import HistoryError, Listed, Segments
from glider_core.history.segments import LISTINGS

T = TypeVar("T")

#: Segments that are read, and folders that are listed, at once.
AT_ONCE = 8


async def read_all(
    segments: Segments, listed: Iterable[Listed], read: Callable[[Listed], Awaitable[T]], *, problems: list[str]
) -> dict[str, T]:
    """What `read` makes of these segments, by URI, and of those that they were merged into. Why one can't be read is added to `problems`.

    Raises:
        StorageError: of `read`; or a day can't be listed again.
        HistoryError: the listing of a day is too long.
    """
    found: dict[str, T] = {}
    failed = set[str]()
    merged = set[tuple[str, date]]()
    turn = anyio.Semaphore(AT_ONCE)

    async def one(it: Listed) -> None:
        async with turn:
            try:
                found[it.uri] = await read(it)
            except ObjectNotFoundError:
                merged.add((it.namespace, it.day))
            except HistoryError as error:
                failed.add(it.uri)
                problems.append(str(error))

    wanted = list(listed)
    for _ in range(LISTINGS):
        await each(one(it) for it in wanted)
        if not merged:
            return found
        again, merged = merged, set()
        days = [await segments.listed(namespace, month=day, fresh=True) for namespace, day in sorted(again)]
        wanted = [it for day in days for it in day if (it.namespace, it.day) in again and it.uri not in found and it.uri not in failed]
    problems += [f"The index of {namespace} on {day} changed in each of {LISTINGS} listings." for namespace, day in sorted(again)]
    return found


async def each(actions: Iterable[Any]) -> None:
    """All of them beside each other; the first error ends the others."""
    tasks = [asyncio.ensure_future(action) for action in actions]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
