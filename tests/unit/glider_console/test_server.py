"""The server leaves clients that send nothing, and no others."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import anyio
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from glider_client.access import listening
from glider_console import server
from glider_console.web.open_streams import OpenStreams

PATIENCE = 20.0


async def slow(request: Request) -> PlainTextResponse:
    await anyio.sleep(2)
    return PlainTextResponse(str(request.client.host if request.client else ""))


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A server that waits 1.5 s for the head of a request."""
    monkeypatch.setattr(listening, "_HEAD_LASTS", 1.5)
    app = Starlette(routes=[Route("/", slow)])
    app.state.open_streams = OpenStreams(most=1)
    listener, served = listening.listen("127.0.0.1", 0), server.Server(app)
    thread = threading.Thread(target=served.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield listener.getsockname()[1]
    served.should_exit = True
    thread.join(timeout=PATIENCE)
    assert not thread.is_alive()


@pytest.mark.parametrize("head", [b"", b"GET / HTTP/1.1\r\nHost: x\r\nX-A: "], ids=["nothing", "half a head"])
def test_a_client_is_left_that_sends(port: int, head: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as client:
        client.sendall(head)
        assert client.recv(100) == b""


def test_a_head_that_is_too_long_is_refused(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-A: " + b"a" * 40_000)
        assert client.recv(100).startswith(b"HTTP/1.1 400 ")


def test_an_answer_may_take_longer_and_the_connection_serves_the_next_request(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as client, client.makefile("rb") as answers:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 10.9.9.9\r\n\r\n" * 2)
        for _ in range(2):
            assert answers.readline() == b"HTTP/1.1 200 OK\r\n"
            while answers.readline() != b"\r\n":
                pass
            assert answers.read(9) == b"127.0.0.1", "the peer itself, whatever the header has"
