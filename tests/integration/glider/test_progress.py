"""Progress of real transfers from a store that is slow: lines of log, and one line on a terminal."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flyteidl.core import literals_pb2, types_pb2

from glider.settings.reading import read_settings
from glider.storage.store import Storage
from tests.faults.faults import Trickle, always
from tests.faults.proxy import FaultProxy

pytestmark = pytest.mark.s3

BIN = Path(sys.executable).parent
MEBIBYTE = 1 << 20
MODULE = """
from glider import FlyteFile

def size(file: FlyteFile) -> int:
    with open(file, "rb") as opened:
        return len(opened.read())
"""


class Site:
    """A task that downloads a file of `mebibytes` from a store behind a proxy."""

    def __init__(self, s3: Any, proxy: FaultProxy, folder: Path, *, mebibytes: int) -> None:
        self.folder = folder
        (folder / "app.py").write_text(MODULE)
        prefix = f"s3://{s3.bucket}/test-{uuid.uuid4().hex}"
        self.uri = f"{prefix}/large.bin"
        storage = Storage(read_settings(s3.env).storage)
        storage.write(self.uri, bytes(mebibytes * MEBIBYTE))
        blob = literals_pb2.Blob(uri=self.uri)
        blob.metadata.type.dimensionality = types_pb2.BlobType.SINGLE
        inputs = literals_pb2.LiteralMap(literals={"file": literals_pb2.Literal(scalar=literals_pb2.Scalar(blob=blob))})
        storage.write(f"{prefix}/inputs.pb", inputs.SerializeToString())
        options = ["--inputs", f"{prefix}/inputs.pb", "--output-prefix", f"{prefix}/out", "--raw-output-data-prefix", f"{prefix}/raw"]
        self.command = [str(BIN / "glider-execute"), *options, "--task-module", "app", "--task-name", "size"]
        self.environment = {**os.environ, **s3.env, "FLYTE_AWS_ENDPOINT": proxy.endpoint, "GLIDER_EXECUTION": "ns/run"}
        self.environment["GLIDER_TERMINATION_LOG"] = str(folder / "log")

    def start(self, errors: int) -> subprocess.Popen[str]:
        """The task, with stderr going to this descriptor."""
        return subprocess.Popen(
            self.command,
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            text=True,
        )


@pytest.fixture
def proxy(s3: Any) -> Iterator[FaultProxy]:
    with FaultProxy(s3.endpoint) as proxy:
        yield proxy


def test_a_long_download_is_told_by_lines_of_log(s3: Any, proxy: FaultProxy, tmp_path: Path) -> None:
    site = Site(s3, proxy, tmp_path, mebibytes=48)
    proxy.plan = always(Trickle(3 * MEBIBYTE), method="GET", containing="large.bin")
    with site.start(subprocess.PIPE) as process:
        _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    told = [json.loads(line) for line in errors.splitlines()]
    assert {(line["name"], line["levelname"], line["execution"]) for line in told} == {("glider.progress", "INFO", "ns/run")}
    assert told[0]["message"].startswith(f"downloading {site.uri}: ")
    assert told[-1]["message"].startswith(f"downloading {site.uri}: 48.0 MiB in ")


def test_on_a_terminal_a_line_changes(s3: Any, proxy: FaultProxy, tmp_path: Path) -> None:
    site = Site(s3, proxy, tmp_path, mebibytes=24)
    proxy.plan = always(Trickle(8 * MEBIBYTE), method="GET", containing="large.bin")
    leader, follower = pty.openpty()
    with site.start(follower) as process:
        os.close(follower)
        shown = b""
        try:
            while data := os.read(leader, 65536):
                shown += data
        except OSError:  # how a terminal says that nobody writes any more
            pass
        assert process.wait(120) == 0, shown
    os.close(leader)
    lines = shown.decode().split("\r\x1b[K")
    assert len(lines) >= 3, shown
    assert " of 24.0 MiB (" in lines[1]
    assert lines[-1].startswith(f"downloading {site.uri}: 24.0 MiB in ")
