"""A small HTTP server that answers as it is scripted."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class FakeApi:
    """`status`, `headers` and `body` of the next answers; `None` for a status cuts the connection. `requests` is what came.

    An answer `takes` so many seconds; `most_at_once` is how many were waited for at once, `answered` how many were given.
    The first request sets `came`.
    """

    status: int | None = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = field(default_factory=dict)
    requests: list[tuple[str, str, dict[str, str], Any]] = field(default_factory=list)
    url: str = ""
    takes: float = 0.0
    at_once: int = 0
    most_at_once: int = 0
    answered: int = 0
    came: threading.Event = field(default_factory=threading.Event)
    ends: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take_time(self) -> None:
        with self.lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        self.ends.wait(self.takes)
        with self.lock:
            self.at_once -= 1


@contextmanager
def fake_api() -> Iterator[FakeApi]:
    api = FakeApi()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            api.requests.append(
                (self.command, self.path, {name.title(): value for name, value in self.headers.items()}, json.loads(sent) if sent else None)
            )
            api.came.set()
            api.take_time()
            if api.status is None:
                self.connection.close()
                return
            data = api.body.encode() if isinstance(api.body, str) else json.dumps(api.body).encode()
            self.send_response(api.status)
            for name, value in {"Content-Length": str(len(data)), **api.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            api.answered += 1  # before its last byte, at which the client goes on
            self.wfile.write(data)

        do_GET = do_POST = do_PATCH = do_DELETE = answer  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    api.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield api
    finally:
        api.ends.set()
        server.shutdown()
        server.server_close()
