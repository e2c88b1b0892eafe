"""What happens to a request whatever its route: where nobody waits for its answer any more."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Message

from glider_console.web.middleware import Unforeseen


async def test_a_viewer_who_leaves_in_the_middle_of_a_request_is_no_failure(caplog: pytest.LogCaptureFixture):
    async def reads(request: Request) -> Response:
        await request.body()
        raise AssertionError

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        raise AssertionError("there is nobody to answer")

    scope = {"type": "http", "method": "POST", "path": "/", "raw_path": b"/", "root_path": "", "query_string": b"", "headers": []}
    app = Starlette(routes=[Route("/", reads, methods=["POST"])], middleware=[Middleware(Unforeseen)])
    await app(scope, receive, send)
    assert caplog.records == []
