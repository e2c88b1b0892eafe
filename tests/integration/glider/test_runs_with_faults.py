"""A thousand runs against a real S3 server that misbehaves at random: each leaves outputs.pb or error.pb, never both or neither."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flyteidl.core import literals_pb2, types_pb2

from glider.settings.reading import read_settings
from glider.storage.store import Storage
from glider.wire.errors import decode_error
from glider.wire.summary import Summary, decode_summary
from tests.conftest import ROOT
from tests.faults.faults import Answer, CutRequest, CutResponse, Delay, Fault, LoseResponse, Reset
from tests.faults.proxy import FaultProxy

pytestmark = pytest.mark.s3

SEED = 20261123
TRIVIAL, FILES = 900, 100
FAULTS: Sequence[Fault] = (
    Answer(503),
    Answer(500),
    Answer(429, {"Retry-After": "0"}),
    Reset(),
    CutRequest(0),
    CutRequest(40),
    LoseResponse(),
    LoseResponse(),
    CutResponse(0),
    CutResponse(10),
    Delay(0.02),
)
MODULE = """
import os
from glider import FlyteDirectory, FlyteFile

def double(a: int) -> int:
    return 2 * a

def move(f: FlyteFile, d: FlyteDirectory) -> tuple[FlyteFile, FlyteDirectory, int]:
    with open(f, "rb") as file:
        data = file.read()
    folder = os.fspath(d)
    with open("copy.bin", "wb") as file:
        file.write(data)
    return FlyteFile("copy.bin"), FlyteDirectory(folder), len(os.listdir(folder))
