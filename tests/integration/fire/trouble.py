"""Real servers that give a namespace trouble: an admission webhook that takes its time, and stores that answer or don't."""

from __future__ import annotations

import base64
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.cluster.private import PrivateControlPlane
from tests.faults.api import Api

WEBHOOKS = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"


@contextmanager
def slow_webhook(plane: PrivateControlPlane, *, namespace: str) -> Iterator[threading.Semaphore]:
    """An admission webhook for the pods of a namespace that answers none before the end; the semaphore counts who asked."""
    asked, over = threading.Semaphore(0), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            review = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked.release()
            over.wait()
            answer = {**review, "response": {"uid": review["request"]["uid"], "allowed": True}}
            self._send(json.dumps(answer).encode())

        def _send(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nobody reads it."""

    api, pki = Api(plane.kubeconfig), plane.layout.pki  # the control plane's own certificate is good for 127.0.0.1
    with _serving(Handler, pki=pki) as server:
        api.create(WEBHOOKS, _webhook(namespace, port=server.server_port, authority=pki / "ca.crt"))
        try:
            yield asked
        finally:
            over.set()
            api.delete(f"{WEBHOOKS}/slow.example.com")


@contextmanager
def dead_store() -> Iterator[str]:
    """The address of a store that takes requests and answers none."""
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            over.wait()

        do_HEAD = do_GET  # noqa: N815

        def log_message(self, *_: Any) -> None:
            """Nobody reads it."""

    with _serving(Handler) as server:
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            over.set()


@contextmanager
def good_store(folder: Path) -> Iterator[str]:
    """The address of one that has what is in `folder`."""

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Nobody reads it."""

    with _serving(partial(Handler, directory=str(folder))) as server:
        yield f"http://127.0.0.1:{server.server_port}"


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """A client that gave up is no error here."""


@contextmanager
def _serving(handler: Any, *, pki: Path | None = None) -> Iterator[ThreadingHTTPServer]:
    server = _Server(("127.0.0.1", 0), handler)
    if pki is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pki / "server.crt", pki / "server.key")
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.socket.close()
        thread.join()


def _webhook(namespace: str, *, port: int, authority: Path) -> dict[str, Any]:
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": "slow.example.com"},
        "webhooks": [
            {
                "name": "slow.example.com",
                "clientConfig": {
                    "url": f"https://127.0.0.1:{port}/validate",
                    "caBundle": base64.b64encode(authority.read_bytes()).decode(),
                },
                "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}],
                "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
                "timeoutSeconds": 30,
                "failurePolicy": "Fail",
                "sideEffects": "None",
                "admissionReviewVersions": ["v1"],
            }
        ],
    }
