"""Files on web servers as inputs: passed on uncopied, downloaded or read when they are opened, through faults and with TLS."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flyteidl.core import literals_pb2

from glider.settings.reading import read_settings
from glider.storage.access import DataAccess, use_access
from glider.storage.errors import AccessDeniedError, ChangedError, ObjectNotFoundError, StorageError
from glider.storage.store import Storage
from glider.storage.streams import BLOCK_BYTES
from glider.types.flytefile import FlyteFile
from glider.wire.errors import decode_error
from tests.faults.faults import Answer, CutResponse, Fault, LoseResponse, Reset, always, first
from tests.faults.proxy import FaultProxy
from tests.integration.glider.test_s3_access import make_certificate
from tests.stores.web import WebServer, web_server

BIN = Path(sys.executable).parent
DATA = os.urandom((5 << 20) + 3)


@pytest.fixture(autouse=True)
def no_authorities_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_CA_BUNDLE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server() -> Iterator[WebServer]:
    with web_server() as server:
        server.files["/large"] = DATA
        server.files["/a%20b.txt?token=x%2Fy"] = b"text"
        yield server


@pytest.fixture
def proxy(server: WebServer) -> Iterator[FaultProxy]:
    with FaultProxy(server.url) as proxy:
        yield proxy


@pytest.fixture
def storage() -> Storage:
    storage = Storage(read_settings({}).storage, patience=2.5)
    use_access(DataAccess(storage=storage))
    return storage


def test_a_file_is_read_and_downloaded(storage: Storage, server: WebServer, tmp_path: Path) -> None:
    assert storage.read(f"{server.url}/a%20b.txt?token=x%2Fy") == b"text"
    assert storage.read(f"{server.url}/a b.txt?token=x%2Fy") == b"text"
    storage.download(f"{server.url}/large", str(tmp_path / "large"))
    assert (tmp_path / "large").read_bytes() == DATA
    assert storage.traffic.bytes_in == len(DATA) + 8
    assert (storage.exists(f"{server.url}/large"), storage.exists(f"{server.url}/nothing")) == (True, False)


def test_a_server_that_tells_no_length(storage: Storage, server: WebServer, tmp_path: Path) -> None:
    server.lengths = False
    storage.download(f"{server.url}/large", str(tmp_path / "large"))
    assert (tmp_path / "large").read_bytes() == DATA
    with FlyteFile.from_source(f"{server.url}/large").open("rb") as file:
        assert file.read() == DATA


PASSING: dict[str, Fault] = {
    "500": Answer(500),
    "429": Answer(429, {"Retry-After": "1"}),
    "a reset": Reset(),
    "a lost answer": LoseResponse(),
    "an answer that is cut off": CutResponse(1 << 20),
}


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING.keys())
def test_what_passes_is_survived(storage: Storage, proxy: FaultProxy, tmp_path: Path, fault: Fault) -> None:
    with proxy.suffering(first(1, fault)):
        storage.download(f"{proxy.endpoint}/large", str(tmp_path / "large"))
    with proxy.suffering(first(1, fault)):
        assert storage.read(f"{proxy.endpoint}/large") == DATA
    with proxy.suffering(first(1, fault)), FlyteFile.from_source(f"{proxy.endpoint}/large").open("rb") as file:
        assert file.read() == DATA
    assert (tmp_path / "large").read_bytes() == DATA


def _start(range_header: str) -> int:
    return int(range_header.removeprefix("bytes=").partition("-")[0])


def test_a_download_that_is_cut_off_goes_on_where_it_was(storage: Storage, proxy: FaultProxy, tmp_path: Path) -> None:
    with proxy.suffering(first(3, CutResponse(1 << 20))):
        storage.download(f"{proxy.endpoint}/large", str(tmp_path / "large"))
    assert (tmp_path / "large").read_bytes() == DATA
    assert storage.traffic.bytes_in == len(DATA)
    begun_at = [request.headers.get("Range", "bytes=0-") for request in proxy.requests]
    assert len(begun_at) == 4
    assert begun_at == sorted(begun_at, key=_start), "a reset may take what had arrived with it, but what was kept stays"


@pytest.mark.parametrize("with_ranges", [True, False], ids=["the file is another one by then", "the server has no ranges"])
def test_it_begins_again_where_it_must(storage: Storage, server: WebServer, proxy: FaultProxy, tmp_path: Path, with_ranges: bool) -> None:
    server.ranges = with_ranges
    other = bytes(reversed(DATA))

    def plan(request: object) -> Fault | None:
        server.files["/large"] = other if len(proxy.requests) > 1 else DATA
        return CutResponse(1 << 20) if len(proxy.requests) == 1 else None

    with proxy.suffering(plan):
        storage.download(f"{proxy.endpoint}/large", str(tmp_path / "large"))
    assert (tmp_path / "large").read_bytes() == other
    assert storage.traffic.bytes_in == len(DATA)


def test_what_lasts_is_told(storage: Storage, server: WebServer, proxy: FaultProxy, tmp_path: Path) -> None:
    with pytest.raises(ObjectNotFoundError, match=f"{server.url}/nothing: there is no such file .the server answers 404"):
        storage.download(f"{server.url}/nothing", str(tmp_path / "x"))
    with proxy.suffering(always(Answer(403))), pytest.raises(AccessDeniedError, match="answers 403"):
        storage.read(f"{proxy.endpoint}/large")
    with proxy.suffering(always(Answer(500))), pytest.raises(StorageError, match=r"answers 500 .*\(tried \d+ times"):
        storage.read(f"{proxy.endpoint}/large")
    with proxy.suffering(always(CutResponse(3))), pytest.raises(StorageError, match=f"expected {len(DATA)} bytes|ConnectionReset"):
        storage.read(f"{proxy.endpoint}/large")
    proxy.stop()
    with pytest.raises(StorageError, match=r"can't be reached: .*refused.*\(tried"):
        storage.download(f"{proxy.endpoint}/large", str(tmp_path / "x"))
    with pytest.raises(StorageError, match="which is only read from"):
        storage.write(f"{server.url}/x", b"")
    with pytest.raises(StorageError, match="can't be listed"):
        storage.files(server.url)
    assert list(tmp_path.iterdir()) == []


def test_a_part_is_read_without_the_rest(storage: Storage, server: WebServer, proxy: FaultProxy) -> None:
    server.files["/large"] = data = os.urandom(3 * BLOCK_BYTES)
    with FlyteFile.from_source(f"{proxy.endpoint}/large").open("rb") as file:
        file.seek(-5, os.SEEK_END)
        assert file.read() == data[-5:]
    assert storage.traffic.bytes_in == 2 * BLOCK_BYTES, "the first block and the last one"


def test_a_file_that_is_replaced_under_its_reader_is_told(storage: Storage, server: WebServer) -> None:
    server.files["/large"] = os.urandom(2 * BLOCK_BYTES)
    with FlyteFile.from_source(f"{server.url}/large").open("rb") as file:
        server.files["/large"] = os.urandom(2 * BLOCK_BYTES)
        file.seek(-5, os.SEEK_END)
        with pytest.raises(ChangedError, match="replaced while it was being read"):
            file.read()


def test_an_authority_of_ones_own_is_trusted_when_it_is_named(storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_certificate(tmp_path)
    with web_server(tmp_path) as server:
        server.files["/x"] = b"x"
        with pytest.raises(StorageError, match="isn't trusted; AWS_CA_BUNDLE or SSL_CERT_FILE") as raised:
            storage.read(f"{server.url}/x")
        assert "(tried " not in str(raised.value)
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
        assert storage.read(f"{server.url}/x") == b"x"


BODY = """
{decorator}
def main(f: FlyteFile, g: FlyteFile) -> tuple[FlyteFile, str]:
    with g.open("r") as file:
        return f, file.read() + open(g).read()
