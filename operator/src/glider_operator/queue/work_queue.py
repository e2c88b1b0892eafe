"""A work queue with the semantics of client-go's, for asyncio.

kopf swallows what an event handler raises and never calls it again, so its handlers only put keys in here. A key is in the
queue once, however often it is added. It is worked on by one worker at a time, and added meanwhile it comes again
afterwards. One whose handler failed comes again after an exponentially growing time, which `forget`s itself on success.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

from glider_operator.queue import metrics

K = TypeVar("K", bound=Hashable)

logger = logging.getLogger(__name__)

_FIRST_DELAY = 0.1
_LONGEST_DELAY = 60.0


class RetryLater(Exception):
    """What a handler raises to come again, after at least `delay` seconds, without this being told as a bug."""

    def __init__(self, message: str, *, delay: float = 0.0) -> None:
        super().__init__(message)
        self.delay = delay


class WorkQueue(Generic[K]):
    """Keys that wait for `handler`.

    Args:
        handler: looks at one key. What it raises makes the key come again later.
        workers: how many keys are worked on at once.
    """

    def __init__(self, handler: Callable[[K], Awaitable[None]], *, workers: int) -> None:
        self._handler = handler
        self._workers = workers
        self._ready: deque[K] = deque()
        self._queued_at: dict[K, float] = {}
        self._working: set[K] = set()
        self._again: set[K] = set()
        self._failures: dict[K, int] = {}
        self._timers: list[tuple[float, int, K]] = []
        self._due: dict[K, float] = {}
        self._sequence = itertools.count()
        self._changed = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._timer_handle: asyncio.TimerHandle | None = None

    def add(self, key: K) -> None:
        """Look at `key` as soon as possible."""
        if key in self._working:
            self._again.add(key)
        elif key not in self._queued_at:
            metrics.ADDS.inc()
            self._queued_at[key] = _now()
            self._ready.append(key)
            metrics.DEPTH.set(len(self._ready))
            self._changed.set()

    def add_after(self, key: K, delay: float) -> None:
        """Look at `key` in `delay` seconds. Of several times for one key only the earliest counts."""
        due = _now() + max(0.0, delay)
        if self._due.get(key, due + 1) <= due:
            return
        self._due[key] = due
        heapq.heappush(self._timers, (due, next(self._sequence), key))
        self._arm()

    def start(self) -> None:
        """Begin to work."""
        self._tasks = [asyncio.create_task(self._work(), name=f"queue worker {i}") for i in range(self._workers)]

    async def close(self) -> None:
        """Stop to work. What is being worked on is cancelled; state is rebuilt from the API server after a restart."""
        if self._timer_handle is not None:
            self._timer_handle.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _arm(self) -> None:
        if self._timer_handle is not None:
            self._timer_handle.cancel()
        if self._timers:
            self._timer_handle = asyncio.get_running_loop().call_at(self._timers[0][0], self._ring)

    def _ring(self) -> None:
        while self._timers and self._timers[0][0] <= _now():
            due, _, key = heapq.heappop(self._timers)
            if self._due.get(key) == due:
                del self._due[key]
                self.add(key)
        self._arm()

    async def _work(self) -> None:
        while True:
            while not self._ready:
                self._changed.clear()
                await self._changed.wait()
            key = self._ready.popleft()
            metrics.DEPTH.set(len(self._ready))
            metrics.WAITED.observe(_now() - self._queued_at.pop(key))
            await self._work_on(key)

    async def _work_on(self, key: K) -> None:
        self._working.add(key)
        try:
            with metrics.WORKED.time():
                await self._handler(key)
        except RetryLater as error:
            logger.info("%s: %s", key, error)
            self._come_again(key, at_least=error.delay)
        except Exception:
            logger.exception("%s: an error that nobody foresaw; trying again", key)
            self._come_again(key, at_least=0.0)
        else:
            self._failures.pop(key, None)
        finally:
            self._working.discard(key)
            if key in self._again:
                self._again.discard(key)
                self.add(key)

    def _come_again(self, key: K, *, at_least: float) -> None:
        metrics.RETRIES.inc()
        failures = self._failures.get(key, 0)
        self._failures[key] = failures + 1
        self.add_after(key, max(at_least, min(_LONGEST_DELAY, _FIRST_DELAY * 2 ** min(failures, 30))))


def _now() -> float:
    return asyncio.get_running_loop().time()
