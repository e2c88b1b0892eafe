from __future__ import annotations

import time
from pathlib import Path

import pytest

from glider.settings.model import S3, Engine, StorageSettings
from glider.storage.errors import ObjectNotFoundError, StorageError
from glider.storage.local import written_whole
from glider.storage.store import Storage
from glider.storage.uris import basename, is_remote, join

DEAD = S3(endpoint="http://127.0.0.1:9", access_key_id="key", secret_access_key="secret", retries=1)


@pytest.fixture(params=["{folder}", "file://{folder}", "memory://{folder}"], ids=["a path", "file://", "fsspec"])
def prefix(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return str(request.param.format(folder=tmp_path / "store"))


def test_what_is_written_is_read(prefix: str, tmp_path: Path) -> None:
    storage = Storage(StorageSettings())
    storage.write(f"{prefix}/a/b", b"data")
    assert storage.read(f"{prefix}/a/b") == b"data"
    storage.download(f"{prefix}/a/b", str(tmp_path / "new" / "copy"))
    storage.upload(str(tmp_path / "new" / "copy"), f"{prefix}/c")
    assert storage.exists(f"{prefix}/c")
    assert not storage.exists(f"{prefix}/d")
    assert (storage.traffic.bytes_in, storage.traffic.bytes_out) == (8, 8)


def test_what_is_not_there_is_named(prefix: str) -> None:
    with pytest.raises(ObjectNotFoundError, match=f"{prefix}/nothing: there is no such"):
        Storage(StorageSettings()).read(f"{prefix}/nothing")


def test_a_write_that_fails_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"old")
    with pytest.raises(RuntimeError), written_whole(str(tmp_path / "x")) as file:
        file.write(b"half")
        raise RuntimeError
    assert (tmp_path / "x").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_a_folder_that_can_not_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="file/x: FileExistsError"):
        Storage(StorageSettings()).write(f"{tmp_path}/file/x", b"")


@pytest.mark.parametrize("engine", list(Engine), ids=lambda engine: engine.value)
def test_a_dead_store_is_told_in_good_time_with_its_endpoint(engine: Engine) -> None:
    started = time.monotonic()
    with pytest.raises(StorageError, match=r"s3://bucket/key \(endpoint http://127\.0\.0\.1:9\): "):
        Storage(StorageSettings(engine=engine, s3=DEAD)).read("s3://bucket/key")
    assert time.monotonic() - started < 60


@pytest.mark.parametrize("uri", ["nosuch://bucket/key", "s3://bucket"])
def test_a_uri_that_no_store_knows(uri: str) -> None:
    with pytest.raises(StorageError, match=uri):
        Storage(StorageSettings(s3=DEAD)).read(uri)


def test_uris() -> None:
    assert join("s3://b/p/", "x", "y") == "s3://b/p/x/y"
    assert basename("https://h/a/b.csv?version=1/2") == "b.csv"
    assert [is_remote(uri) for uri in ("s3://b/k", "file:///x", "/x", "x")] == [True, True, False, False]
