"""Answers that hold for a moment: equal questions at the same time are asked once, and the oldest answers make room.

The API server answers what a viewer may and who a token belongs to. One page asks the same several times at once, and what was
revoked is to be gone in seconds.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass
from typing import Generic, TypeVar

from glider_client.cluster.errors import UnavailableError, UnreachableError

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

#: How long an answer is used, in seconds.
LASTS = 15.0
_MOST = 10_000
#: Nobody waits longer for another answer while the last one could still be used.
_PATIENCE = 2.0
#: The API server that didn't answer is asked again after so many seconds.
_PAUSE = 5.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Lasting:
    """For how many seconds an answer is used; and for how many more while the API server doesn't answer."""

    seconds: float
    grace: float = 0.0


@dataclass(frozen=True, slots=True)
class _Known(Generic[V]):
    value: V
    until: float
    at_most: float


class Answers(Generic[K, V]):
    """Keeps answers. `lasts`: how long each is used. `clock` is in seconds. An error isn't kept, but who asks meanwhile gets it, too."""

    def __init__(
        self,
        *,
        lasts: float | Callable[[V], Lasting] = LASTS,
        most: int = _MOST,
        patience: float = _PATIENCE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._lasts, self._most, self._patience, self._clock = lasts, most, patience, clock
        self._known: OrderedDict[K, _Known[V]] = OrderedDict()
        self._asked: dict[K, asyncio.Task[V]] = {}

    def __len__(self) -> int:
        return len(self._known)

    async def get(self, question: K, ask: Callable[[], Awaitable[V]], *, fresh: bool = False) -> V:
        """The answer to `question`, by `ask` where none is kept. `fresh`: also where one is."""
        known, now = self._known.get(question), self._clock()
        if known is not None and not fresh and now < known.until:
            return known.value
        task = self._asked.get(question)
        if task is None:
            task = self._asked[question] = asyncio.create_task(self._ask(question, ask))
            task.add_done_callback(lambda done: self._answered(question, done))
        if known is None or fresh or now >= known.at_most:
            return await asyncio.shield(task)  # who leaves doesn't take the others' answer along
        with suppress(UnavailableError, UnreachableError, TimeoutError):
            async with asyncio.timeout(self._patience):
                return await asyncio.shield(task)
        self._known[question] = _Known(known.value, min(known.at_most, self._clock() + _PAUSE), known.at_most)
        return known.value

    def _answered(self, question: K, task: asyncio.Task[V]) -> None:
        self._asked.pop(question, None)
        if not task.cancelled():
            task.exception()  # who asked may have left before

    async def _ask(self, question: K, ask: Callable[[], Awaitable[V]]) -> V:
        asked_at = self._clock()
        answer = await ask()
        lasts = self._lasts(answer) if callable(self._lasts) else Lasting(seconds=self._lasts)
        until = asked_at + lasts.seconds
        self._known[question] = _Known(answer, until, until + lasts.grace)
        self._known.move_to_end(question)
        while len(self._known) > self._most:
            self._known.popitem(last=False)
        return answer
