"""Answers that hold for a moment: equal questions at the same time are asked once, and the oldest answers make room.

The API server answers what a viewer may and who a token belongs to. One page asks the same several times at once, and what was
revoked is to be gone in seconds.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

#: How long an answer is used, in seconds.
LASTS = 15.0
_MOST = 10_000


class Answers(Generic[K, V]):
    """Keeps answers. `lasts` and `clock` are in seconds; an error isn't kept, but who asks meanwhile gets it, too."""

    def __init__(self, *, lasts: float = LASTS, most: int = _MOST, clock: Callable[[], float] = time.monotonic) -> None:
        self._lasts, self._most, self._clock = lasts, most, clock
        self._known: OrderedDict[K, tuple[float, V]] = OrderedDict()
        self._asked: dict[K, asyncio.Task[V]] = {}

    async def get(self, question: K, ask: Callable[[], Awaitable[V]], *, fresh: bool = False) -> V:
        """The answer to `question`, by `ask` where none is kept. `fresh`: also where one is."""
        known = self._known.get(question)
        if known is not None and not fresh and self._clock() < known[0]:
            return known[1]
        task = self._asked.get(question)
        if task is None:
            task = self._asked[question] = asyncio.create_task(self._ask(question, ask))
            task.add_done_callback(lambda _: self._asked.pop(question, None))
        return await asyncio.shield(task)  # who leaves doesn't take the others' answer along

    async def _ask(self, question: K, ask: Callable[[], Awaitable[V]]) -> V:
        asked_at = self._clock()
        answer = await ask()
        self._known[question] = (asked_at + self._lasts, answer)
        self._known.move_to_end(question)
        while len(self._known) > self._most:
            self._known.popitem(last=False)
        return answer
