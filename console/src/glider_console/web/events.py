"""Server-sent events: a stream of JSON documents, with a comment every now and then so that proxies keep it open."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import anyio
from starlette.responses import StreamingResponse

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
    """The answer that sends `events` until they end or the viewer leaves."""
    return StreamingResponse(_with_heartbeats(events, heartbeat), media_type="text/event-stream", headers=_HEADERS)


async def _with_heartbeats(events: AsyncIterator[Event], heartbeat: float) -> AsyncIterator[bytes]:
    send, receive = anyio.create_memory_object_stream[bytes](max_buffer_size=1)

    async def pump() -> None:
        async with send:
            async for event in events:
                await send.send(event.encoded())

    async with anyio.create_task_group() as group, receive:
        group.start_soon(pump)
        yield b": open\n\n"
        while True:
            with anyio.move_on_after(heartbeat) as waiting:
                try:
                    yield await receive.receive()
                except anyio.EndOfStream:
                    return
            if waiting.cancelled_caught:
                yield b": still here\n\n"
