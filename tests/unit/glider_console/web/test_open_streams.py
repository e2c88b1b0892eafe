"""An answer that lasts ends with the viewer's rights, and a viewer has only so many."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial

import anyio
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from glider_client.cluster.errors import UnauthorizedError, UnreachableError
from glider_console.web.events import Event, event_stream
from glider_console.web.open_streams import OpenStreams
from tests.unit.glider_console.web.asgi import Exchange


async def silent() -> AsyncIterator[Event]:
    await anyio.sleep_forever()
    yield Event(type="never", data=None)


async def always() -> bool:
    return True


def answered(streams: OpenStreams, app: ASGIApp, *, key: str = "ada", may_go_on: Callable[[], Awaitable[bool]] = always) -> ASGIApp:
    async def served(scope: Scope, receive: Receive, send: Send) -> None:
        await streams.serve(app, scope, receive, send, key=key, may_go_on=may_go_on)

    return served


def stream() -> ASGIApp:
    return event_stream(silent())


async def test_a_viewer_has_only_so_many_streams_and_others_have_theirs():
    streams = OpenStreams(most=2)
    async with anyio.create_task_group() as group:
        opened = [Exchange() for _ in range(2)]
        for one in opened:
            group.start_soon(one.send_to, answered(streams, stream()))
            await one.started.wait()
        refused = await Exchange().send_to(answered(streams, stream()))
        assert (refused.status, refused.reason, refused.finished) == (429, "TooManyStreams", True)
        assert (await Exchange().send_to(answered(streams, PlainTextResponse("ok")))).status == 200
        other = Exchange()
        group.start_soon(other.send_to, answered(streams, stream(), key="bob"))
        await other.started.wait()
        assert other.status == 200
        group.cancel_scope.cancel()
    again = Exchange()
    async with anyio.create_task_group() as group:
        group.start_soon(again.send_to, answered(streams, stream()))
        await again.started.wait()
        assert again.status == 200, "those that ended don't count"
        group.cancel_scope.cancel()


async def refusing(error: Exception | None = None) -> bool:
    if error is not None:
        raise error
    return False


@pytest.mark.parametrize(
    "may_go_on",
    [refusing, partial(refusing, UnauthorizedError("expired"))],
    ids=["the right was revoked", "the token has expired"],
)
async def test_a_stream_ends_properly_when(may_go_on):
    exchange = await Exchange().send_to(answered(OpenStreams(most=1, every=0.01), stream(), may_go_on=may_go_on))
    assert (exchange.status, exchange.finished) == (200, True)


async def test_a_stream_outlives_an_api_server_that_does_not_answer():
    answers = [UnreachableError("down"), UnreachableError("down"), None]

    async def may_go_on() -> bool:
        return await refusing(answers.pop(0))

    assert (await Exchange().send_to(answered(OpenStreams(most=1, every=0.01), stream(), may_go_on=may_go_on))).finished
    assert answers == []


async def test_all_end_when_the_process_does():
    streams, exchange = OpenStreams(most=1), Exchange()
    async with anyio.create_task_group() as group:
        group.start_soon(exchange.send_to, answered(streams, stream()))
        await exchange.started.wait()
        streams.close()
    assert exchange.finished


async def test_an_error_of_the_route_stays_what_it_is():
    async def failing(scope: Scope, receive: Receive, send: Send) -> None:
        raise ValueError("boom")

    with pytest.raises(ValueError, match="boom"):
        await Exchange().send_to(answered(OpenStreams(most=1), failing))
