"""A work queue with the semantics of client-go's, for asyncio, and fair between groups of keys.

kopf swallows an event handler's exceptions and never calls it again, so its handlers only add keys here. A key is in the queue once,
however often it is added. One worker handles it at a time; if it is added meanwhile, it is queued again afterwards. A key whose
handler failed is requeued after an exponentially growing time, which a success resets. Keys that are blocked for an unknown time
are requeued the more seldom the more there are, so that their total rate stays bounded. The metrics are named as
controller-runtime's.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from prometheus_client import Counter, Gauge, Histogram

from glider_core.fairness.lines import FairLines
from glider_operator.queue.timers import Timers

K = TypeVar("K", bound=Hashable)

logger = logging.getLogger(__name__)

_FIRST_DELAY = 0.1
_LONGEST_DELAY = 60.0
#: How many blocked keys a second are requeued, all of them together, unless each would wait for longer than the maximum.
_A_SECOND = 10.0
_LONGEST_WHERE_MANY = 300.0
#: A reconcile that takes longer is logged while it runs: no call to the API server may take as long.
SLOW = 45.0


class RetryLater(Exception):
    """A handler raises this to have its key requeued after at least `delay` seconds, without the error being logged as a bug.

    `lasting`: the key is blocked until something outside changes, at an unknown time.
    """

    def __init__(self, message: str, *, delay: float = 0.0, lasting: bool = False) -> None:
        super().__init__(message)
        self.delay = delay
        self.lasting = lasting


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyState:
    """The state of a key: how long it has waited or been handled, in how many seconds it is requeued, how often it failed in a row."""

    waits: float | None = None
    worked_on: float | None = None
    comes_in: float | None = None
    failures: int = 0


class WorkQueue(Generic[K]):
    """Keys that wait for `handler`.

    Args:
        handler: handles one key. If it raises, the key is requeued later.
        workers: how many keys are handled at once.
        group: what a key belongs to. Groups take turns.
        name: what a key is called in the log.
    """

    def __init__(
        self,
        handler: Callable[[K], Awaitable[None]],
        *,
        workers: int,
        group: Callable[[K], Hashable] = lambda _: None,
        name: Callable[[K], str] = str,
    ) -> None:
        self._handler = handler
        self._name = name
        self._workers = workers
        self._group = group
        self._ready: FairLines[K] = FairLines(workers=workers)
        self._queued_at: dict[K, float] = {}
        self._working: dict[K, float] = {}
        self._again: dict[K, bool] = {}
        self._failures: dict[K, int] = {}
        self._kept: set[K] = set()
        self._timers: Timers[K] = Timers()
        self._timer_handle: asyncio.TimerHandle | None = None
        self._rings_at: float | None = None
        self._idle: deque[asyncio.Future[None]] = deque()
        self._tasks: list[asyncio.Task[None]] = []
        self._moved_at = 0.0

    def add(self, key: K, *, ahead: bool = False) -> None:
        """Handle `key` as soon as possible, `ahead` of the keys of its group that were added without it."""
        if key in self._working:
            self._again[key] = ahead or self._again.get(key, False)
        elif key in self._queued_at:
            if ahead:
                self._ready.add(self._group(key), key, ahead=True)
        else:
            ADDS.inc()
            if not self._queued_at:
                self._moved_at = _now()
            self._queued_at[key] = _now()
            self._ready.add(self._group(key), key, ahead=ahead)
            DEPTH.set(len(self._ready))
            self._wake_one()

    def add_after(self, key: K, delay: float) -> None:
        """Handle `key` in `delay` seconds. Of several times for one key only the earliest counts."""
        self._timers.set(key, _now() + max(0.0, delay))
        self._arm()

    def forget(self, key: K) -> None:
        """Remove `key`, its timer and its failures."""
        self._timers.forget(key)
        self._worked(key)
        self._again.pop(key, None)
        if self._queued_at.pop(key, None) is not None:
            self._ready.remove(self._group(key), key)
            DEPTH.set(len(self._ready))

    def comes_again(self, key: K) -> bool:
        """Whether `key` failed, and will be requeued."""
        return key in self._failures and self._timers.due(key) is not None

    def start(self, *, create_task: Callable[..., asyncio.Task[None]] = asyncio.create_task) -> None:
        """Start the workers, in tasks that `create_task` makes."""
        self._moved_at = _now()
        self._tasks = [create_task(self._work(), name=f"queue worker {i}") for i in range(self._workers)]

    @property
    def works(self) -> bool:
        """Whether keys are handled, or only collected."""
        return bool(self._tasks)

    async def close(self) -> None:
        """Stop the workers, and cancel what they handle; state is rebuilt from the API server after a restart."""
        if self._timer_handle is not None:
            self._timer_handle.cancel()
            self._timer_handle, self._rings_at = None, None
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    def state(self, key: K) -> KeyState:
        """The state of `key`."""
        now, due = _now(), self._timers.due(key)
        queued_at, worked_since = self._queued_at.get(key), self._working.get(key)
        return KeyState(
            waits=None if queued_at is None else now - queued_at,
            worked_on=None if worked_since is None else now - worked_since,
            comes_in=None if due is None else max(0.0, due - now),
            failures=self._failures.get(key, 0),
        )

    def stuck_for(self) -> float:
        """For how long keys have waited without one being taken or done; 0 while none waits or the workers haven't started."""
        return _now() - self._moved_at if self._queued_at and self._tasks else 0.0

    def working(self) -> dict[K, float]:
        """The keys that are being handled, and for how many seconds each."""
        now = _now()
        return {key: now - since for key, since in self._working.items()}

    def depths(self) -> dict[Hashable, int]:
        """How many keys wait in each group."""
        return self._ready.depths()

    def counts(self) -> dict[str, int]:
        """How many keys are in which state."""
        return {
            "ready": len(self._ready),
            "working": len(self._working),
            "later": len(self._timers),
            "failing": len(self._failures),
        }

    def _arm(self) -> None:
        due = self._timers.next()
        if due == self._rings_at:
            return
        if self._timer_handle is not None:
            self._timer_handle.cancel()
        self._rings_at = due
        self._timer_handle = None if due is None else asyncio.get_running_loop().call_at(due, self._ring)

    def _ring(self) -> None:
        self._timer_handle, self._rings_at = None, None
        for key in self._timers.pop(_now()):
            self.add(key)
        self._arm()

    def _wake_one(self) -> None:
        while self._idle:
            if not (waiting := self._idle.popleft()).done():
                waiting.set_result(None)
                return

    async def _work(self) -> None:
        while True:
            key = self._ready.take()
            if key is None:
                self._idle.append(waiting := asyncio.get_running_loop().create_future())
                await waiting
                continue
            self._moved_at = _now()
            DEPTH.set(len(self._ready))
            WAITED.observe(self._moved_at - self._queued_at.pop(key))
            await self._work_on(key)

    async def _work_on(self, key: K) -> None:
        self._working[key] = began = _now()
        try:
            await self._handler(key)
        except RetryLater as error:
            logger.info("%s: %s", self._name(key), error)
            self._come_again(key, at_least=error.delay, lasting=error.lasting)
        except Exception:
            logger.exception("%s: an unexpected error; trying again", self._name(key))
            self._come_again(key, at_least=0.0, lasting=False)
        else:
            self._worked(key)
        finally:
            self._finish(key, took=_now() - began)

    def _finish(self, key: K, *, took: float) -> None:
        del self._working[key]
        self._moved_at = _now()
        WORKED.observe(took)
        if took > SLOW:
            logger.info("%s: the reconcile took %.0f s", self._name(key), took)
        self._ready.done(self._group(key))
        if (ahead := self._again.pop(key, None)) is not None:
            self.add(key, ahead=ahead)
        if len(self._ready):
            self._wake_one()  # a group that had too many workers may have this one

    def _come_again(self, key: K, *, at_least: float, lasting: bool) -> None:
        RETRIES.inc()
        failures = self._failures.get(key, 0)
        self._failures[key] = failures + 1
        if lasting:
            self._kept.add(key)
            at_least = max(at_least, min(len(self._kept) / _A_SECOND, _LONGEST_WHERE_MANY))
        else:
            self._kept.discard(key)
        self.add_after(key, max(at_least, min(_LONGEST_DELAY, _FIRST_DELAY * 2 ** min(failures, 30))))

    def _worked(self, key: K) -> None:
        self._failures.pop(key, None)
        self._kept.discard(key)


def _now() -> float:
    return asyncio.get_running_loop().time()


DEPTH = Gauge("glider_workqueue_depth", "Executions that wait to be reconciled")
ADDS = Counter("glider_workqueue_adds_total", "Executions that were put in the queue")
RETRIES = Counter("glider_workqueue_retries_total", "Executions that were requeued after an error")
WAITED = Histogram("glider_workqueue_queue_duration_seconds", "How long an execution waited in the queue")
WORKED = Histogram("glider_workqueue_work_duration_seconds", "How long a reconcile took")
