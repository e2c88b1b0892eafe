"""Carries a scope's watch by the way of one viewer after the other: the watch goes on where it was, whoever carries it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from glider_client.cluster.errors import ClusterError, CredentialsError, ExpiredError, ForbiddenError, UnauthorizedError
from glider_console.access.viewer import Viewer
from glider_console.live.streams import Streams
from glider_core.kube.errors import Expired, Unavailable
from glider_core.kube.pages import decoded_page
from glider_core.kube.requests import Request

#: What is wrong with the viewer rather than with the API server.
REFUSALS = (UnauthorizedError, ForbiddenError, CredentialsError)
#: For how long an answer to a list may pause.
_SILENCE = 30.0


class Relay:
    """A StreamingTransport.

    Args:
        streams: the ways of the viewers.
        refused: called with a carrier that the API server refuses; until the next is named, nobody carries.
        clock: in seconds.
    """

    def __init__(
        self,
        streams: Streams,
        *,
        refused: Callable[[Viewer, ClusterError], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._streams = streams
        self._refused = refused
        self._clock = clock
        self._carrier: Viewer | None = None
        self._has_carrier = asyncio.Event()
        self._open: asyncio.Timeout | None = None
        self._lost_at: float | None = clock()
        #: Why the last request failed; empty once a watch is open.
        self.problem = ""

    @property
    def carrier(self) -> Viewer | None:
        """Whose credential is used."""
        return self._carrier

    def carried_by(self, viewer: Viewer | None) -> None:
        """From now on `viewer` carries; an open watch of the one before is closed."""
        before, self._carrier = self._carrier, viewer
        if viewer is None:
            self._has_carrier.clear()
        else:
            self._has_carrier.set()
        if self._open is not None and before is not None and (viewer is None or viewer.key != before.key):
            self._open.reschedule(asyncio.get_running_loop().time())
            self._open = None  # it ends once

    def lost_for(self) -> float:
        """For how many seconds no watch has been open, and no list has been answered."""
        return 0.0 if self._lost_at is None else self._clock() - self._lost_at

    async def send(self, request: Request) -> dict[str, Any]:
        """The answer to `request`, or a KubeError."""
        carrier = await self._next_carrier()
        try:
            way = self._streams.of(carrier)
            async with way.open(request.path, query=dict(request.query), accept=request.accept, silence=_SILENCE) as response:
                body = await response.read()
            answer = await asyncio.to_thread(decoded_page, body)
        except ClusterError as error:
            raise self._failed(carrier, error) from error
        except ValueError as error:
            raise Unavailable(f"the answer of {len(body)} bytes isn't JSON") from error
        if not isinstance(answer, dict):
            raise Unavailable(f"the answer of {len(body)} bytes isn't an object")
        self._lost_at = self._clock()
        return answer

    async def stream(self, request: Request, *, take: Callable[[bytes], None], silence: float) -> None:
        """Call `take` with the answer to `request`, piece by piece.

        Raises:
            KubeError: it was refused, it broke off, or the carrier has left.
        """
        carrier = await self._next_carrier()
        try:
            await self._follow(carrier, request, take=take, silence=silence)
        except TimeoutError as error:
            raise Unavailable("somebody else carries the watch from now on") from error
        except ClusterError as error:
            raise self._failed(carrier, error) from error

    async def _follow(self, carrier: Viewer, request: Request, *, take: Callable[[bytes], None], silence: float) -> None:
        """Until the answer ends, or somebody else carries: then a TimeoutError."""
        way = self._streams.of(carrier)
        try:
            async with asyncio.timeout(None) as self._open:
                async with way.open(request.path, query=dict(request.query), accept=request.accept, silence=silence) as response:
                    self.problem, self._lost_at = "", None
                    take(b"")
                    async for piece in response.content.iter_any():
                        take(piece)
        finally:
            self._open = None
            self._lost_at = self._clock() if self._lost_at is None else self._lost_at

    async def _next_carrier(self) -> Viewer:
        await self._has_carrier.wait()
        assert self._carrier is not None
        return self._carrier

    def _failed(self, carrier: Viewer, error: ClusterError) -> Expired | Unavailable:
        self.problem = str(error)
        if isinstance(error, ExpiredError):
            return Expired(str(error))
        if isinstance(error, REFUSALS) and self._carrier is carrier:
            self.carried_by(None)
            self._refused(carrier, error)
        return Unavailable(str(error))
