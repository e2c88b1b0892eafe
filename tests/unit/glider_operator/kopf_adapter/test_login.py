"""What kopf reads of the API server can be decoded, however deep a tenant nests an object."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from kopf import ConnectionInfo
from kopf._cogs.clients.api import iter_jsonlines

from glider_operator.kopf_adapter.login import Session, session_of


def nested(levels: int, *, opening: str = '{"a":', closing: str = "}") -> str:
    return opening * levels + "1" + closing * levels


def body(name: str, inputs: str) -> str:
    return f'{{"metadata":{{"name":"{name}","resourceVersion":"7"}},"spec":{{"inputs":{inputs}}},"status":{{"phase":"Pending"}}}}'


FINE = body("fine", '{"a": ["]}", "\\"[{", 1]}')
DEEP = [
    pytest.param(nested(1_500), id="1,500 objects deep"),
    pytest.param(nested(1_500, opening="[", closing="]"), id="1,500 lists deep"),
    pytest.param(nested(9_900), id="as deep as the API server takes"),
    pytest.param(f'{{"a": "]]}}}}", "b": {nested(1_500)}, "c": "[\\"["}}', id="beside texts with brackets"),
    pytest.param(f"[{nested(1_500)},{nested(1_500)}]", id="twice"),
]


@pytest.fixture
async def answers() -> AsyncIterator[Any]:
    """Answers to be given, by path, and kopf's session to ask for them with."""
    pages: dict[str, str] = {}

    async def answer(request: web.Request) -> web.Response:
        return web.Response(text=pages[request.path], content_type="application/json")

    app = web.Application()
    app.router.add_get("/{name}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
    session = session_of(ConnectionInfo(server=f"http://127.0.0.1:{port}"), trace=aiohttp.TraceConfig())
    yield pages, session
    await session.aiohttp_session.close()
    await runner.cleanup()


@pytest.mark.parametrize("inputs", DEEP)
async def test_a_list_that_has_an_object_too_deep(answers: tuple[dict[str, str], Session], inputs: str):
    pages, session = answers
    pages["/list"] = f'{{"items":[{FINE},{body("deep", inputs)},{FINE}],"metadata":{{"resourceVersion":"9"}}}}'
    async with session.aiohttp_session.get(f"{session.server}/list") as response:
        page = await response.json()
    assert [item["metadata"]["name"] for item in page["items"]] == ["fine", "deep", "fine"]
    assert page["items"][0] == json.loads(FINE)
    assert page["items"][1]["status"] == {"phase": "Pending"}
    assert page["metadata"] == {"resourceVersion": "9"}


@pytest.mark.parametrize("inputs", DEEP)
async def test_a_watch_event_with_an_object_too_deep(answers: tuple[dict[str, str], Session], inputs: str):
    pages, session = answers
    lines = [f'{{"type":"ADDED","object":{one}}}' for one in (FINE, body("deep", inputs), FINE)]
    pages["/watch"] = "\n".join(lines)
    async with session.aiohttp_session.get(f"{session.server}/watch") as response:
        events = [json.loads(line) async for line in iter_jsonlines(response.content)]
    assert [event["object"]["metadata"]["name"] for event in events] == ["fine", "deep", "fine"]
    assert events[2]["object"] == json.loads(FINE)
