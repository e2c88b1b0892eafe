"""What is measured, and what is aimed at: one list, in the order in which it is printed.

A case is one job. flytekit's program does it with a flytekit task; ours does it with the same task and with a plain function,
from the same inputs on the same server. A target is a ratio to flytekit's program in the same round.
"""

from __future__ import annotations

import os
import random
import tarfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flyteidl.core import literals_pb2, types_pb2

from glider.storage.store import Storage
from tests.bench.server import Server

TASKS = Path(__file__).with_name("tasks")
MEBIBYTE = 1 << 20
RESOLVER = "flytekit.core.python_auto_container.default_task_resolver"
_CODE = "code.tar.gz"
_BLOCK = 64 * 1024


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a case's data lies."""

    server: Server
    storage: Storage
    prefix: str
    scratch: Path


@dataclass(frozen=True, kw_only=True)
class Contender:
    """One of our programs with one kind of task. Targets are ratios, `memory` is bytes; None: nothing is aimed at."""

    task: str
    cpu: float | None = None
    wall: float | None = None
    memory: int | None = None


@dataclass(frozen=True, kw_only=True)
class Case:
    """One job. `prepare` stores what the inputs refer to, and gives the inputs."""

    name: str
    title: str
    module: str
    contenders: Sequence[Contender]
    prepare: Callable[[Place], literals_pb2.LiteralMap]
    fast_registered: bool = False
    is_large: bool = False

    def command(self, program: str, task: str, *, place: Place, output: str, destination: str) -> list[str]:
        """The command line that a registered task carries. `program` is flytekit's or ours, `task` flytekit's kind or plain."""
        paths = ["--inputs", f"{place.prefix}/inputs.pb", "--output-prefix", output, "--raw-output-data-prefix", f"{output}/raw"]
        loader = ["--resolver", RESOLVER, "--", "task-module", f"{self.module}_{task}", "task-name", "run"]
        command = [f"{program}-execute", *paths, *loader]
        if not self.fast_registered:
            return command
        return [
            f"{program}-fast-execute",
            "--additional-distribution",
            f"{place.prefix}/{_CODE}",
            "--dest-dir",
            destination,
            "--",
            *command,
        ]


def _numbers(_: Place) -> literals_pb2.LiteralMap:
    inputs = literals_pb2.LiteralMap()
    inputs.literals["a"].scalar.primitive.integer = 10
    inputs.literals["b"].scalar.primitive.integer = 4
    return inputs


def _numbers_with_code(place: Place) -> literals_pb2.LiteralMap:
    archive = place.scratch / _CODE
    with tarfile.open(archive, "w:gz") as tar:
        for path in TASKS.glob("*.py"):
            tar.add(path, arcname=path.name)
    place.storage.upload(str(archive), f"{place.prefix}/{_CODE}")
    return _numbers(place)


def _file(place: Place) -> literals_pb2.LiteralMap:
    path = place.scratch / "data.bin"
    _fill(path, 100 * 1000 * 1000)
    place.storage.upload(str(path), f"{place.prefix}/data.bin")
    path.unlink()
    return _blob(f"{place.prefix}/data.bin", many=False)


def _large_file(place: Place) -> literals_pb2.LiteralMap:
    """Ten gigabytes that take no disk of their own: a hole, which a server on this machine serves as zeros."""
    if place.server.folder is None:
        raise SystemExit("--large needs the benchmark's own S3 server: unset GLIDER_S3_ENDPOINT")
    path = place.server.folder / place.prefix.partition("bucket/")[2] / "large.bin"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.truncate(10 * 1000**3)
    return _blob(f"{place.prefix}/large.bin", many=False)


def _directory(place: Place) -> literals_pb2.LiteralMap:
    folder = place.scratch / "many"
    for number in range(2000):
        path = folder / f"{number % 20:02}" / f"{number:04}.bin"
        path.parent.mkdir(parents=True, exist_ok=True)
        _fill(path, 4096)
    from glider.storage.folders import upload_folder

    upload_folder(place.storage, str(folder), f"{place.prefix}/many")
    return _blob(f"{place.prefix}/many", many=True)


def _frame(place: Place) -> literals_pb2.LiteralMap:
    """Random numbers, which don't compress: 100 MB in memory and as parquet."""
    import numpy
    import pandas

    generator = numpy.random.default_rng(1)
    rows = 100 * 1000 * 1000 // (10 * 8)
    columns: dict[str, Any] = {f"float{number}": generator.standard_normal(rows) for number in range(7)}
    columns |= {f"integer{number}": generator.integers(0, 1 << 60, rows) for number in range(3)}
    path = place.scratch / "00000"
    pandas.DataFrame(columns).to_parquet(path, coerce_timestamps="us", allow_truncated_timestamps=False)
    place.storage.upload(str(path), f"{place.prefix}/frame/00000")
    path.unlink()
    inputs = literals_pb2.LiteralMap()
    dataset = inputs.literals["source"].scalar.structured_dataset
    dataset.uri = f"{place.prefix}/frame"
    dataset.metadata.structured_dataset_type.format = "parquet"
    return inputs


def _blob(uri: str, *, many: bool) -> literals_pb2.LiteralMap:
    inputs = literals_pb2.LiteralMap()
    blob = inputs.literals["source"].scalar.blob
    blob.uri = uri
    kind = types_pb2.BlobType
    blob.metadata.type.dimensionality = kind.MULTIPART if many else kind.SINGLE
    return inputs


def _fill(path: Path, size: int) -> None:
    """Bytes that don't compress, and blocks that no two are alike."""
    source = random.Random(path.name)
    with path.open("wb") as file:
        for _ in range(0, size, _BLOCK):
            file.write(source.randbytes(min(_BLOCK, size - file.tell())))


def _both(*, plain: float, flytekit: float, memory: int | None = None) -> tuple[Contender, ...]:
    return (
        Contender(task="flytekit", cpu=flytekit, wall=flytekit, memory=memory),
        Contender(task="plain", cpu=plain, wall=plain, memory=memory),
    )


CASES = (
    Case(name="trivial", title="a trivial task", module="trivial", prepare=_numbers, contenders=_both(plain=0.25, flytekit=0.75)),
    Case(
        name="fast",
        title="a trivial task, fast-registered",
        module="trivial",
        prepare=_numbers_with_code,
        fast_registered=True,
        contenders=(Contender(task="flytekit", wall=0.4), Contender(task="plain", wall=0.4)),
    ),
    Case(
        name="file",
        title="one file of 100 MB, in and out",
        module="file",
        prepare=_file,
        contenders=_both(plain=0.5, flytekit=0.5, memory=120 * MEBIBYTE),
    ),
    Case(
        name="directory",
        title="2,000 files of 4 KiB in a directory, in and out",
        module="directory",
        prepare=_directory,
        contenders=_both(plain=0.25, flytekit=0.25),
    ),
    Case(
        name="frame",
        title="a pandas data frame of 100 MB, in and out",
        module="frame",
        prepare=_frame,
        contenders=_both(plain=0.6, flytekit=0.6),
    ),
    Case(
        name="large",
        title="one file of 10 GB, in and out",
        module="file",
        prepare=_large_file,
        is_large=True,
        contenders=(Contender(task="flytekit", memory=200 * MEBIBYTE), Contender(task="plain", memory=120 * MEBIBYTE)),
    ),
)


def task_folder(case: Case) -> str:
    """What stands in PYTHONPATH: nothing where the code comes from the store."""
    return "" if case.fast_registered else os.fspath(TASKS)
