"""Google Cloud Storage's XML API on loopback: a real S3 server, versitygw, behind a translator.

Google's XML API is S3's but for the names of headers, the version of an object (a generation), and who may ask. fake-gcs-server
(1.56), the emulator that there is, can't take obstore's uploads: it wants the JSON API's `uploadType`, and has no uploads in parts.
"""

from __future__ import annotations

import http.client
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from tests.cluster import tools
from tests.cluster.errors import ClusterError
from tests.cluster.ports import free_ports
from tests.conftest import MissingServer

BUCKET = "box"
_KEYS = ("gateway", "gateway-secret")
_WORDS = {"x-goog-meta-": "x-amz-meta-", "x-goog-copy-source": "x-amz-copy-source"}


@contextmanager
def google(folder: Path) -> Iterator[int]:
    """Its port; `folder` gets what is stored.

    Raises:
        MissingServer: versitygw can't be built.
    """
    try:
        program = tools.build_one("versitygw")
    except (ClusterError, OSError) as error:
        raise MissingServer(f"no versitygw: {error}") from error
    (folder / BUCKET).mkdir()
    (port,) = free_ports(1)
    environment = {"ROOT_ACCESS_KEY": _KEYS[0], "ROOT_SECRET_KEY": _KEYS[1]}
    command = [str(program), "--port", f"127.0.0.1:{port}", "--quiet", "posix", str(folder)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    translator = _Translator(port)
    try:
        _wait(port)
        threading.Thread(target=translator.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield translator.server_port
        translator.shutdown()
    finally:
        translator.server_close()
        process.terminate()
        process.wait(timeout=20)


def _wait(port: int) -> None:
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("versitygw doesn't listen")


class _Translator(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, upstream: int) -> None:
        self.upstream = upstream
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: _Translator
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 16

    def _translate(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        upstream = http.client.HTTPConnection("127.0.0.1", self.server.upstream, timeout=60)
        try:
            path = _path(self.path)
            upstream.request(self.command, path, body=body, headers=self._signed(path, body))
            response = upstream.getresponse()
            self._answer(response, response.read())
        finally:
            upstream.close()

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _translate  # noqa: N815 - the names are http.server's

    def _signed(self, path: str, body: bytes) -> dict[str, str]:
        from botocore.auth import S3SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials

        kept = {"content-type", "range", "if-match", "if-none-match"}
        headers: dict[str, str] = {}
        for name, value in self.headers.items():
            if name.lower() == "x-goog-copy-source":
                value = quote(unquote(value), safe="/~")
            if (word := _word(name)) != name.lower() or word in kept:
                headers[word] = value
        if self.headers.get("x-goog-if-generation-match") == "0":
            headers["if-none-match"] = "*"
        request = AWSRequest(method=self.command, url=f"http://127.0.0.1:{self.server.upstream}{path}", headers=headers, data=body)
        S3SigV4Auth(Credentials(*_KEYS), "s3", "us-east-1").add_auth(request)
        return dict(request.headers.items())

    def _answer(self, response: http.client.HTTPResponse, data: bytes) -> None:
        self.send_response_only(response.status, response.reason)
        for name, value in response.getheaders():
            if name.lower() not in ("connection", "content-length", "transfer-encoding"):
                self.send_header(name.replace("x-amz-meta-", "x-goog-meta-"), value)
        self.send_header("x-goog-generation", "1")
        length = response.getheader("Content-Length") if self.command == "HEAD" else str(len(data))
        self.send_header("Content-Length", length or "0")
        self.end_headers()
        self.wfile.write(data)
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


def _word(name: str) -> str:
    return next((name.lower().replace(theirs, ours) for theirs, ours in _WORDS.items() if name.lower().startswith(theirs)), name.lower())


def _path(path: str) -> str:
    """Google takes a key's slashes and dots encoded too, which S3's signatures don't."""
    parts = urlsplit(path)
    return quote(unquote(parts.path), safe="/~") + (f"?{parts.query}" if parts.query else "")
