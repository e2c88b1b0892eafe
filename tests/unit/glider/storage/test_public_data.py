"""Public data that our credentials may not read: a server that refuses every signed request, which no real one can be told to do."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from flytekit.exceptions.user import FlyteDataNotFoundException

from glider.flytekit.storage import StorageAccess
from glider.settings.reading import read_settings
from glider.storage.errors import AccessDeniedError
from glider.storage.store import Storage


class _Public(BaseHTTPRequestHandler):
    """One object, for whoever doesn't say who they are."""

    def do_GET(self) -> None:
        status = 403 if self.headers.get("Authorization") else 200 if self.path == "/bucket/there" else 404
        body = b"public" if status == 200 else b""
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), "ETag": '"1"', "Last-Modified": "Mon, 01 Jan 2024 00:00:00 GMT"}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET  # noqa: N815 - the names are http.server's

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture
def storage() -> Iterator[Storage]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Public)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    keys = {"FLYTE_AWS_ACCESS_KEY_ID": "key", "FLYTE_AWS_SECRET_ACCESS_KEY": "secret"}
    yield Storage(read_settings({"FLYTE_AWS_ENDPOINT": f"http://127.0.0.1:{server.server_port}", **keys}).storage)
    server.shutdown()
    server.server_close()


def test_a_refusal_is_told_apart_from_an_outage(storage: Storage) -> None:
    with pytest.raises(AccessDeniedError, match="s3://bucket/there"):
        storage.read("s3://bucket/there")


def test_without_credentials_it_can_be_read_and_counts(storage: Storage) -> None:
    assert storage.anonymous.read("s3://bucket/there") == b"public"
    assert storage.traffic.bytes_in == 6


def test_flytekit_gets_it_at_the_second_try(storage: Storage, tmp_path: Path) -> None:
    access = StorageAccess(storage=storage, local_sandbox_dir=str(tmp_path / "sandbox"), raw_output_prefix=str(tmp_path / "raw"))
    access.get_data("s3://bucket/there", str(tmp_path / "copy"))
    assert (tmp_path / "copy").read_bytes() == b"public"
    with pytest.raises(FlyteDataNotFoundException):
        access.get_data("s3://bucket/not-there", str(tmp_path / "copy"))
