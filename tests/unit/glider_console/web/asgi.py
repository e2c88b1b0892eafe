"""Sends requests to an ASGI application in this process, as a server would."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import anyio
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message


@dataclass(kw_only=True)
class Exchange:
    """A request, and what has been answered so far."""

    method: str = "GET"
    path: str = "/"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Iterable[bytes] = ()
    peer: str = "10.0.0.9"
    #: Whether the rest of the body never comes.
    stalls: bool = False
    status: int = 0
    answer: Headers = field(default_factory=Headers)
    content: bytes = b""
    finished: bool = False
    started: anyio.Event = field(default_factory=anyio.Event)

    @property
    def json(self) -> Any:
        return json.loads(self.content)

    @property
    def reason(self) -> str:
        return self.json["error"]["reason"]

    async def send_to(self, app: ASGIApp) -> Exchange:
        path, _, query = self.path.partition("?")
        pieces = list(self.body) or [b""]
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": self.method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in self.headers.items()],
            "client": (self.peer, 1234),
            "server": ("127.0.0.1", 8585),
            "state": {},
        }

        async def receive() -> Message:
            if pieces:
                return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces) or self.stalls}
            await anyio.sleep_forever()  # the viewer stays
            raise AssertionError

        async def send(message: Message) -> None:
            assert not self.finished, "sent after the end"
            if message["type"] == "http.response.start":
                assert not self.status, "two answers"
                self.status, self.answer = message["status"], Headers(raw=message["headers"])
                self.started.set()
            else:
                self.content += message.get("body", b"")
                self.finished = not message.get("more_body", False)

        await app(scope, receive, send)
        return self
