"""A request takes only so many bytes and so much time."""

from __future__ import annotations

import anyio
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from glider_console.web.limits import Limits
from tests.unit.glider_console.web.asgi import Exchange


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    body = await Request(scope, receive).body()
    await PlainTextResponse(f"{len(body)}")(scope, receive, send)


@pytest.mark.parametrize(
    ("exchange", "status"),
    [
        (Exchange(method="POST", body=[b"12345", b"67890"]), 200),
        (Exchange(method="POST", body=[b"12345", b"67890", b"1"]), 413),
        (Exchange(method="POST", headers={"Content-Length": "11"}, stalls=True), 413),
        (Exchange(method="POST", body=[b"1"], stalls=True), 408),
    ],
    ids=["as many bytes as allowed", "one more", "one more, announced", "a body that never ends"],
)
async def test_a_body_is_bounded(exchange, status):
    assert (await exchange.send_to(Limits(echo, most=10, body_lasts=0.2))).status == status


@pytest.mark.parametrize(
    ("path", "most", "status"),
    [("/small", 10, 413), ("/other", 10, 200), ("/small", 4, 413)],
    ids=["at it", "elsewhere", "the least counts"],
)
async def test_some_paths_have_a_limit_of_their_own(path, most, status):
    app = Limits(echo, most=most, most_at={"/small": 5})
    assert (await Exchange(method="POST", path=path, body=[b"123", b"456"]).send_to(app)).status == status


async def test_a_viewer_who_does_not_read_is_left():
    app: ASGIApp = Limits(PlainTextResponse("ok"), most=10, piece_waits=0.05)

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        await anyio.sleep_forever()

    with pytest.raises(ConnectionError, match="doesn't read"):
        await app({"type": "http", "method": "GET", "headers": []}, receive, send)
