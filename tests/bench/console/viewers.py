"""Viewers with an open stream each: some see the same, others have filters of their own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp

from tests.bench.console.crowd import NAMESPACE
from tests.bench.console.server import VIEWER

#: What viewers have chosen: half of them nothing.
_CHOICES = (
    "",
    "&phase=Failed",
    "",
    "&label=team%3Dteam-3",
    "",
    "&sort=-duration",
    "",
    "&text=column&sort=name",
    "",
    "&since=1h&phase=Running,Queued",
)


@dataclass(slots=True)
class Received:
    """What all viewers together have received."""

    size: int = 0
    events: dict[str, int] = field(default_factory=dict)

    def count(self, line: bytes) -> None:
        self.size += len(line)
        if line.startswith(b"event: "):
            kind = line[7:].strip().decode()
            self.events[kind] = self.events.get(kind, 0) + 1


@asynccontextmanager
async def viewers(address: str, count: int) -> AsyncIterator[Received]:
    """So many with open streams, each of which has got its snapshot."""
    received = Received()
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None), read_bufsize=2**20) as session:
        ready = [asyncio.Event() for _ in range(count)]
        tasks = [asyncio.create_task(_view(session, address, number, received, ready[number])) for number in range(count)]
        try:
            await asyncio.wait_for(asyncio.gather(*(one.wait() for one in ready)), timeout=120)
            yield received
            for task in tasks:
                assert not task.done(), task.exception()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _view(session: aiohttp.ClientSession, address: str, number: int, received: Received, ready: asyncio.Event) -> None:
    url = f"{address}/api/executions/stream?namespace={NAMESPACE}&limit=150{_CHOICES[number % len(_CHOICES)]}"
    async with session.get(url, headers={VIEWER: f"viewer-{number}"}) as response:
        assert response.status == 200, await response.text()
        async for line in response.content:
            received.count(line)
            if line.startswith(b"event: snapshot"):
                ready.set()