"""
TASKS = {
    "a plain function": "from glider import FlyteFile\n" + BODY.format(decorator=""),
    "a flytekit task": "from flytekit import task\nfrom flytekit.types.file import FlyteFile\n" + BODY.format(decorator="@task"),
}


@pytest.mark.parametrize("module", TASKS.values(), ids=TASKS.keys())
def test_a_task_passes_a_url_on_and_opens_one(server: WebServer, tmp_path: Path, module: str) -> None:
    (tmp_path / "app.py").write_text(module)
    server.files["/g.txt"] = b"text"
    out = run(tmp_path, f"{server.url}/never-asked-for", f"{server.url}/g.txt")
    outputs = literals_pb2.LiteralMap.FromString((out / "outputs.pb").read_bytes())
    assert outputs.literals["o0"].scalar.blob.uri == f"{server.url}/never-asked-for"
    assert outputs.literals["o1"].scalar.primitive.string_value == "texttext"


@pytest.mark.parametrize("module", TASKS.values(), ids=TASKS.keys())
def test_a_url_with_nothing_behind_it_is_told(server: WebServer, tmp_path: Path, module: str) -> None:
    (tmp_path / "app.py").write_text(module)
    out = run(tmp_path, f"{server.url}/f", f"{server.url}/nothing.txt")
    assert f"{server.url}/nothing.txt" in decode_error((out / "error.pb").read_bytes()).message


def run(folder: Path, *uris: str) -> Path:
    """Runs `app.main`: where its outputs are."""
    inputs = literals_pb2.LiteralMap()
    for name, uri in zip("fg", uris, strict=True):
        inputs.literals[name].scalar.blob.uri = uri
    (folder / "inputs.pb").write_bytes(inputs.SerializeToString())
    options = ["--inputs", f"{folder}/inputs.pb", "--output-prefix", f"{folder}/0", "--raw-output-data-prefix", f"{folder}/raw"]
    command = [str(BIN / "glider-execute"), *options, "--task-module", "app", "--task-name", "main"]
    subprocess.run(command, cwd=folder, capture_output=True, timeout=120, check=False)
    return folder / "0"
