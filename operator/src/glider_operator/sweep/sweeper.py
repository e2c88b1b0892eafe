"""Periodically compares the API server's objects with the caches, and corrects the caches.

Watches miss changes: kopf never reports what was deleted before it had to list again, an event may get lost on its way, a proxy may
keep a connection open without passing anything on. A difference doesn't count as missed at once, since the watch may be about to
report it: it counts if it is still there after a moment. All live executions are requeued as well, since a requeue may have been
lost; that has an interval of its own, however long a sweep takes.

An object that is older than the cache knows it comes from an etcd that was restored from a backup. Then the caches are of a time that
didn't happen, and a sweep ends the operator: the next one starts with what exists.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

from prometheus_client import Counter, Gauge, Histogram

from glider_core.kube import requests
from glider_core.kube.errors import NotFound
from glider_core.kube.transport import Transport
from glider_operator.sweep.kinds import Kind
from glider_operator.sweep.listing import Listed, OlderList, deliver, list_all, problem_of

logger = logging.getLogger(__name__)

#: How long a watch may be late.
PATIENCE = 2.0
_AT_ONCE = 50
_PAUSE = 0.25
#: More differences than these are left to the watch, as long as it makes progress.
_MANY = 50
_BREATH = 1.0
#: After so many fetches the remaining differences are compared with the cache again.
_PORTION = 20
#: After so many sweeps in a row with corrections the watch counts as silent.
_SILENT = 3
#: Sweeps are overdue after so many intervals without one that finished, and after `_AT_LEAST` seconds where intervals are short.
_OVERDUE = 3
_AT_LEAST = 60.0


class RestoredError(Exception):
    """The API server's data are older than what the operator has seen of them."""


async def _nothing_to_tidy() -> None:
    """For a sweeper without orphan collection."""


