"""An S3 server on loopback whose keys are plain strings, as S3's are: `a` beside `a/b`, `a//b`, `a/`. versitygw keeps objects as files
of a disk, which can't hold those.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, unquote
from xml.sax.saxutils import escape


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """What the server answers in place of everything."""

    status: int
    code: str
    message: str = "as the test wants it"


class S3Server(ThreadingHTTPServer):
    """Serves `objects`, by key, in whatever bucket is asked for.

    Attributes:
        refusal: what every request is answered, where that is set.
        requests: method and path of each request.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.objects: dict[str, bytes] = {}
        self.refusal: Refusal | None = None
        self.requests: list[str] = []

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def env(self) -> dict[str, str]:
        """What the executor is to be told."""
        return {"FLYTE_AWS_ENDPOINT": self.endpoint, "FLYTE_AWS_ACCESS_KEY_ID": "AKIATEST", "FLYTE_AWS_SECRET_ACCESS_KEY": "secret"}


@contextmanager
def running_s3() -> Iterator[S3Server]:
    server = S3Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: S3Server

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except (ConnectionError, TimeoutError):  # the client has what it wanted
            self.close_connection = True

    def _begin(self) -> tuple[str, dict[str, str], bytes] | None:
        """The key, the query and the body; None where the request is refused."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path, _, query = self.path.partition("?")
        self.server.requests.append(f"{self.command} {unquote(path)}")
        if (refusal := self.server.refusal) is not None:
            self._refuse(refusal)
            return None
        return (
            unquote(path[1:].partition("/")[2]),
            {name: found[0] for name, found in parse_qs(query, keep_blank_values=True).items()},
            body,
        )

    def do_GET(self) -> None:
        if (begun := self._begin()) is None:
            return
        key, query, _ = begun
        if not key:
            self._answer(200, _listed(self.server.objects, query))
        elif key not in self.server.objects:
            self._refuse(Refusal(status=404, code="NoSuchKey"))
        else:
            self._send(self.server.objects[key])

    do_HEAD = do_GET  # noqa: N815 - the name is http.server's

    def do_PUT(self) -> None:
        if (begun := self._begin()) is not None:
            self.server.objects[begun[0]] = begun[2]
            self._answer(200, b"", ETag=_etag(begun[2]))

    def do_DELETE(self) -> None:
        if (begun := self._begin()) is not None:
            self.server.objects.pop(begun[0], None)
            self._answer(204, b"")

    def _send(self, data: bytes) -> None:
        headers = {"ETag": _etag(data), "Last-Modified": formatdate(usegmt=True)}
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range") or "")
        if asked is None or not data:
            self._answer(200, data, **headers)
            return
        first, last = int(asked[1]), min(int(asked[2] or len(data)), len(data) - 1)
        self._answer(206, data[first : last + 1], **headers, **{"Content-Range": f"bytes {first}-{last}/{len(data)}"})

    def _refuse(self, refusal: Refusal) -> None:
        words = f"<Error><Code>{refusal.code}</Code><Message>{refusal.message}</Message></Error>"
        self._answer(refusal.status, f'<?xml version="1.0" encoding="UTF-8"?>\n{words}'.encode())

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


def _listed(objects: dict[str, bytes], query: dict[str, str]) -> bytes:
    prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
    shown = quote if query.get("encoding-type") == "url" else escape
    folders = dict[str, None]()
    parts = list[str]()
    for key in sorted(key for key in objects if key.startswith(prefix)):
        head, found, _ = key[len(prefix) :].partition(delimiter) if delimiter else (key, "", "")
        if found:
            folders[f"{prefix}{head}{delimiter}"] = None
            continue
        about = f"<ETag>{escape(_etag(objects[key]))}</ETag><Size>{len(objects[key])}</Size>"
        parts.append(f"<Contents><Key>{shown(key)}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified>{about}</Contents>")
    parts += [f"<CommonPrefixes><Prefix>{shown(folder)}</Prefix></CommonPrefixes>" for folder in folders]
    encoding = "<EncodingType>url</EncodingType>" if shown is quote else ""
    inner = f"<Name>bucket</Name><IsTruncated>false</IsTruncated>{encoding}{''.join(parts)}"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult>{inner}</ListBucketResult>'.encode()


def _etag(data: bytes) -> str:
    return f'"{hashlib.md5(data, usedforsecurity=False).hexdigest()}"'
