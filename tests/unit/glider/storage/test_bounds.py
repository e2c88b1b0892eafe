"""Reads that take no more than they are willing to, whatever the engine; S3's is in tests/integration."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import fsspec
import pytest

from glider.settings.model import StorageSettings
from glider.storage.errors import TooLargeError
from glider.storage.store import Storage


class Web(BaseHTTPRequestHandler):
    """Tells a size for /told, and goes on without end for the rest."""

    def do_GET(self) -> None:
        self.send_response(200)
        if self.path == "/told":
            self.send_header("Content-Length", "5")
        self.end_headers()
        if self.path == "/told":
            self.wfile.write(b"12345")
            return
        try:
            while True:
                self.wfile.write(b"0" * 65_536)
        except OSError:
            return

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def web() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Web)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def uris(web: str, tmp_path: Path) -> dict[str, str]:
    (tmp_path / "five").write_bytes(b"12345")
    fsspec.filesystem("memory").pipe_file("/bounds/five", b"12345")
    return {"a file": str(tmp_path / "five"), "the web": f"{web}/told", "any other filesystem": "memory://bounds/five"}


@pytest.mark.parametrize("where", ["a file", "the web", "any other filesystem"])
def test_an_object_is_read_up_to_its_bound(uris: dict[str, str], where: str) -> None:
    storage = Storage(StorageSettings())
    assert storage.read(uris[where], most=5) == storage.read(uris[where]) == b"12345"
    with pytest.raises(TooLargeError, match="expected at most 4 bytes, found 5"):
        storage.read(uris[where], most=4)


def test_what_has_no_end_is_left(web: str) -> None:
    storage = Storage(StorageSettings())
    for uri in ("/dev/zero", "file:///dev/zero", f"{web}/endless"):
        with pytest.raises(TooLargeError, match="expected at most 1000 bytes, found 1001"):
            storage.read(uri, most=1_000)


def test_a_folder_is_listed_up_to_its_bound(tmp_path: Path) -> None:
    storage = Storage(StorageSettings())
    for name in "abc":
        (tmp_path / name).touch()
        fsspec.filesystem("memory").pipe_file(f"/bounded/{name}", b"")
    for uri in (str(tmp_path), "memory://bounded"):
        assert list(storage.sizes(uri, most=3)) == ["a", "b", "c"]
        with pytest.raises(TooLargeError, match="expected at most 2 files, found more"):
            storage.sizes(uri, most=2)
