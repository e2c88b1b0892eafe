"""The log of a pod's container: the source of logs for as long as there is the pod."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp
import anyio

from glider_client.access.way import Way
from glider_client.cluster.errors import ClusterError, NotFoundError, UnavailableError, UnreachableError
from glider_client.cluster.paths import pod_log
from glider_client.following.logs import Cursor
from glider_client.following.resuming import SILENCE, Reading, next_step
from glider_client.views.logs import is_complete
from glider_console.logs.batches import Batch, Batcher
from glider_console.logs.lines import Splitter
from glider_console.logs.sources import Ended, LogEvent, Lost, Restored

Json = Mapping[str, Any]

#: Seconds between two connections that bring nothing: the longest.
_LONGEST_PAUSE = 2.0
#: After so many refusals in a row they aren't only of the moments in which a container starts.
_MOMENTS = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class PodLog:
    """A LogSource.

    Attributes:
        way: to the API server, as the viewer.
        pod: the pod, as it was found.
        container: the container.
        begin: from where on, as the API server's query has it.
        now: the pod as it is now.
    """

    way: Way
    pod: Json
    container: str
    now: Callable[[], Awaitable[Json]]
    begin: Mapping[str, str] = field(default_factory=dict)

    @property
    def _path(self) -> str:
        return pod_log(self.pod["metadata"]["namespace"], self.pod["metadata"]["name"])

    async def follow(self, cursor: Cursor) -> AsyncGenerator[LogEvent, None]:
        """Its lines after `cursor`, until the container has ended and all of them are read."""
        reading, lost, idle = Reading(cursor=cursor), False, 0
        while True:
            error: ClusterError | None = None
            complete, began = await self._is_complete(), time.monotonic()
            try:
                async with aclosing(self._once(reading, complete=complete)) as batches:
                    async for batch in batches:
                        if lost:
                            yield Restored()
                        yield batch
                        reading, lost, idle = replace(reading, cursor=batch.cursor), False, 0
            except ClusterError as found:
                error = found
            step = next_step(reading, error, complete=complete, began=began, now=time.monotonic())
            reading = step.reading
            if step.ended:
                yield Ended(error=error if step.problem else None)
                return
            fails = reading.failures > 0 or (error is not None and idle >= _MOMENTS)
            if fails and not lost:
                yield Lost(why=str(error))
            elif lost and not fails:
                yield Restored()
            lost = fails
            await anyio.sleep(step.pause if reading.failures else min(_LONGEST_PAUSE, step.pause * 2**idle))
            idle = 0 if reading.failures else min(idle + 1, 10)

    async def whole(self) -> AsyncGenerator[bytes, None]:
        """All of it, without times."""
        async with self.way.open(self._path, query={"container": self.container}, silence=SILENCE) as response:
            async for piece in response.content.iter_any():
                yield piece

    async def _is_complete(self) -> bool:
        """Whether nothing more will come; unknown while the API server doesn't answer."""
        try:
            return is_complete(self.pod, await self.now(), self.container)
        except NotFoundError:
            return True
        except (UnreachableError, UnavailableError):
            return False

    async def _once(self, reading: Reading, *, complete: bool) -> AsyncGenerator[Batch, None]:
        """What comes over one connection."""
        query = reading.query(container=self.container, begin=self.begin, follows=not complete)
        splitter, batcher = Splitter(), Batcher(reading.cursor.again())
        try:
            async with self.way.open(self._path, query=query, silence=SILENCE) as response:
                while (piece := await _piece(response, batcher.wait(now=time.monotonic()))) != b"":
                    for line in splitter.feed(piece or b""):
                        batcher.add(line, now=time.monotonic())
                    if batcher.wait(now=time.monotonic()) == 0.0 and (batch := batcher.take()):
                        yield batch
        except ClusterError:
            if batch := batcher.take():
                yield batch
            raise
        rest = splitter.rest()
        if rest is not None and complete:  # else it may go on, and comes again as a whole
            batcher.add(rest, now=time.monotonic())
        if batch := batcher.take():
            yield batch


async def _piece(response: aiohttp.ClientResponse, seconds: float | None) -> bytes | None:
    """The next piece; None where none comes within so many seconds, nothing at the end."""
    with anyio.move_on_after(seconds):
        return await response.content.readany()
    return None
