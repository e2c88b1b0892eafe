"""Posts Events beside everything else: they are news, and nothing waits for them.

What isn't posted yet is bounded. Where more happens than can be told, the oldest news go untold. Normal Events have a budget on
top, as with client-go and the kubelet: they cost the API server as much as what they tell of, which the status tells anyway.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from datetime import datetime

from glider_operator.app import metrics
from glider_operator.kube.cluster import Cluster
from glider_operator.model.execution import Execution
from glider_operator.reconcile.plan import Event

_MOST = 2_000
_AT_ONCE = 4
#: How long the last news may take when the operator ends.
_LAST_WORDS = 2.0


class Herald:
    """Events on their way to `cluster`; of Normal ones those for which `may_tell` says so."""

    def __init__(self, cluster: Cluster, *, may_tell: Callable[[], bool]) -> None:
        self._cluster = cluster
        self._may_tell = may_tell
        self._news: deque[tuple[Execution, Event, datetime]] = deque(maxlen=_MOST)
        self._came = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def tell(self, execution: Execution, event: Event, *, now: datetime) -> None:
        """Post `event`, some time soon."""
        if not event.warning and not self._may_tell():
            metrics.EVENTS_DROPPED.inc()
            return
        if len(self._news) == _MOST:
            metrics.EVENTS_DROPPED.inc()
        self._news.append((execution, event, now))
        self._came.set()

    def start(self) -> None:
        """Begin to post."""
        self._tasks = [asyncio.create_task(self._post_all(), name=f"herald {i}") for i in range(_AT_ONCE)]

    async def flush(self) -> None:
        """Post what there is."""
        while self._news:
            await self._post_next()

    async def close(self, *, speak: bool = True) -> None:
        """End; post what there is before, if that goes fast and this one may still `speak`."""
        if not speak:
            self._news.clear()
        try:
            async with asyncio.timeout(_LAST_WORDS):
                await self.flush()
        except TimeoutError:
            metrics.EVENTS_DROPPED.inc(len(self._news))
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _post_all(self) -> None:
        while True:
            if not self._news:
                self._came.clear()
                await self._came.wait()
                continue
            await self._post_next()

    async def _post_next(self) -> None:
        execution, event, now = self._news.popleft()
        await self._cluster.tell(execution, event, now=now)
