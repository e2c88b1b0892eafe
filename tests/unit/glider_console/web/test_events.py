"""Server-sent events end with their source, and their source ends with the viewer."""

from __future__ import annotations

from collections.abc import AsyncIterator

import anyio
import pytest
from starlette.requests import Request
from starlette.types import Message

from glider_console.web.events import Event, event_stream, last_event_id

SCOPE = {"type": "http", "asgi": {"spec_version": "2.3"}}


async def endless(ended: anyio.Event) -> AsyncIterator[Event]:
    try:
        while True:
            yield Event(type="tick", data=1, id="7")
    finally:
        ended.set()


async def one() -> AsyncIterator[Event]:
    yield Event(type="tick", data={"a": "\u2028\n"})


async def silent_until(commented: anyio.Event) -> AsyncIterator[Event]:
    await commented.wait()
    yield Event(type="tick", data=1)


async def sent(events: AsyncIterator[Event], *, heartbeat: float, commented: anyio.Event | None = None) -> bytes:
    body = b""

    async def send(message: Message) -> None:
        nonlocal body
        body += message.get("body", b"")
        if commented is not None and b"still here" in body:
            commented.set()

    async def receive() -> Message:
        await anyio.sleep_forever()
        raise AssertionError

    await event_stream(events, heartbeat=heartbeat)(SCOPE, receive, send)
    return body


async def test_an_event_has_no_line_breaks_within_its_data() -> None:
    assert await sent(one(), heartbeat=60) == b': open\n\nevent: tick\ndata: {"a":"\\u2028\\n"}\n\n'


async def test_a_comment_is_sent_where_nothing_happens() -> None:
    commented = anyio.Event()
    assert b": still here\n\n" in await sent(silent_until(commented), heartbeat=0.01, commented=commented)


async def test_a_viewer_who_leaves_while_something_is_sent_ends_the_source() -> None:
    ended, sending = anyio.Event(), anyio.Event()

    async def send(message: Message) -> None:
        if b"data:" in message.get("body", b""):
            sending.set()
            await anyio.sleep_forever()  # a viewer that reads nothing

    async def receive() -> Message:
        await sending.wait()
        return {"type": "http.disconnect"}

    with anyio.fail_after(5):
        await event_stream(endless(ended))(SCOPE, receive, send)
    assert ended.is_set()


@pytest.mark.parametrize(
    ("headers", "query", "found"),
    [
        pytest.param([(b"last-event-id", b"7")], b"", "7", id="as a browser sends it"),
        pytest.param([], b"lastEventId=8", "8", id="as the front end sends it in a new stream"),
        pytest.param([], b"", "", id="at first"),
    ],
)
def test_the_last_event(headers: list[tuple[bytes, bytes]], query: bytes, found: str) -> None:
    assert last_event_id(Request({"type": "http", "headers": headers, "query_string": query})) == found
