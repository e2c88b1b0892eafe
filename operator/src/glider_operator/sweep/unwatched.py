"""Lists objects that aren't watched, at the start and periodically: some of them matter nevertheless.

This runs beside the sweeps: it may take long where there are many, and no live execution waits for it.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Sequence

from glider_core.kube.transport import Transport
from glider_operator.sweep.kinds import Unwatched
from glider_operator.sweep.listing import deliver, list_objects, problem_of

#: How soon a list that didn't finish is tried again.
_AGAIN = 5.0


class UnwatchedLister:
    """Lists `unwatched` in `namespaces` (None: all of them) every `interval` seconds."""

    def __init__(
        self,
        transport: Transport,
        unwatched: Unwatched,
        *,
        namespaces: Sequence[str | None],
        interval: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._transport = transport
        self._unwatched = unwatched
        self._namespaces = namespaces
        self._interval = interval
        self._clock = clock
        self._listed_at: float | None = None
        self._problem = ""

    async def run(self) -> None:
        """List until cancelled."""
        while True:
            done = await self.list()
            await asyncio.sleep(self._interval * random.uniform(0.9, 1.1) if done else min(_AGAIN, self._interval))

    @property
    def listed(self) -> bool:
        """Whether a list has finished once."""
        return self._listed_at is not None

    def state(self) -> dict[str, object]:
        """The state of the lists, for people."""
        return {
            "listedAgo": round(self._clock() - self._listed_at, 1) if self._listed_at is not None else None,
            "problem": self._problem or None,
        }

    async def list(self) -> bool:
        """List once. Whether that finished: all objects have been delivered, and all that no longer exist reported as gone."""
        self._problem = await problem_of(self._list(), what=f"a list of {self._unwatched.resource}")
        if self._problem:
            return False
        self._listed_at = self._clock()
        return True

    async def _list(self) -> None:
        unlisted = dict(self._unwatched.known())
        newest = max(unlisted.values(), default=0)
        for namespace in self._namespaces:
            async for body in list_objects(self._transport, self._unwatched, namespace=namespace, newest=newest):
                unlisted.pop(body["metadata"]["uid"], None)
                deliver(self._unwatched.saw, body, self._unwatched.resource)
        known = self._unwatched.known()
        for uid, version in unlisted.items():
            if known.get(uid) == version:
                self._unwatched.gone(uid)
