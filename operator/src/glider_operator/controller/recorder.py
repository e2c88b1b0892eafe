"""Posts Events beside everything else: they inform, and nothing waits for them.

The queue of Events is bounded. Where there are too many, the oldest ones of the namespace with the most are dropped; and namespaces
take turns, so that one with a slow webhook or a thousand failures neither delays nor evicts the Events of others. Normal Events have
a budget on top, as with client-go and the kubelet: each costs the API server as much as the status write that it reports, and the
status shows the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from glider_core.api.execution import Execution
from glider_core.fairness.lines import FairLines
from glider_core.reconcile.plan import Event
from glider_operator.archive.archive import Archive
from glider_operator.controller.cluster import Cluster, event_document
from glider_operator.telemetry import metrics

_MOST = 2_000
_MOST_OF_ONE = 500
#: One namespace gets half of them.
_AT_ONCE = 8
#: How long posting what is pending may take when the operator ends, in seconds.
_FLUSH_TIMEOUT = 2.0


@dataclass(frozen=True, eq=False, slots=True)
class _Pending:
    execution: Execution
    event: Event
    now: datetime


class EventRecorder:
    """Events on their way to `cluster`; of Normal ones only those that `may_post` allows. The `archive` gets all of them."""

    def __init__(self, cluster: Cluster, *, may_post: Callable[[], bool], archive: Archive | None = None) -> None:
        self._cluster = cluster
        self._archive = archive or Archive()
        self._may_post = may_post
        self._pending: FairLines[_Pending] = FairLines(workers=_AT_ONCE)
        self._posting = 0
        self._moved = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def record(self, execution: Execution, event: Event, *, now: datetime) -> None:
        """Post `event`, some time soon."""
        if self._archive.keeps:
            self._archive.event(execution.identity, event_document(execution, event, now=now))
        if not event.warning and not self._may_post():
            metrics.EVENTS_DROPPED.inc()
            return
        if self._pending.depth(execution.namespace) >= _MOST_OF_ONE:
            self._drop(execution.namespace)
        elif len(self._pending) >= _MOST:
            depths = self._pending.depths()
            self._drop(max(depths, key=depths.__getitem__))
        self._pending.add(execution.namespace, _Pending(execution, event, now))
        self._moved.set()

    def start(self, *, create_task: Callable[..., asyncio.Task[None]] = asyncio.create_task) -> None:
        """Begin to post, in tasks that `create_task` makes."""
        self._tasks = [create_task(self._post_all(), name=f"recorder {i}") for i in range(_AT_ONCE)]

    async def flush(self) -> None:
        """Return once all that there is has been posted; whether or not this has started."""
        while (pending := self._pending.take()) is not None:
            await self._post(pending)
        while len(self._pending) or self._posting:
            self._moved.clear()
            await self._moved.wait()

    async def close(self, *, flush: bool = True) -> None:
        """End. With `flush`, post what is pending before that, as far as there is time."""
        if flush:
            try:
                async with asyncio.timeout(_FLUSH_TIMEOUT):
                    await self.flush()
            except TimeoutError:
                metrics.EVENTS_DROPPED.inc(len(self._pending))
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def state(self) -> dict[str, object]:
        """What waits, and is on its way, for people."""
        return {"waiting": len(self._pending), "posting": self._posting}

    def _drop(self, namespace: object) -> None:
        self._pending.drop(namespace)
        metrics.EVENTS_DROPPED.inc()

    async def _post_all(self) -> None:
        while True:
            pending = self._pending.take()
            if pending is None:
                self._moved.clear()
                await self._moved.wait()
            else:
                await self._post(pending)

    async def _post(self, pending: _Pending) -> None:
        self._posting += 1
        try:
            await self._cluster.post_event(pending.execution, pending.event, now=pending.now)
        finally:
            self._posting -= 1
            self._pending.done(pending.execution.namespace)
            self._moved.set()
