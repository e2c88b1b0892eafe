"""The executor against a real S3 server, which is the fixture `s3` of tests/integration/conftest.py."""

from __future__ import annotations

import hashlib
import os
import resource
import subprocess
import sys
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from flyteidl.core import literals_pb2

from glider.settings.reading import read_settings
from glider.storage.errors import ObjectNotFoundError, StorageError
from glider.storage.folders import download_folder
from glider.storage.store import Storage
from glider.wire.errors import decode_error
from glider.wire.summary import Summary, decode_summary

pytestmark = pytest.mark.s3

BIN = Path(sys.executable).parent
LARGE = (40 << 20) + 7
ENGINES = pytest.mark.parametrize("engine", ["obstore", "fsspec"])

TASKS = {
    "native": """
from glider import FlyteFile
def main(f: FlyteFile) -> tuple[FlyteFile, int]:
    data = open(f, "rb").read()
    open("doubled.bin", "wb").write(data * 2)
    return FlyteFile("doubled.bin"), len(data)
""",
    "flytekit": """
from flytekit import task
from flytekit.types.file import FlyteFile
@task
def main(f: FlyteFile) -> tuple[FlyteFile, int]:
    data = open(f, "rb").read()
    open("doubled.bin", "wb").write(data * 2)
    return FlyteFile("doubled.bin"), len(data)
""",
}


@pytest.fixture
def prefix(s3: Any) -> str:
    return f"s3://{s3.bucket}/test-{uuid.uuid4().hex}"


def storage_of(environment: Mapping[str, str], *, engine: str = "obstore") -> Storage:
    return Storage(read_settings({**environment, "GLIDER_STORAGE_ENGINE": engine}).storage)


def execute(
    folder: Path, *, prefix: str, environment: Mapping[str, str], inputs: literals_pb2.LiteralMap
) -> tuple[subprocess.CompletedProcess[str], Summary]:
    """Runs `app.main` with its inputs and outputs below `prefix`."""
    storage_of(environment).write(f"{prefix}/inputs.pb", inputs.SerializeToString())
    log = folder / "termination-log"
    options = ["--inputs", f"{prefix}/inputs.pb", "--output-prefix", f"{prefix}/0", "--raw-output-data-prefix", f"{prefix}/raw"]
    ours = {"GLIDER_EXECUTION": "ns/run", "GLIDER_TERMINATION_LOG": str(log)}
    done = subprocess.run(
        [str(BIN / "glider-execute"), *options, "--task-module", "app", "--task-name", "main"],
        cwd=folder,
        env={**os.environ, **environment, **ours},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    summary = decode_summary(log.read_text())
    assert summary is not None
    return done, summary


@ENGINES
def test_the_folders_in_a_folder(s3: Any, prefix: str, engine: str) -> None:
    storage = storage_of(s3.env, engine=engine)
    assert storage.folders(prefix) == []
    for key in ("a", "b/x", "b/y/z", "ü %20/x", "c.d/x"):
        storage.write(f"{prefix}/{key}", b"x")
    assert storage.folders(prefix) == storage.folders(f"{prefix}/") == ["b", "c.d", "ü %20"]
    assert storage.folders(f"{prefix}/b") == ["y"]
    assert storage.folders(f"{prefix}/b/y") == []


@ENGINES
def test_small_and_large_objects_come_back_as_they_went(s3: Any, prefix: str, tmp_path: Path, engine: str) -> None:
    storage = storage_of(s3.env, engine=engine)
    storage.write(f"{prefix}/a key with spaces/ü%20.bin", b"small")
    assert storage.read(f"{prefix}/a key with spaces/ü%20.bin") == b"small"
    large = tmp_path / "large"
    large.write_bytes(os.urandom(LARGE))
    storage.upload(str(large), f"{prefix}/large")
    storage.download(f"{prefix}/large", str(tmp_path / "copy"))
    assert hashlib.sha256(large.read_bytes()).digest() == hashlib.sha256((tmp_path / "copy").read_bytes()).digest()
    assert storage.traffic.bytes_in == storage.traffic.bytes_out == LARGE + 5


@ENGINES
def test_what_is_not_there(s3: Any, prefix: str, tmp_path: Path, engine: str) -> None:
    storage = storage_of(s3.env, engine=engine)
    assert not storage.exists(f"{prefix}/nothing")
    with pytest.raises(ObjectNotFoundError, match=f"{prefix}/nothing \\(endpoint {s3.endpoint}\\)"):
        storage.read(f"{prefix}/nothing")
    with pytest.raises(ObjectNotFoundError):
        storage.download(f"{prefix}/nothing", str(tmp_path / "x"))
    assert not (tmp_path / "x").exists()
    with pytest.raises(StorageError, match="no-such-bucket"):
        storage.write("s3://no-such-bucket/x", b"")


def test_a_wrong_key_is_told_in_one_line(s3: Any, prefix: str) -> None:
    storage = storage_of({**s3.env, "FLYTE_AWS_SECRET_ACCESS_KEY": "wrong"})
    with pytest.raises(StorageError, match="SignatureDoesNotMatch") as raised:
        storage.read(f"{prefix}/x")
    assert len(str(raised.value)) < 500


def test_a_large_file_moves_in_bounded_memory(s3: Any, prefix: str, tmp_path: Path) -> None:
    source = tmp_path / "large"
    with source.open("wb") as file:
        file.truncate(256 << 20)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    storage = storage_of(s3.env)
    storage.upload(str(source), f"{prefix}/large")
    storage.download(f"{prefix}/large", str(tmp_path / "copy"))
    assert (tmp_path / "copy").stat().st_size == 256 << 20
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) < 160 << 10


