"""An HTTP proxy on loopback between a client and a real store, which does to requests what a plan says.

The client's Host header goes through as it is, so that signatures hold. A client that knows it as its HTTP proxy may send it
whole URLs, and so reach buckets by virtual hosts that no resolver knows. `stop` and `start` take the store from the network
and bring it back on the same port.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import struct
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from tests.faults.faults import Answer, CutRequest, CutResponse, Delay, Fault, Hang, LoseResponse, Plan, Request, Reset, Trickle, nothing

_CHUNK = 64 << 10
#: What concerns one connection only, or is told anew.
_HOP_BY_HOP = frozenset({"connection", "keep-alive", "proxy-connection", "transfer-encoding", "expect", "content-length"})


class FaultProxy:
    """The store `upstream` (host, port), with faults.

    Attributes:
        plan: which request meets what; may be changed at any time.
        requests: all that came so far.
    """

    def __init__(self, upstream: str, *, plan: Plan = nothing) -> None:
        parts = urlsplit(upstream)
        self.upstream = (str(parts.hostname), int(parts.port or 80))
        self.plan = plan
        self.requests: list[Request] = []
        self.closing = threading.Event()
        self._lock = threading.Lock()
        self._server: _Server | None = None
        self.port = 0
        self.start()

    @property
    def endpoint(self) -> str:
        """Where clients find it."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Listens, on the same port as before."""
        self.closing.clear()
        self._server = _Server(self, self.port)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self) -> None:
        """Refuses connections, and resets those that there are."""
        if self._server is not None:
            self.closing.set()
            self._server.shutdown()
            self._server.server_close()
            self._server.hang_up_all()
            self._server = None

    def receive(self, method: str, path: str, headers: dict[str, str]) -> tuple[Request, Fault | None]:
        """Notes a request and asks the plan."""
        with self._lock:
            request = Request(number=len(self.requests) + 1, method=method, path=path, headers=headers)
            self.requests.append(request)
        return request, self.plan(request)

    def forget(self) -> None:
        """Counts from 1 again."""
        with self._lock:
            self.requests.clear()

    @contextlib.contextmanager
    def suffering(self, plan: Plan) -> Iterator[Self]:
        """Follows `plan` for a while, with requests counted from 1."""
        former, self.plan = self.plan, plan
        self.forget()
        try:
            yield self
        finally:
            self.plan = former

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, proxy: FaultProxy, port: int) -> None:
        self.proxy = proxy
        self._open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def hang_up_all(self) -> None:
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)  # its thread closes it

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that go away are part of the game."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    #: Headers and body in separate packets would wait for the client's delayed acknowledgement.
    disable_nagle_algorithm = True
    wbufsize = _CHUNK

    def _pass(self) -> None:
        self._left = int(self.headers.get("Content-Length") or 0)
        path = self.path if self.path.startswith("/") else "/" + self.path.split("/", 3)[3]
        _, fault = self.server.proxy.receive(self.command, path, dict(self.headers))
        match fault:
            case Answer():
                self._drain()
                self._answer(fault)
            case Reset():
                self._hang_up()
            case Hang():
                self.server.proxy.closing.wait()
                self._hang_up()
            case Delay():
                self.server.proxy.closing.wait(fault.seconds)
                self._forward(path, None)
            case _:
                self._forward(path, fault)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _pass  # noqa: N815 - the names are http.server's

    def handle_expect_100(self) -> bool:
        """Says so at once; the answer's buffer would keep it."""
        super().handle_expect_100()
        self.wfile.flush()
        return True

    def _forward(self, path: str, fault: Fault | None) -> None:
        upstream = http.client.HTTPConnection(*self.server.proxy.upstream, timeout=60)
        try:
            upstream.putrequest(self.command, path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() not in _HOP_BY_HOP or name.lower() == "content-length":
                    upstream.putheader(name, value)
            upstream.endheaders()
            if isinstance(fault, CutRequest):
                self._send_body(upstream, most=fault.after)
                self._hang_up()
                return
            self._send_body(upstream)
            response = upstream.getresponse()
            if isinstance(fault, LoseResponse):
                response.read()
                self._hang_up()
                return
            self._return(response, fault)
        except OSError:
            self._hang_up()
        finally:
            upstream.close()

    def _send_body(self, upstream: http.client.HTTPConnection, *, most: int | None = None) -> None:
        left = self._left if most is None else min(most, self._left)
        while left and (data := self.rfile.read(min(left, _CHUNK))):
            upstream.send(data)
            left -= len(data)
            self._left -= len(data)

    def _return(self, response: http.client.HTTPResponse, fault: Fault | None) -> None:
        self.send_response_only(response.status, response.reason)
        for name, value in response.getheaders():
            if name.lower() not in _HOP_BY_HOP:
                self.send_header(name, value)
        if (length := response.getheader("Content-Length")) is not None:  # also of a HEAD, which has no body
            self.send_header("Content-Length", length)
            self.end_headers()
            self._return_body(response, fault)
        else:
            data = response.read()
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data[: fault.after] if isinstance(fault, CutResponse) else data)
        self.wfile.flush()
        if isinstance(fault, CutResponse):
            self._hang_up()

    def _return_body(self, response: http.client.HTTPResponse, fault: Fault | None) -> None:
        left = fault.after if isinstance(fault, CutResponse) else None
        size = max(1, fault.bytes_per_second // 20) if isinstance(fault, Trickle) else _CHUNK
        while (left is None or left > 0) and (data := response.read(size if left is None else min(size, left))):
            self.wfile.write(data)
            if left is not None:
                left -= len(data)
            if isinstance(fault, Trickle):
                self.wfile.flush()
                time.sleep(0.05)

    def _answer(self, fault: Answer) -> None:
        self.send_response_only(fault.status)
        for name, value in fault.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(fault.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(fault.body)
        self.wfile.flush()

    def _drain(self) -> None:
        while self._left and (data := self.rfile.read(min(self._left, _CHUNK))):
            self._left -= len(data)

    def _hang_up(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError, ValueError):
            self.wfile.flush()
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            for part in (self.rfile, self.wfile, self.connection):  # the last one closed sends RST, and not FIN
                part.close()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""
