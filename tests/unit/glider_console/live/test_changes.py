"""That something has changed among a few objects.

A stand-in answers in place of the API server, since refusals, breaks and lines in two pieces can't be provoked at a place in a watch.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest
from aiohttp import web

from glider_client.access.way import Way
from glider_console.live import changes
from glider_console.live.changes import Changes, Selected, watching
from tests.unit.glider_client.access.test_way import Handler, config, server

ONE = Selected(path="/apis/glider.dev/v1alpha1/namespaces/ml/taskexecutions", fields="metadata.name=a")
FORBIDDEN = 'pods is forbidden: User "ann" cannot watch resource "pods" in API group "" in the namespace "ml"'
PODS = Selected(path="/api/v1/namespaces/ml/pods", labels="glider.dev/execution-uid=u")


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "_DELAYS", (0.0,))


def line(kind: str) -> bytes:
    return json.dumps({"type": kind, "object": {"metadata": {"resourceVersion": "7"}}}).encode() + b"\n"


def sending(pieces: asyncio.Queue[bytes], seen: list[web.Request]) -> Handler:
    """A watch that goes on, and sends what is put into the queue."""

    async def answer(request: web.Request) -> web.StreamResponse:
        seen.append(request)
        response = web.StreamResponse()
        await response.prepare(request)
        while piece := await pieces.get():
            await response.write(piece)
        return response

    return answer


async def noticed(found: Changes, *, within: float) -> bool:
    """Whether something changes, or has."""
    try:
        async with asyncio.timeout(within):
            await found.wait()
    except TimeoutError:
        return False
    return True


async def test_what_happened_before_the_watch_counts_as_a_change() -> None:
    seen: list[web.Request] = []
    async with server(sending(asyncio.Queue(), seen)) as address, watching(Way(config(address), environment={}), [ONE]) as found:
        await found.wait(at_most=10)
    assert seen[0].query["fieldSelector"] == "metadata.name=a"
    assert (seen[0].query["watch"], "labelSelector" in seen[0].query) == ("true", False)
    assert "PartialObjectMetadata" in seen[0].headers["Accept"]


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        pytest.param([line("MODIFIED")], True, id="an object has changed"),
        pytest.param([line("DELETED")], True, id="one was deleted"),
        pytest.param([line("ERROR")], True, id="the watch is too old"),
        pytest.param([line("ADDED")[:20], line("ADDED")[20:]], True, id="in two pieces"),
        pytest.param([line("BOOKMARK")], False, id="a bookmark is none"),
    ],
)
async def test_a_change_is_noticed(pieces: list[bytes], expected: bool) -> None:
    sent: asyncio.Queue[bytes] = asyncio.Queue()
    async with server(sending(sent, [])) as address, watching(Way(config(address), environment={}), [ONE]) as found:
        await found.wait(at_most=10)
        for piece in pieces:
            sent.put_nowait(piece)
        assert await noticed(found, within=10.0 if expected else 0.2) is expected
        sent.put_nowait(b"")


async def test_a_watch_that_ends_is_opened_again() -> None:
    seen: list[web.Request] = []
    sent: asyncio.Queue[bytes] = asyncio.Queue()
    async with server(sending(sent, seen)) as address, watching(Way(config(address), environment={}), [ONE]) as found:
        await found.wait(at_most=10)
        sent.put_nowait(b"")
        await found.wait(at_most=10)
        sent.put_nowait(b"")
    assert len(seen) >= 2


async def test_what_may_not_be_watched_is_left_out() -> None:
    asked: list[str] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        asked.append(request.path)
        if request.path == PODS.path:
            return web.json_response({"kind": "Status", "code": 403, "reason": "Forbidden", "message": FORBIDDEN}, status=403)
        response = web.StreamResponse()
        await response.prepare(request)
        await asyncio.sleep(0.1)
        return response

    async with server(answer) as address, watching(Way(config(address), environment={}), [ONE, PODS]) as found:
        for _ in range(3):
            await found.wait(at_most=10)
    assert asked.count(PODS.path) == 1
    assert asked.count(ONE.path) > 1


async def test_a_stream_that_is_left_in_the_middle_ends_quietly() -> None:
    async with server(sending(asyncio.Queue(), [])) as address:
        way = Way(config(address), environment={})

        async def stream() -> AsyncGenerator[int]:
            async with watching(way, [ONE]) as found:
                while True:
                    await found.wait(at_most=10)
                    yield 1

        async with aclosing(stream()) as numbers:
            assert await anext(numbers) == 1