"""


@dataclass(frozen=True, kw_only=True)
class Run:
    """What one run left."""

    code: int
    summary: Summary | None
    outputs: bytes | None
    error: bytes | None


class Site:
    """Where the runs take place: inputs by the straight way, the rest through the proxy."""

    def __init__(self, s3: Any, proxy: FaultProxy, folder: Path) -> None:
        self.prefix = f"s3://{s3.bucket}/test-{uuid.uuid4().hex}"
        self.folder = folder
        self.storage = Storage(read_settings(s3.env).storage)
        (folder / "app.py").write_text(MODULE)
        #: Two retries only, so that some operations fail for good; the error document has as many as there is time for.
        limits = {"FLYTE_AWS_RETRIES": "2", "FLYTE_AWS_BACKOFF_SECONDS": "0.01"}
        self._environment = {**s3.env, **limits, "FLYTE_AWS_ENDPOINT": proxy.endpoint, "GLIDER_EXECUTION": "ns/run"}
        self._environment["FLYTE_SDK_LOGGING_LEVEL"] = "60"

    def prepare(self) -> None:
        numbers = literals_pb2.LiteralMap()
        numbers.literals["a"].scalar.primitive.integer = 21
        self.storage.write(f"{self.prefix}/double.pb", numbers.SerializeToString())
        self.storage.write(f"{self.prefix}/f.bin", bytes(range(256)) * 40)
        for name in ("x", "sub/y", "ü z"):
            self.storage.write(f"{self.prefix}/d/{name}", name.encode() * 100)
        blobs = literals_pb2.LiteralMap()
        blobs.literals["f"].scalar.blob.uri = f"{self.prefix}/f.bin"
        folder = blobs.literals["d"].scalar.blob
        folder.uri, folder.metadata.type.dimensionality = f"{self.prefix}/d", types_pb2.BlobType.MULTIPART
        self.storage.write(f"{self.prefix}/move.pb", blobs.SerializeToString())

    def run(self, tasks: Sequence[str]) -> list[Run]:
        jobs = [self._job(number, task) for number, task in enumerate(tasks)]
        (self.folder / "jobs").write_text(json.dumps(jobs))
        command = [sys.executable, "-m", "tests.faults.zygote", str(self.folder / "jobs"), str(self.folder / "codes")]
        subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True, timeout=280)
        there = self.storage.sizes(self.prefix).keys()
        return [self._left(number, code, there) for number, code in enumerate(json.loads((self.folder / "codes").read_text()))]

    def _job(self, number: int, task: str) -> dict[str, Any]:
        folder = self.folder / str(number)
        folder.mkdir()
        (folder / "app.py").symlink_to(self.folder / "app.py")
        paths = ["--inputs", f"{self.prefix}/{task}.pb", "--output-prefix", f"{self.prefix}/{number}"]
        arguments = [*paths, "--raw-output-data-prefix", f"{self.prefix}/{number}/raw", "--task-module", "app", "--task-name", task]
        environment = {**self._environment, "GLIDER_TERMINATION_LOG": str(folder / "summary")}
        return {"arguments": arguments, "environment": environment, "folder": str(folder)}

    def _left(self, number: int, code: int, there: Any) -> Run:
        log = self.folder / str(number) / "summary"
        found = {
            name: self.storage.read(f"{self.prefix}/{number}/{name}.pb") for name in ("outputs", "error") if f"{number}/{name}.pb" in there
        }
        summary = decode_summary(log.read_text()) if log.exists() else None
        return Run(code=code, summary=summary, outputs=found.get("outputs"), error=found.get("error"))


@pytest.fixture
def proxy(s3: Any) -> Any:
    with FaultProxy(s3.endpoint) as proxy:
        yield proxy


@pytest.fixture
def site(s3: Any, proxy: FaultProxy, tmp_path: Path) -> Site:
    site = Site(s3, proxy, tmp_path)
    site.prepare()
    return site


def test_a_thousand_runs_each_leave_outputs_or_an_error(site: Site, proxy: FaultProxy) -> None:
    tasks = ["move" if number % 10 == 0 else "double" for number in range(TRIVIAL + FILES)]
    chance = random.Random(SEED)
    with proxy.suffering(lambda _: chance.choice(FAULTS) if chance.random() < 0.35 else None):
        runs = site.run(tasks)
    assert len(runs) == 1000
    told = [(number, run.code, run.outputs is not None, run.error is not None) for number, run in enumerate(runs)]
    assert [run for run in told if run[2] == run[3]] == []
    assert [run for run in told if (run[1] == 0) != run[2]] == []
    for task, run in zip(tasks, runs, strict=True):
        assert run.summary is not None
        if run.error is not None:
            assert decode_error(run.error).message
            assert run.summary.error is not None
        else:
            assert_complete(site, task, run)
    failed = sum(run.error is not None for run in runs)
    assert 10 < failed < 900, "the faults are so few or so many that the test says little"


def assert_complete(site: Site, task: str, run: Run) -> None:
    outputs = literals_pb2.LiteralMap.FromString(run.outputs or b"").literals
    if task == "double":
        assert outputs["o0"].scalar.primitive.integer == 42
        return
    assert site.storage.read(outputs["o0"].scalar.blob.uri) == bytes(range(256)) * 40
    folder = outputs["o1"].scalar.blob.uri
    assert {name: site.storage.read(f"{folder}/{name}") for name in site.storage.files(folder)} == {
        name: name.encode() * 100 for name in ("x", "sub/y", "ü z")
    }


def test_a_store_that_dies_for_good_leaves_the_summary(s3: Any, tmp_path: Path) -> None:
    """From the start, after the inputs, and just before the outputs; at the same time, since each tries for seconds."""
    with ThreadPoolExecutor() as pool:
        for done in pool.map(lambda alive_for: run_on_a_dying_store(s3, tmp_path / str(alive_for), alive_for=alive_for), range(3)):
            assert done is None


def run_on_a_dying_store(s3: Any, folder: Path, *, alive_for: int) -> None:
    folder.mkdir()
    with FaultProxy(s3.endpoint, plan=lambda request: Reset() if request.number > alive_for else None) as proxy:
        site = Site(s3, proxy, folder)
        site.prepare()
        run = site.run(["double"])[0]
    assert (run.outputs, run.error) == (None, None)
    assert run.code == 2
    assert run.summary is not None
    assert run.summary.error is not None
    assert f"(endpoint {proxy.endpoint})" in run.summary.error.message
    assert "tried 3 times" in run.summary.error.message
