"""Whose call is next: one user has so many answered at once, so that nobody waits for another one's thousand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from anyio import Semaphore

from glider_admin.errors import Code, RefusedError

#: For each call that is answered, so many may wait.
_WAITING = 32


@dataclass(slots=True)
class _Queue:
    turns: Semaphore
    calls: int = field(default=0)


class Turns:
    """The calls of each user: `at_once` are answered, 32 times as many wait, more are refused. Used on the event loop."""

    def __init__(self, *, at_once: int = 32) -> None:
        self._at_once, self._most = at_once, at_once * (1 + _WAITING)
        self._queues: dict[str, _Queue] = {}

    def __len__(self) -> int:
        return len(self._queues)

    @asynccontextmanager
    async def turn(self, user: str) -> AsyncIterator[None]:
        """Within it a call of `user` is answered.

        Raises:
            RefusedError: too many of theirs wait.
        """
        queue = self._queues.setdefault(user, _Queue(turns=Semaphore(self._at_once)))
        if queue.calls >= self._most:
            why = f"{user} has {queue.calls} calls under way, expected at most {self._most}. Make fewer at once (limits.callsAtOnce)."
            raise RefusedError(Code.RESOURCE_EXHAUSTED, why)
        queue.calls += 1
        try:
            async with queue.turns:
                yield
        finally:
            queue.calls -= 1
            if not queue.calls:
                del self._queues[user]
