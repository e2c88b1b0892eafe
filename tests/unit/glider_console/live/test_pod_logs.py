"""The log of a pod over connections that break: each line once, whatever happens, and from any position.

A stand-in answers in place of the API server, over HTTP: a break can't be placed between two lines of a real one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from glider_client.access.way import Way
from glider_client.cluster.config import ClientConfig
from glider_client.cluster.errors import ForbiddenError, NotFoundError, UnreachableError
from glider_client.following.logs import Cursor
from glider_console.live.pod_logs import PodLog
from glider_console.logs.batches import Batch
from glider_console.logs.sources import Ended, LogEvent, Lost, Restored

A, B, C = (f"2026-01-31T12:00:0{second}.5Z {text}\n".encode() for second, text in enumerate("abc"))
POD = {"metadata": {"namespace": "ml", "name": "a-0", "uid": "1"}, "spec": {"containers": [{"name": "task"}]}}
RUNS = POD | {"status": {"containerStatuses": [{"name": "task", "state": {"running": {}}}]}}
ENDED = POD | {"status": {"containerStatuses": [{"name": "task", "state": {"terminated": {}}}]}}
BREAK, SILENT, READ = object(), object(), object()
Answer = list[object]


class ApiServer:
    """Answers the requests for the log one after the other: pieces of it, a break, or a status; READ waits until something was read.

    The container ends before the last.
    """

    def __init__(self, *answers: Answer) -> None:
        self._answers = list(answers)
        self.queries: list[dict[str, str]] = []
        self.left = anyio.Event()
        self.read = anyio.Event()

    async def now(self) -> dict[str, object]:
        return RUNS if len(self._answers) > 1 else ENDED

    async def log(self, request: web.Request) -> web.StreamResponse:
        self.queries.append(dict(request.query))
        pieces = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(pieces[0], int):
            return web.json_response({"kind": "Status", "message": 'User "ann" cannot get it', "code": pieces[0]}, status=pieces[0])
        response = web.StreamResponse()
        await response.prepare(request)
        for piece in pieces:
            if piece is BREAK:
                assert request.transport is not None
                request.transport.abort()
            elif piece is READ:
                await self.read.wait()
            elif piece is SILENT:
                try:
                    await anyio.sleep_forever()
                finally:
                    self.left.set()
            else:
                assert isinstance(piece, bytes)
                await response.write(piece)
        return response

    @asynccontextmanager
    async def source(self) -> AsyncIterator[PodLog]:
        app = web.Application()
        app.router.add_get("/api/v1/namespaces/ml/pods/a-0/log", self.log)
        async with TestServer(app, handler_cancellation=True) as running:
            way = Way(ClientConfig(server=str(running.make_url("")).rstrip("/")), environment={})
            yield PodLog(way=way, pod=POD, container="task", now=self.now, begin={"tailLines": "10"})


async def events_of(server: ApiServer, cursor: Cursor = Cursor()) -> list[LogEvent]:  # noqa: B008 -- a value
    events = []
    async with server.source() as source:
        async for event in source.follow(cursor):
            events.append(event)
            server.read.set()
    return events


def texts(events: list[LogEvent]) -> list[str]:
    return [line.text for event in events if isinstance(event, Batch) for line in event.lines]


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param([[A, B, C]], id="at once"),
        pytest.param([[A + B[:9], B[9:] + C]], id="lines that come in pieces"),
        pytest.param([[A], [A, B, C]], id="the stream ends while the container runs"),
        pytest.param([[A, BREAK], [A, B, C]], id="the connection breaks"),
        pytest.param([[A, B[:30], BREAK], [A, B, C]], id="the connection breaks within a line"),
        pytest.param([[A, B[:30]], [B, C]], id="the stream ends within a line"),
        pytest.param([[503], [A, B, C]], id="the kubelet doesn't answer at first"),
        pytest.param([[A, BREAK], [403], [A, B, C]], id="the API server has just started"),
        pytest.param([[400], [A, B, C]], id="the container waits"),
        pytest.param([[404], [A, B, C]], id="the kubelet doesn't know the pod yet"),
        pytest.param([[A, B, C[:-1]]], id="the last line has no end"),
    ],
)
async def test_each_line_once(answers: list[Answer]) -> None:
    events = await events_of(ApiServer(*answers))
    assert texts(events) == ["a", "b", "c"]
    assert events[-1] == Ended()


async def test_from_a_position_on() -> None:
    server = ApiServer([A, B, C])
    assert texts(await events_of(server, Cursor(time="2026-01-31T12:00:01.5Z", count=1))) == ["c"]
    assert server.queries == [{"timestamps": "true", "container": "task", "sinceTime": "2026-01-31T12:00:01Z"}]


async def test_where_to_begin_counts_until_a_line_was_read() -> None:
    server = ApiServer([503], [A, READ, BREAK], [A, B, C])
    await events_of(server)
    assert [query.get("tailLines") for query in server.queries] == ["10", "10", None]
    assert [query.get("follow") for query in server.queries] == ["true", "true", None], "what has ended isn't followed"


async def test_a_viewer_sees_why_nothing_comes_and_that_it_goes_on() -> None:
    events = await events_of(ApiServer([A, READ, BREAK], [503], [A, B, C]))
    kinds = [type(event) for event in events]
    assert kinds == [Batch, Lost, Restored, Batch, Ended]


@pytest.mark.parametrize(("status", "error"), [(403, ForbiddenError), (400, Exception)], ids=["may not be read", "the node has lost it"])
async def test_a_log_that_cant_be_read(status: int, error: type[Exception]) -> None:
    [ended] = await events_of(ApiServer([status]))
    assert isinstance(ended, Ended)
    assert isinstance(ended.error, error)


async def test_a_pod_that_is_gone_has_no_more_lines() -> None:
    class Gone(ApiServer):
        async def now(self) -> dict[str, object]:
            raise NotFoundError("no such pod")

    assert await events_of(Gone([404])) == [Ended()]


async def test_a_viewer_who_leaves_ends_the_request_of_a_silent_log() -> None:
    server = ApiServer([A, SILENT], [A])
    async with server.source() as source:
        events = source.follow(Cursor())
        assert isinstance(await anext(events), Batch), "a line doesn't wait for the next"
        with anyio.move_on_after(0.01):
            await anext(events)
        with anyio.fail_after(5):
            await server.left.wait()


async def test_the_whole_log_as_it_is() -> None:
    server = ApiServer([b"a\n", b"\xff\n"])
    async with server.source() as source:
        assert b"".join([piece async for piece in source.whole()]) == b"a\n\xff\n"
    assert server.queries == [{"container": "task"}]


async def test_a_download_that_breaks_is_no_whole() -> None:
    async with ApiServer([b"a\n", BREAK]).source() as source:
        with pytest.raises(UnreachableError):
            async for _ in source.whole():
                pass
