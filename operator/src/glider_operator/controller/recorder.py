"""Posts Events beside everything else: they are news, and nothing waits for them.

What isn't posted yet is bounded. Where more happens than can be told, the oldest news go untold, of the namespace that has the
most of them; and namespaces take turns, so that one with a slow webhook or a thousand failures neither delays nor evicts what the
others have to tell. Normal Events have a budget on top, as with client-go and the kubelet: they cost the API server as much as
what they tell of, which the status tells anyway.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from glider_operator.controller.cluster import Cluster
from glider_operator.model.execution import Execution
from glider_operator.queue.fair import FairLines
from glider_operator.reconcile.plan import Event
from glider_operator.telemetry import metrics

_MOST = 2_000
_MOST_OF_ONE = 500
#: One namespace gets half of them.
_AT_ONCE = 8
#: How long the last news may take when the operator ends.
_LAST_WORDS = 2.0


@dataclass(frozen=True, eq=False, slots=True)
class _News:
    execution: Execution
    event: Event
    now: datetime


class Herald:
    """Events on their way to `cluster`; of Normal ones those for which `may_tell` says so."""

    def __init__(self, cluster: Cluster, *, may_tell: Callable[[], bool]) -> None:
        self._cluster = cluster
        self._may_tell = may_tell
        self._news: FairLines[_News] = FairLines(workers=_AT_ONCE)
        self._posting = 0
        self._moved = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def tell(self, execution: Execution, event: Event, *, now: datetime) -> None:
        """Post `event`, some time soon."""
        if not event.warning and not self._may_tell():
            metrics.EVENTS_DROPPED.inc()
            return
        if self._news.depth(execution.namespace) >= _MOST_OF_ONE:
            self._drop(execution.namespace)
        elif len(self._news) >= _MOST:
            depths = self._news.depths()
            self._drop(max(depths, key=depths.__getitem__))
        self._news.add(execution.namespace, _News(execution, event, now))
        self._moved.set()

    def start(self, *, create_task: Callable[..., asyncio.Task[None]] = asyncio.create_task) -> None:
        """Begin to post, in tasks that `create_task` makes."""
        self._tasks = [create_task(self._post_all(), name=f"herald {i}") for i in range(_AT_ONCE)]

    async def flush(self) -> None:
        """Return once all that there is has been posted; whether or not this has started."""
        while (news := self._news.take()) is not None:
            await self._post(news)
        while len(self._news) or self._posting:
            self._moved.clear()
            await self._moved.wait()

    async def close(self, *, speak: bool = True) -> None:
        """End; post what there is before, if that goes fast and this one may still `speak`."""
        if speak:
            try:
                async with asyncio.timeout(_LAST_WORDS):
                    await self.flush()
            except TimeoutError:
                metrics.EVENTS_DROPPED.inc(len(self._news))
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def state(self) -> dict[str, object]:
        """What waits, and is on its way, for people."""
        return {"waiting": len(self._news), "posting": self._posting}

    def _drop(self, namespace: object) -> None:
        self._news.drop(namespace)
        metrics.EVENTS_DROPPED.inc()

    async def _post_all(self) -> None:
        while True:
            news = self._news.take()
            if news is None:
                self._moved.clear()
                await self._moved.wait()
            else:
                await self._post(news)

    async def _post(self, news: _News) -> None:
        self._posting += 1
        try:
            await self._cluster.tell(news.execution, news.event, now=news.now)
        finally:
            self._posting -= 1
            self._news.done(news.execution.namespace)
            self._moved.set()