@pytest.mark.parametrize("kind", TASKS)
def test_a_task_with_files_from_end_to_end(s3: Any, prefix: str, tmp_path: Path, kind: str) -> None:
    (tmp_path / "app.py").write_text(TASKS[kind])
    storage = storage_of(s3.env)
    storage.write(f"{prefix}/in.bin", b"12345")
    inputs = literals_pb2.LiteralMap()
    inputs.literals["f"].scalar.blob.uri = f"{prefix}/in.bin"
    done, summary = execute(tmp_path, prefix=prefix, environment=s3.env, inputs=inputs)
    assert done.returncode == 0, done.stderr
    outputs = literals_pb2.LiteralMap.FromString(storage.read(f"{prefix}/0/outputs.pb"))
    uri = outputs.literals["o0"].scalar.blob.uri
    assert uri.startswith(f"{prefix}/raw/")
    assert uri.endswith("/doubled.bin")
    assert storage.read(uri) == b"1234512345"
    assert summary.outputs == {"o0": uri, "o1": 5}
    assert not storage.exists(f"{prefix}/0/error.pb")


def test_an_error_is_stored_beside_no_outputs(s3: Any, prefix: str, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("def main() -> int:\n    raise ValueError('no')\n")
    done, _ = execute(tmp_path, prefix=prefix, environment=s3.env, inputs=literals_pb2.LiteralMap())
    assert done.returncode == 1
    storage = storage_of(s3.env)
    assert decode_error(storage.read(f"{prefix}/0/error.pb")).code == "USER:RuntimeError"
    assert not storage.exists(f"{prefix}/0/outputs.pb")


@pytest.mark.parametrize(
    "wrong", [{"FLYTE_AWS_SECRET_ACCESS_KEY": "wrong"}, {"FLYTE_AWS_ACCESS_KEY_ID": "nobody"}, {}], ids=["secret", "key", "bucket"]
)
def test_wrong_keys_and_buckets_end_the_task_for_good(s3: Any, prefix: str, wrong: dict[str, str], tmp_path: Path) -> None:
    place = prefix if wrong else "s3://no-such-bucket/x"
    log = tmp_path / "log"
    options = ["--inputs", f"{place}/inputs.pb", "--output-prefix", f"{place}/0", "--task-module", "app", "--task-name", "main"]
    environment = {**os.environ, **s3.env, **wrong, "GLIDER_EXECUTION": "ns/run", "GLIDER_TERMINATION_LOG": str(log)}
    (tmp_path / "app.py").write_text("def main() -> int:\n    return 1\n")
    subprocess.run([str(BIN / "glider-execute"), *options], cwd=tmp_path, env=environment, timeout=60, check=False)
    summary = decode_summary(log.read_text())
    assert summary is not None
    assert summary.error is not None
    assert (summary.error.code, summary.error.kind.value) == ("StorageRefused", "NON_RECOVERABLE")
    assert ("FLYTE_AWS_ACCESS_KEY_ID" if wrong else "there is no such bucket") in summary.error.message


def test_a_folder_with_its_own_empty_object(s3: Any, prefix: str, tmp_path: Path) -> None:
    files = s3._filesystem()
    for key, data in {"d/": b"", "d/a.txt": b"A", "d/sub/": b"", "d/what?.csv": b"Q"}.items():
        files.call_s3("put_object", Bucket=s3.bucket, Key=f"{prefix.removeprefix(f's3://{s3.bucket}/')}/{key}", Body=data)
    download_folder(storage_of(s3.env), f"{prefix}/d", str(tmp_path))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == {"a.txt": b"A", "what?.csv": b"Q"}
    assert (tmp_path / "sub").is_dir()
