"""Server-sent events: a stream of JSON documents, with a comment every now and then so that proxies keep it open."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass
from typing import Any

import anyio
from anyio.streams.memory import MemoryObjectSendStream
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.types import Send

#: Seconds of silence after which a comment is sent.
HEARTBEAT = 15.0
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One event. `data` is JSON, or its encoded form; `id` is what a browser returns as Last-Event-ID."""

    type: str
    data: Any
    id: str = ""

    def encoded(self) -> bytes:
        """As it is sent. The JSON has no line breaks: each would begin a new field."""
        data = self.data if isinstance(self.data, bytes) else json.dumps(self.data, separators=(",", ":")).encode()
        identity = f"id: {self.id}\n".encode() if self.id else b""
        return b"event: " + self.type.encode() + b"\n" + identity + b"data: " + data + b"\n\n"


def event_stream(events: AsyncIterator[Event], *, heartbeat: float = HEARTBEAT) -> StreamingResponse:
    """The answer that sends `events` until they end or the viewer leaves, which closes them at once."""
    return _EventStream(events, heartbeat)


def last_event_id(request: Request) -> str:
    """The id of the last event that the viewer has got; the front end sends it in the query where it opens a stream anew."""
    return request.headers.get("Last-Event-ID", "") or request.query_params.get("lastEventId", "")


class _EventStream(StreamingResponse):
    """No generator stands between the events and the viewer: one that is left while it waits ends whenever it is collected."""

    def __init__(self, events: AsyncIterator[Event], heartbeat: float) -> None:
        super().__init__((), media_type="text/event-stream", headers=_HEADERS)
        self._events = events
        self._heartbeat = heartbeat

    async def stream_response(self, send: Send) -> None:
        """Send what comes, and comments where nothing does."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await _send(send, b": open\n\n")
        into, out = anyio.create_memory_object_stream[bytes](max_buffer_size=1)
        async with anyio.create_task_group() as group, out:
            group.start_soon(self._pump, into)
            while True:
                with anyio.move_on_after(self._heartbeat) as waiting:
                    try:
                        event = await out.receive()
                    except anyio.EndOfStream:
                        break
                await _send(send, b": still here\n\n" if waiting.cancelled_caught else event)
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _pump(self, into: MemoryObjectSendStream[bytes]) -> None:
        async with AsyncExitStack() as stack:
            stack.enter_context(into)
            if isinstance(self._events, AsyncGenerator):
                await stack.enter_async_context(aclosing(self._events))
            async for event in self._events:
                await into.send(event.encoded())


async def _send(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})
