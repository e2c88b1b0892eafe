"""A web server on loopback: files by their paths, with ranges and ETags as such servers have them, with or without TLS."""

from __future__ import annotations

import hashlib
import re
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class WebServer(ThreadingHTTPServer):
    """Serves `files`, which may change at any time.

    Attributes:
        ranges: whether it knows of parts.
        lengths: whether it tells how long a file is.
    """

    daemon_threads = True

    def __init__(self, certificate: Path | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files: dict[str, bytes] = {}
        self.ranges = self.lengths = True
        self.scheme = "http"
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
            self.socket = context.wrap_socket(self.socket, server_side=True)
            self.scheme = "https"

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that go away are part of the game."""


@contextmanager
def web_server(certificate: Path | None = None) -> Iterator[WebServer]:
    """One of one's own; `certificate` is a folder with cert.pem and key.pem."""
    server = WebServer(certificate)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: WebServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        data = self.server.files.get(self.path)
        if data is None:
            self.send_error(404)
            return
        etag = f'"{hashlib.md5(data).hexdigest()}"'
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if self.headers.get("If-Match", etag) != etag:
            self.send_error(412)
        elif wanted and self.server.ranges and self.headers.get("If-Range", etag) == etag:
            start, end = int(wanted[1]), min(int(wanted[2] or len(data) - 1) + 1, len(data))
            self._send(206, data[start:end], etag, {"Content-Range": f"bytes {start}-{end - 1}/{len(data)}"})
        else:
            self._send(200, data, etag, {})

    def do_HEAD(self) -> None:
        """Not every server has it; a signed URL is for one method only."""
        self.send_error(403)

    def _send(self, status: int, data: bytes, etag: str, headers: dict[str, str]) -> None:
        self.send_response_only(status)
        own = {"ETag": etag, "Accept-Ranges": "bytes" if self.server.ranges else "none"}
        length = {"Content-Length": str(len(data))} if self.server.lengths else {"Connection": "close"}
        for name, value in {**own, **headers, **length}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""
