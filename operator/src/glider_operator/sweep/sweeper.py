"""Compares what is there with what is known, from time to time, and tells whoever should have been told.

Watches lose things: kopf never tells what was deleted before it had to list again, an event may get lost on its way, a proxy may
keep a connection open that nothing comes through. What differs isn't lost at once, since the watch may be about to tell it: it
counts if it differs after a moment, too. And whatever lives is looked at again, since a wake-up may have been lost.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from glider_operator.kube import requests
from glider_operator.kube.errors import KubeError, NotFound
from glider_operator.kube.transport import Transport
from glider_operator.sweep import metrics
from glider_operator.sweep.kinds import Kind
from glider_operator.sweep.listing import Listed, list_all

logger = logging.getLogger(__name__)

#: How long a watch may be late.
PATIENCE = 2.0
_AT_ONCE = 50
_PAUSE = 0.25
#: So many changes at once are the watch's to tell, as long as it does.
_MANY = 50
_BREATH = 1.0
#: So many sweeps in a row that found something lost make a watch that tells nothing.
_DEAF = 3


class Sweeper:
    """Sweeps `kinds` in `namespaces` (None: all of them) every `interval` seconds, and has `look_again` at what `live` gives."""

    def __init__(
        self,
        transport: Transport,
        kinds: Sequence[Kind],
        *,
        namespaces: Sequence[str | None],
        interval: float,
        live: Callable[[], Iterable[Any]],
        look_again: Callable[[Any], None],
        patience: float = PATIENCE,
    ) -> None:
        self._transport = transport
        self._kinds = kinds
        self._namespaces = namespaces
        self._interval = interval
        self._live = live
        self._look_again = look_again
        self._patience = min(patience, interval)
        self._lost_in_a_row: dict[str, int] = {}
        self._not_ours: dict[str, dict[str, int]] = {}

    async def run(self) -> None:
        """Sweep until cancelled."""
        while True:
            await asyncio.sleep(self._interval * random.uniform(0.9, 1.1))
            await self.sweep()
            await self._look_at_the_living()

    async def catch_up(self) -> None:
        """Return once all that is there by now is known."""
        while True:
            if await self.sweep(hurry=True):
                return
            await asyncio.sleep(_BREATH)

    async def sweep(self, *, hurry: bool = False) -> bool:
        """Whether everything that is there is known now. In a `hurry` nothing waits for the watches."""
        began = time.monotonic()
        try:
            for kind in self._kinds:
                lost = await self._sweep_kind(kind, hurry=hurry)
                self._lost_in_a_row[kind.resource] = self._lost_in_a_row.get(kind.resource, 0) + 1 if lost and not hurry else 0
        except KubeError as error:
            metrics.SWEEPS.labels("failed").inc()
            logger.warning("a sweep did not come to its end: %s", error)
            return False
        except Exception:
            metrics.SWEEPS.labels("failed").inc()
            logger.exception("a sweep did not come to its end")
            return False
        metrics.SWEEPS.labels("done").inc()
        metrics.DURATION.observe(time.monotonic() - began)
        metrics.LAST.set_to_current_time()
        return True

    def deaf(self) -> str:
        """Which watch seems to tell nothing; empty if none does."""
        return next((resource for resource, times in self._lost_in_a_row.items() if times >= _DEAF), "")

    async def _sweep_kind(self, kind: Kind, *, hurry: bool) -> int:
        """How many changes nobody had told of."""
        unlisted = dict(kind.known())
        newest = max(unlisted.values(), default=0)
        behind: list[Listed] = []
        not_ours, still_there = self._not_ours.get(kind.resource, {}), dict[str, int]()
        for namespace in self._namespaces:
            async for one in list_all(
                self._transport, kind.resource, namespace=namespace, selector=kind.selector, hurry=hurry, newest=newest
            ):
                known = unlisted.pop(one.uid, not_ours.get(one.uid, -1))
                if known < one.version:
                    behind.append(one)
                elif one.uid in not_ours:
                    still_there[one.uid] = one.version
        self._not_ours[kind.resource] = still_there
        if not (behind or unlisted):
            return 0
        if not hurry:
            await asyncio.sleep(self._patience)
        await _settle(kind, behind)
        return await self._make_up(kind, behind, unlisted)

    async def _make_up(self, kind: Kind, behind: Sequence[Listed], unlisted: Iterable[str]) -> int:
        known = kind.known()
        gone = frozenset(uid for uid in unlisted if uid in known)
        late = [one for one in behind if known.get(one.uid, -1) < one.version]
        if gone:
            kind.gone(gone)
        fetched = [one for one in late if await self._fetch(kind, one)]
        known = kind.known() if fetched else known
        # somebody else has put our label on the others: that isn't lost which nobody wants to know of
        self._not_ours[kind.resource] |= {one.uid: one.version for one in fetched if one.uid not in known}
        changed = sum(one.uid in known for one in fetched)
        metrics.CORRECTIONS.labels(kind.resource, "gone").inc(len(gone))
        metrics.CORRECTIONS.labels(kind.resource, "changed").inc(changed)
        if gone or changed:
            logger.info("%s: the watch hadn't told that %d are gone and %d have changed", kind.resource, len(gone), changed)
        return len(gone) + changed

    async def _fetch(self, kind: Kind, one: Listed) -> bool:
        try:
            body = await self._transport.send(requests.get_watched(kind.resource, one.namespace, one.name))
        except NotFound:
            return False
        kind.saw(body)
        return True

    async def _look_at_the_living(self) -> None:
        for number, key in enumerate(self._live(), start=1):
            self._look_again(key)
            if number % _AT_ONCE == 0:
                await asyncio.sleep(_PAUSE)


async def _settle(kind: Kind, behind: Sequence[Listed]) -> None:
    """Wait while the watch is telling much of it: it is quicker at that than we are, one by one."""
    before = len(behind) + 1
    while _MANY < (count := _count(kind, behind)) < before:
        before = count
        await asyncio.sleep(_BREATH)


def _count(kind: Kind, behind: Sequence[Listed]) -> int:
    known = kind.known()
    return sum(known.get(one.uid, -1) < one.version for one in behind)
