"""Carries the front's watches with its own credential."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from glider_client.access.way import Way
from glider_client.cluster.errors import ClusterError, ExpiredError
from glider_core.kube.errors import Expired, KubeError, Unavailable
from glider_core.kube.pages import decoded_page
from glider_core.kube.requests import Request

#: For how many seconds an answer to a list may pause.
_SILENCE = 30.0


class WayTransport:
    """A StreamingTransport over `way`."""

    def __init__(self, way: Way) -> None:
        self._way = way
        #: By resource, when something last came, by the monotonic clock: a watch that works gets a bookmark each minute.
        self.received: dict[str, float] = {}

    async def send(self, request: Request) -> dict[str, Any]:
        """The answer to `request`, or a KubeError."""
        try:
            async with self._way.open(request.path, query=dict(request.query), accept=request.accept, silence=_SILENCE) as response:
                body = await response.read()
        except ClusterError as error:
            raise _failed(error) from error
        try:
            answer = await asyncio.to_thread(decoded_page, body)
        except ValueError as error:
            raise Unavailable(f"the answer of {len(body)} bytes isn't JSON") from error
        if not isinstance(answer, dict):
            raise Unavailable(f"the answer of {len(body)} bytes isn't an object")
        return answer

    async def stream(self, request: Request, *, take: Callable[[bytes], None], silence: float) -> None:
        """Call `take` with the answer to `request`, piece by piece.

        Raises:
            KubeError: it was refused, or it broke off.
        """
        try:
            async with self._way.open(request.path, query=dict(request.query), accept=request.accept, silence=silence) as response:
                take(b"")
                async for piece in response.content.iter_any():
                    self.received[request.resource] = time.monotonic()
                    take(piece)
        except ClusterError as error:
            raise _failed(error) from error


def _failed(error: ClusterError) -> KubeError:
    return Expired(str(error)) if isinstance(error, ExpiredError) else Unavailable(str(error))
