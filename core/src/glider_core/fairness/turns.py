"""Who may begin a call of those that would like to: so many at once, and fair between namespaces, as reconciles do (`lines`)."""

from __future__ import annotations

import asyncio
from typing import TypeAlias

from glider_core.fairness.lines import FairLines

_Turn: TypeAlias = tuple[str, asyncio.Future[None]]


class Turns:
    """At most `count` at once, and for one namespace only while it has fewer of them than are free."""

    def __init__(self, count: int) -> None:
        self._lines: FairLines[_Turn] = FairLines(workers=count)

    async def take(self, namespace: str) -> None:
        """Wait for a turn, which lasts until `done`."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._lines.add(namespace, (namespace, turn))
        self._give()
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():  # it came at the same moment
                self.done(namespace)
            raise

    def done(self, namespace: str) -> None:
        """A turn has ended."""
        self._lines.done(namespace)
        self._give()

    def _give(self) -> None:
        while (next_one := self._lines.take()) is not None:
            namespace, turn = next_one
            if turn.cancelled():  # nobody waits for it any more
                self._lines.done(namespace)
            else:
                turn.set_result(None)
