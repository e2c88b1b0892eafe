"""Offloaded types on a real S3 server: written with flytekit and read without it, and the other way round."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flyteidl.core import literals_pb2

from glider import FlyteDirectory, FlyteFile
from glider.storage import access
from glider.storage.access import DataAccess, use_access
from glider.types.registry import TYPES
from tests.integration.glider.test_s3 import ENGINES, execute, prefix, storage_of

__all__ = ["prefix"]
pytestmark = pytest.mark.s3

WRITER = """
import os
from dataclasses import dataclass
from typing import NamedTuple, Set
import numpy, pandas
{imports}

@dataclass
class Record:
    file: FlyteFile
    rows: StructuredDataset

class Outputs(NamedTuple):
    record: Record
    folder: FlyteDirectory
    frame: pandas.DataFrame
    schema: FlyteSchema
    array: numpy.ndarray
    pickled: Set[int]

{task}
def main() -> Outputs:
    os.makedirs("d/sub")
    open("d/a", "w").write("a")
    open("d/sub/b c", "w").write("b")
    open("f.txt", "w").write("content")
    frame = pandas.DataFrame({{"x": [1, 2]}})
    schema = FlyteSchema()
    schema.open(pandas.DataFrame).write(frame, frame)
    record = Record(FlyteFile("f.txt"), StructuredDataset(frame))
    return Outputs(record, FlyteDirectory("d"), frame, schema, numpy.arange(3), {{7}})
"""
READER = """
from dataclasses import dataclass
from typing import Set
import numpy, pandas
{imports}

@dataclass
class Record:
    file: FlyteFile
    rows: StructuredDataset

{task}
def main(
    record: Record, folder: FlyteDirectory, frame: pandas.DataFrame, schema: FlyteSchema, array: numpy.ndarray, pickled: Set[int]
) -> str:
    names = sorted(entry.remote_source.rpartition("/")[2] for entry in FlyteDirectory.listdir(folder))
    folder.download()
    inside = open(f"{{folder.path}}/sub/b c").read()
    assert list(frame["x"]) == list(record.rows.open(pandas.DataFrame).all()["x"]) == [1, 2]
    return f"{{open(record.file).read()}} {{names}} {{inside}} {{len(schema.open().all())}} {{array.sum()}} {{pickled}}"
"""
OURS = {"imports": "from glider import FlyteDirectory, FlyteFile, FlyteSchema, StructuredDataset", "task": ""}
THEIRS = {
    "imports": "from flytekit import FlyteDirectory, FlyteFile, StructuredDataset, task\nfrom flytekit.types.schema import FlyteSchema",
    "task": "@task",
}


@pytest.mark.parametrize(("writer", "reader"), [(OURS, OURS), (OURS, THEIRS), (THEIRS, OURS)], ids=["both ours", "we write", "we read"])
def test_what_one_task_writes_another_reads(s3: Any, prefix: str, tmp_path: Path, writer: Any, reader: Any) -> None:
    storage = storage_of(s3.env)
    inputs = literals_pb2.LiteralMap()
    for step, source in enumerate((WRITER.format(**writer), READER.format(**reader))):
        folder = tmp_path / str(step)
        folder.mkdir()
        (folder / "app.py").write_text(source)
        done, _ = execute(folder, prefix=f"{prefix}/{step}", environment=s3.env, inputs=inputs)
        assert done.returncode == 0, done.stderr
        inputs = literals_pb2.LiteralMap.FromString(storage.read(f"{prefix}/{step}/0/outputs.pb"))
    assert inputs.literals["o0"].scalar.primitive.string_value == "content ['a', 'sub'] b 4 3 {7}"


@pytest.fixture(params=["obstore", "fsspec"])
def task_access(request: pytest.FixtureRequest, s3: Any, prefix: str) -> Iterator[DataAccess]:
    found = DataAccess(storage=storage_of(s3.env, engine=request.param), raw_prefix=f"{prefix}/raw")
    use_access(found)
    yield found
    access._current = None


def test_a_folder_of_many_files(task_access: DataAccess, tmp_path: Path) -> None:
    for number in range(40):
        (tmp_path / "many" / str(number % 3)).mkdir(parents=True, exist_ok=True)
        (tmp_path / "many" / str(number % 3) / f"ü {number}%20").write_text(str(number))
    literal = TYPES.to_literal(FlyteDirectory(tmp_path / "many"), FlyteDirectory, "v")
    folder = TYPES.to_python(literal, FlyteDirectory, "v")
    assert len(FlyteDirectory.listdir(folder)) == 3
    assert len(list(folder.crawl())) == 40
    folder.download()
    assert sorted(path.read_text() for path in Path(folder.path).rglob("*%20")) == sorted(map(str, range(40)))


def test_a_new_remote_folder_is_filled_in_place(task_access: DataAccess) -> None:
    folder = FlyteDirectory.new_remote("results")
    with folder.new_file("x").open("w") as file:
        file.write("x")
    assert task_access.storage.files(folder.path) == ["x"]
    assert task_access.storage.files(f"{folder.path}/x") == []


def test_a_gzip_file_comes_back_as_it_went(task_access: DataAccess, tmp_path: Path) -> None:
    (tmp_path / "a.gz").write_bytes(gzip.compress(b"hello"))
    file = TYPES.to_python(TYPES.to_literal(FlyteFile(tmp_path / "a.gz"), FlyteFile, "v"), FlyteFile, "v")
    assert gzip.decompress(Path(file).read_bytes()) == b"hello"


@ENGINES
def test_a_folder_that_is_not_there_is_empty(s3: Any, prefix: str, engine: str) -> None:
    assert storage_of(s3.env, engine=engine).files(f"{prefix}/nothing") == []