class Sweeper:
    """Sweeps `kinds` in `namespaces` (None: all of them) every `interval` seconds, and calls `requeue` with each key in `live`.

    After a sweep that finished the caches are complete, and `tidy` is called.
    """

    def __init__(
        self,
        transport: Transport,
        kinds: Sequence[Kind],
        *,
        namespaces: Sequence[str | None],
        interval: float,
        live: Callable[[], Iterable[Any]],
        requeue: Callable[[Any], None],
        tidy: Callable[[], Awaitable[None]] = _nothing_to_tidy,
        patience: float = PATIENCE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._transport = transport
        self._kinds = kinds
        self._namespaces = namespaces
        self._interval = interval
        self._live = live
        self._requeue = requeue
        self._tidy = tidy
        self._patience = min(patience, interval)
        self._corrected_in_a_row: dict[str, int] = {}
        self._clock = clock
        self._swept_at: float | None = None
        self._problem = ""
        self._restored = ""
        #: By resource and namespace, since when its lists have been older than what was known.
        self._older_since: dict[tuple[str, str | None], float] = {}
        #: By resource and UID the versions of objects that the cache didn't take: they are fetched again when they have changed.
        self._unwanted: dict[str, dict[str, int]] = {}
        for kind in kinds:
            for change in ("gone", "changed"):
                CORRECTIONS.labels(kind.resource, change)  # from 0 on, so that the first one shows in a rate

    async def run(self) -> None:
        """Sweep, and requeue live executions, until cancelled.

        Raises:
            RestoredError: somebody has restored a backup of etcd.
        """
        self._swept_at = self._clock()
        both = [asyncio.create_task(self._repeat(what)) for what in (self._sweep_and_tidy, self._requeue_the_live)]
        try:
            await asyncio.gather(*both)
        finally:
            for task in both:
                task.cancel()

    async def _repeat(self, what: Callable[[], Awaitable[object]]) -> None:
        while True:
            await asyncio.sleep(self._interval * random.uniform(0.9, 1.1))
            await what()

    async def _sweep_and_tidy(self) -> None:
        if await self.sweep():
            await self._tidy()

    async def catch_up(self) -> None:
        """Return once the caches have everything that exists by now.

        Raises:
            RestoredError: somebody has restored a backup of etcd.
        """
        self._swept_at = self._clock()
        while True:
            if await self.sweep(hurry=True):
                return
            await asyncio.sleep(_BREATH)

    async def sweep(self, *, hurry: bool = False) -> bool:
        """Whether the caches have everything now. In a `hurry` nothing waits for the watches.

        Raises:
            RestoredError: somebody has restored a backup of etcd.
        """
        began = time.monotonic()
        if problem := await problem_of(self._sweep_kinds(hurry=hurry), what="a sweep"):
            SWEEPS.labels("failed").inc()
            self._problem = problem
            if self._restored:
                raise RestoredError(f"etcd was restored from a backup: {self._restored}")
            return False
        SWEEPS.labels("done").inc()
        DURATION.observe(time.monotonic() - began)
        LAST.set_to_current_time()
        self._swept_at, self._problem = self._clock(), ""
        return True

    def overdue(self) -> str:
        """Why no sweep has finished for too long; empty if one has, or if none has begun."""
        if self._swept_at is None or (since := self._clock() - self._swept_at) <= self._patient_for:
            return ""
        return f"no sweep has finished for {since:.0f} s: {self._problem or 'it is still on its way'}"

    @property
    def _patient_for(self) -> float:
        return max(_AT_LEAST, _OVERDUE * self._interval)

    def state(self) -> dict[str, object]:
        """The state of the sweeps, for people."""
        return {
            "lastSweepAgo": None if self._swept_at is None else round(self._clock() - self._swept_at, 1),
            "problem": self._problem or None,
            "foundSomethingInARow": {resource: times for resource, times in self._corrected_in_a_row.items() if times},
        }

    def silent(self) -> str:
        """The resource whose watch seems to report nothing; empty if all watches work."""
        return next((resource for resource, times in self._corrected_in_a_row.items() if times >= _SILENT), "")

    async def _sweep_kinds(self, *, hurry: bool) -> None:
        for kind in self._kinds:
            corrected = await self._sweep_kind(kind, hurry=hurry)
            self._corrected_in_a_row[kind.resource] = self._corrected_in_a_row.get(kind.resource, 0) + 1 if corrected and not hurry else 0

    async def _sweep_kind(self, kind: Kind, *, hurry: bool) -> int:
        """How many changes the watch had missed."""
        known, left = dict(kind.known()), kind.left()
        unlisted = {uid: version for uid, version in known.items() if kind.selected(uid)}
        newest = max(known.values(), default=0)
        behind: list[Listed] = []
        unwanted, still_there = self._unwanted.get(kind.resource, {}), dict[str, int]()
        for namespace in self._namespaces:
            async for one in self._list(kind, namespace=namespace, hurry=hurry, newest=newest):
                self._refuse_older(kind, one, known=max(known.get(one.uid, 0), left.get(one.uid, 0)))
                unlisted.pop(one.uid, None)
                if known.get(one.uid, unwanted.get(one.uid, -1)) < one.version:
                    behind.append(one)
                elif one.uid in unwanted:
                    still_there[one.uid] = one.version
        self._unwanted[kind.resource] = still_there
        if not (behind or unlisted):
            return 0
        if not hurry:
            await asyncio.sleep(self._patience)
        await _settle(kind, behind)
        return self._gone(kind, unlisted) + await self._changed(kind, behind)

    async def _list(self, kind: Kind, *, namespace: str | None, hurry: bool, newest: int) -> AsyncIterator[Listed]:
        """An old list may come from a cache on the way: it counts if all lists of the kind in `namespace` have been older for a while."""
        try:
            async for one in list_all(self._transport, kind, namespace=namespace, hurry=hurry, newest=newest):
                yield one
            self._older_since.pop((kind.resource, namespace), None)
        except OlderList as error:
            since = self._older_since.setdefault((kind.resource, namespace), self._clock())
            if self._clock() - since > self._patient_for:
                self._restored = str(error)
            raise

    def _refuse_older(self, kind: Kind, one: Listed, *, known: int) -> None:
        """A list that is later than `known`, which was known before it, never has an older state."""
        if one.version < known <= one.as_of:
            self._restored = (
                f"{kind.resource} {one.namespace}/{one.name} is listed with version {one.version}, and version {known} is known"
            )
            raise OlderList(self._restored)

    def _gone(self, kind: Kind, unlisted: Mapping[str, int]) -> int:
        """Remove what no longer exists, except objects that the watch has reported since the comparison. How many were removed."""
        known = kind.known()
        gone = frozenset(uid for uid, version in unlisted.items() if known.get(uid) == version)
        missed = kind.gone(gone) if gone else 0
        CORRECTIONS.labels(kind.resource, "gone").inc(missed)
        if missed:
            logger.info("%s: the watch missed %d deletions", kind.resource, missed)
        return missed

    async def _changed(self, kind: Kind, behind: Sequence[Listed]) -> int:
        """Fetch what differs from the cache. How many objects the cache took: one that it doesn't want is no missed change."""
        changed = 0
        for start in range(0, len(behind), _PORTION):
            late = _late(kind, behind[start : start + _PORTION])  # the watch may have reported it by now
            for one in late:
                await self._fetch(kind, one)
            untaken = _late(kind, late) if late else []
            self._unwanted[kind.resource] |= {one.uid: one.version for one in untaken}
            missed = {one.uid for one in late} - {one.uid for one in untaken}
            changed += sum(kind.selected(uid) for uid in missed)  # for one that isn't selected any more the watch reports a deletion
        CORRECTIONS.labels(kind.resource, "changed").inc(changed)
        if changed:
            logger.info("%s: the watch missed %d changes", kind.resource, changed)
        return changed

    async def _fetch(self, kind: Kind, one: Listed) -> None:
        try:
            body = await self._transport.send(requests.get_watched(kind.resource, one.namespace, one.name))
        except NotFound:
            return
        deliver(kind.saw, body, kind.resource)

    async def _requeue_the_live(self) -> None:
        for number, key in enumerate(self._live(), start=1):
            self._requeue(key)
            if number % _AT_ONCE == 0:
                await asyncio.sleep(_PAUSE)


async def _settle(kind: Kind, behind: Sequence[Listed]) -> None:
    """Wait while the watch catches up by itself: it is faster than fetching objects one by one."""
    before = len(behind) + 1
    while _MANY < (count := len(_late(kind, behind))) < before:
        before = count
        await asyncio.sleep(_BREATH)


def _late(kind: Kind, listed: Sequence[Listed]) -> list[Listed]:
    """Those of `listed` that the cache doesn't have, or has in an older version."""
    known = kind.known()
    return [one for one in listed if known.get(one.uid, -1) < one.version]


CORRECTIONS = Counter("glider_sweep_corrections_total", "Changes that the watches missed and a sweep found", ["resource", "kind"])
SWEEPS = Counter("glider_sweeps_total", "Sweeps, by how they ended", ["result"])
DURATION = Histogram("glider_sweep_duration_seconds", "How long a sweep took", buckets=(0.1, 0.5, 1, 5, 15, 60, 300))
LAST = Gauge("glider_sweep_last_success_timestamp_seconds", "When a sweep last finished")
