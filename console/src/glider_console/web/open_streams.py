"""Answers that last: how many a viewer has open, whether the viewer may still read them, and their end when the process ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable

import anyio
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from glider_client.cluster.errors import ClusterError, CredentialsError, UnauthorizedError
from glider_console.web.problems import problem

#: How often an answer that lasts is checked, in seconds.
EVERY = 15.0
_STREAM = "text/event-stream"


class OpenStreams:
    """The answers that are being sent. `most`: how many streams one viewer may have; `every`: how often each is checked."""

    def __init__(self, *, most: int, every: float = EVERY) -> None:
        self._most, self._every = most, every
        self._streams: Counter[str] = Counter()
        self._scopes: set[anyio.CancelScope] = set()

    def close(self) -> None:
        """End all of them; the pages open new ones, wherever they are answered then."""
        for scope in tuple(self._scopes):
            scope.cancel()

    async def serve(
        self, app: ASGIApp, scope: Scope, receive: Receive, send: Send, *, key: str, may_go_on: Callable[[], Awaitable[bool]]
    ) -> None:
        """Have `app` answer the viewer with that `key`, for as long as `may_go_on`."""
        answer = _Answer(send)
        failure: Exception | None = None
        async with anyio.create_task_group() as group:

            async def counted(message: Message) -> None:
                if message["type"] == "http.response.start" and _is_stream(message):
                    if self._streams[key] >= self._most:
                        await _too_many(self._most)(scope, receive, answer.send)
                        group.cancel_scope.cancel()
                        await anyio.lowlevel.checkpoint()
                    self._streams[key] += 1
                    self._scopes.add(group.cancel_scope)
                    answer.streams = True
                await answer.send(message)

            group.start_soon(self._end_in_time, group.cancel_scope, may_go_on)
            try:
                await app(scope, receive, counted)
            except Exception as error:  # a task group would wrap it
                failure = error
            finally:
                self._scopes.discard(group.cancel_scope)
                self._streams[key] -= answer.streams
                if not self._streams[key]:
                    del self._streams[key]
            group.cancel_scope.cancel()
        if failure is not None:
            raise failure
        await answer.finish()

    async def _end_in_time(self, scope: anyio.CancelScope, may_go_on: Callable[[], Awaitable[bool]]) -> None:
        while True:
            await anyio.sleep(self._every)
            try:
                goes_on = await may_go_on()
            except (UnauthorizedError, CredentialsError):
                goes_on = False
            except ClusterError:  # the API server restarts: what was allowed is for as long as nobody can be asked
                goes_on = True
            if not goes_on:
                scope.cancel()


class _Answer:
    """One answer on its way: an answer that is cut short is ended properly, so that the connection can serve the next one."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.started = self.finished = self.streams = False

    async def send(self, message: Message) -> None:
        """Pass on `message`."""
        self.started = True
        self.finished = message["type"] == "http.response.body" and not message.get("more_body", False)
        await self._send(message)

    async def finish(self) -> None:
        """Send the end where it was begun and has none."""
        if self.streams and not self.finished:
            await self.send({"type": "http.response.body", "body": b"", "more_body": False})


def _is_stream(message: Message) -> bool:
    return Headers(raw=message["headers"]).get("content-type", "").startswith(_STREAM)


def _too_many(most: int) -> ASGIApp:
    words = f"You have {most} live pages open, which is as many as the console serves one viewer. Close some of them."
    return problem(429, "TooManyStreams", words)
