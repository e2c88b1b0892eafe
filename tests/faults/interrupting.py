"""A relay in front of an API server that interrupts the client's process at one of its requests, by a signal.

The client speaks plain HTTP to it, so that each request can be counted; it goes on as the user of the real kubeconfig. Requests are
carried out one at a time. From the signal on nothing is answered until the client is gone: what it has sent until then is all it did.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self

import urllib3
import yaml

from glider_client.cluster.connections import Connections
from glider_client.cluster.credentials import Credentials
from glider_client.cluster.kubeconfig import load_config

_PATIENCE = 60.0
_WATCH = "watch=true"
_PASSED_ON = ("Accept", "Content-Type")


class InterruptingRelay:
    """A context manager, for one client at a time.

    Attributes:
        requests: methods and paths of the client's requests, in the order in which they were carried out.
        interrupted: at what the client was interrupted; "" while it hasn't been.
    """

    def __init__(self, kubeconfig: Path) -> None:
        self._config = load_config(os.environ, kubeconfig=kubeconfig, context=None)
        self._credentials, self._connections = Credentials(self._config.user), Connections(self._config)
        self._turn = threading.Lock()
        self._begin()
        self._server = _Server(self)

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.release()
        self._server.shutdown()
        self._server.server_close()

    def kubeconfig(self, path: Path, *, namespace: str) -> Path:
        """Write the client's kubeconfig to `path`."""
        cluster = {"name": "relay", "cluster": {"server": f"http://127.0.0.1:{self._server.server_port}"}}
        context = {"name": "relay", "context": {"cluster": "relay", "namespace": namespace}}
        document = {"apiVersion": "v1", "kind": "Config", "clusters": [cluster], "contexts": [context], "current-context": "relay"}
        path.write_text(yaml.safe_dump(document))
        return path

    def arm(self, *, after: int, signal_number: int) -> None:
        """Interrupt the next client once `after` requests were carried out, before it has the last one's answer; a watch at the latest."""
        self.release()
        with self._turn:
            self._begin()
            self._after, self._signal = after, signal_number

    def aim(self, pid: int) -> None:
        """The client's process, which has just been started. Its requests wait for this."""
        self._pid = pid
        self._aimed.set()

    def release(self) -> None:
        """The client is gone: let go of the requests that it left unanswered."""
        self._aimed.set()
        self._gone.set()

    def carry_out(self, method: str, target: str, *, headers: Mapping[str, str], body: bytes | None) -> urllib3.BaseHTTPResponse | None:
        """The API server's answer; None where the client doesn't get it any more."""
        aimed, gone = self._aimed, self._gone
        aimed.wait(_PATIENCE)
        with self._turn:
            if gone is not self._gone or gone.is_set() or not self._pid:
                return None
            request = f"{method} {target.partition('?')[0]}"
            if not self.interrupted and (self._after == 0 or _WATCH in target):
                self._interrupt(f"before {request}")
            elif not self.interrupted:
                answer = self._send(method, target, headers=headers, body=body)
                self.requests.append(request)
                if len(self.requests) != self._after:
                    return answer
                self._interrupt(f"after {request}")
        gone.wait(_PATIENCE)
        return None

    def _interrupt(self, where: str) -> None:
        self.interrupted = where
        os.kill(self._pid, self._signal)

    def _send(self, method: str, target: str, *, headers: Mapping[str, str], body: bytes | None) -> urllib3.BaseHTTPResponse:
        credential = self._credentials.current()
        token = {"Authorization": f"Bearer {credential.token}"} if credential.token else {}
        pool = self._connections.pool(credential)
        return pool.request(method, f"{self._config.server}{target}", body=body, headers={**headers, **token}, redirect=False)

    def _begin(self) -> None:
        self.requests: list[str] = []
        self.interrupted = ""
        self._after, self._signal, self._pid = -1, 0, 0
        self._aimed, self._gone = threading.Event(), threading.Event()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, relay: InterruptingRelay) -> None:
        self.relay = relay
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that is gone is what this is for."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def _relay(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        headers = {name: self.headers[name] for name in _PASSED_ON if name in self.headers}
        body = self.rfile.read(length) if length else None
        answer = self.server.relay.carry_out(self.command, self.path, headers=headers, body=body)
        if answer is None:
            self.close_connection = True
            return
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.headers["Content-Type"])
        self.send_header("Content-Length", str(len(answer.data)))
        self.end_headers()
        self.wfile.write(answer.data)

    do_GET = do_POST = do_PATCH = do_DELETE = _relay  # noqa: N815  # http.server's names

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: a test's output is its own."""
