"""Who may have the body of an upload in memory now: so many senders at once, and one of them not too often."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from weakref import WeakValueDictionary


class BusyError(Exception):
    """There is no turn in time; the message is a sentence."""


class Turns:
    """The turns. Used on the event loop.

    Args:
        at_once: how many there are.
        each: how many of them one sender may have.
        waiting: how many more of one sender's may wait.
        seconds: how long they wait.
    """

    def __init__(self, *, at_once: int, each: int, waiting: int, seconds: float) -> None:
        self._all, self._each, self._waiting, self._seconds = asyncio.Semaphore(at_once), each, waiting, seconds
        self._senders: WeakValueDictionary[str, _Sender] = WeakValueDictionary()

    @asynccontextmanager
    async def turn(self, sender: str) -> AsyncIterator[None]:
        """A turn of `sender`'s.

        Raises:
            BusyError: there is none in time.
        """
        own = self._senders.get(sender)
        if own is None:
            own = self._senders[sender] = _Sender(self._each)
        if own.waiting >= self._waiting:
            raise BusyError("Too many uploads of yours are under way. Try it again in a moment.")
        async with AsyncExitStack() as taken:
            own.waiting += 1
            try:
                async with asyncio.timeout(self._seconds):
                    for turns in (own.turns, self._all):
                        await taken.enter_async_context(turns)
            except TimeoutError:
                raise BusyError("Too many uploads are under way. Try it again in a moment.") from None
            finally:
                own.waiting -= 1
            yield


class _Sender:
    def __init__(self, each: int) -> None:
        self.turns, self.waiting = asyncio.Semaphore(each), 0
