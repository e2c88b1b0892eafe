"""What a request may take: bytes of its body, and time to send it and to read the answer."""

from __future__ import annotations

from collections.abc import Mapping

import anyio
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from glider_console.web.problems import problem

#: How long a body may take, in seconds, and how long a piece of an answer may wait for a viewer who reads slowly.
BODY_LASTS = 30.0
PIECE_WAITS = 60.0


class _TooLargeError(Exception):
    pass


class _TooSlowError(Exception):
    pass


class Limits:
    """Refuses bodies of more than `most` bytes, and those that take too long; leaves viewers who don't read.

    Args:
        app: what is asked then.
        most: how many bytes a body may have.
        most_at: how many at most at some paths: those where nobody is known yet.
        body_lasts: how long it may take, in seconds.
        piece_waits: how long a piece of an answer may wait, in seconds.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        most: int,
        most_at: Mapping[str, int] = {},
        body_lasts: float = BODY_LASTS,
        piece_waits: float = PIECE_WAITS,
    ) -> None:
        self._app, self._most, self._most_at, self._body_lasts, self._piece_waits = app, most, most_at, body_lasts, piece_waits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, most = False, min(self._most, self._most_at.get(scope.get("path", ""), self._most))

        async def sent(message: Message) -> None:
            nonlocal started
            started = True
            with anyio.move_on_after(self._piece_waits) as waiting:
                await send(message)
            if waiting.cancelled_caught:
                raise ConnectionError("the viewer doesn't read")

        try:
            _check_length(Headers(scope=scope), most=most)
            await self._app(scope, self._bounded(receive, most=most), sent)
        except (_TooLargeError, _TooSlowError) as error:
            if started:
                raise
            await _refusal(error, most=most)(scope, receive, send)

    def _bounded(self, receive: Receive, *, most: int) -> Receive:
        size, whole, ends = 0, False, anyio.current_time() + self._body_lasts

        async def received() -> Message:
            nonlocal size, whole
            if whole:
                return await receive()  # which waits until the viewer leaves
            with anyio.move_on_at(ends) as waiting:
                message = await receive()
            if waiting.cancelled_caught:
                raise _TooSlowError
            size += len(message.get("body", b""))
            whole = not message.get("more_body", False)
            if size > most:
                raise _TooLargeError
            return message

        return received


def _check_length(headers: Headers, *, most: int) -> None:
    length = headers.get("content-length", "")
    if length.isdecimal() and int(length) > most:
        raise _TooLargeError


def _refusal(error: Exception, *, most: int) -> ASGIApp:
    if isinstance(error, _TooLargeError):
        words = f"The request has more than {most} bytes. Leave out what it doesn't need, or keep it in the store."
        return problem(413, "TooLarge", words)
    return problem(408, "TooSlow", "The request took too long to arrive. Send it again.")
