"""Folders as Hive, Spark and Delta leave them: columns in the paths, and what is hidden."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from glider import StructuredDataset, kwtypes
from glider.settings.reading import read_settings
from glider.storage.access import DataAccess, use_access
from glider.storage.objectfiles import CLASSES
from glider.storage.store import Storage
from glider.types.frames import CSV, PARQUET, iter_frames, read_frame
from tests.stores.s3 import running_s3
from tests.unit.glider.types.oracle import ours, read_by_ours, read_by_theirs, theirs

KINDS = pytest.mark.parametrize("kind", [pd.DataFrame, pa.Table, pl.DataFrame, pl.LazyFrame], ids=["pandas", "pyarrow", "polars", "lazy"])
FORMATS = pytest.mark.parametrize("format", [PARQUET, CSV])
HIDDEN = (
    "_delta_log/x.parquet",
    "_temporary/0/task/x.parquet",
    "_SUCCESS",
    ".hidden/x.parquet",
    ".x.parquet.crc",
    "_metadata",
    "year=2026/_started_1",
    "year=2026/.x.crc",
    "year=2026/_temporary/x.parquet",
    "x.parquet._COPYING_",
)


def write(folder: Path, name: str, *, format: str = PARQUET, values: tuple[int, ...] = (1, 2), **more: Any) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    frame = pd.DataFrame({"a": values, **more})
    if format == PARQUET:
        frame.to_parquet(path)
    else:
        frame.to_csv(path, index=False)


def rows(frame: Any) -> list[dict[str, Any]]:
    """Of whatever library, with missing values as None."""
    if isinstance(frame, pl.LazyFrame):
        frame = frame.collect()
    listed = (
        frame.to_dict("records")
        if isinstance(frame, pd.DataFrame)
        else frame.to_pylist()
        if isinstance(frame, pa.Table)
        else frame.to_dicts()
    )
    return [{name: None if isinstance(value, float) and math.isnan(value) else value for name, value in row.items()} for row in listed]


@KINDS
@FORMATS
def test_columns_in_the_paths_are_kept(kind: type, format: str, tmp_path: Path) -> None:
    write(tmp_path, "year=2025/city=New%20York/x", values=(1,), format=format)
    write(tmp_path, "year=2026/city=Oslo/x", values=(2,), format=format)
    assert rows(read_frame(str(tmp_path), kind, format=format, columns=None)) == [
        {"a": 1, "year": 2025, "city": "New York"},
        {"a": 2, "year": 2026, "city": "Oslo"},
    ]
    assert rows(read_frame(str(tmp_path), kind, format=format, columns=["year"])) == [{"year": 2025}, {"year": 2026}]
    assert [rows(frame) for frame in iter_frames(str(tmp_path), kind, format=format, columns=["a", "year"])] == [
        [{"a": 1, "year": 2025}],
        [{"a": 2, "year": 2026}],
    ]


@KINDS
def test_a_partition_without_a_value_is_null(kind: type, tmp_path: Path) -> None:
    write(tmp_path, "year=2025/x", values=(1,))
    write(tmp_path, "year=__HIVE_DEFAULT_PARTITION__/x", values=(2,))
    assert [row["year"] for row in rows(read_frame(str(tmp_path), kind, format=PARQUET, columns=None))] == [2025, None]


@KINDS
@FORMATS
def test_a_column_that_the_files_have_themselves_is_theirs(kind: type, format: str, tmp_path: Path) -> None:
    write(tmp_path, "a=1/x", values=(7,), format=format)
    assert rows(read_frame(str(tmp_path), kind, format=format, columns=None)) == [{"a": 7}]


@KINDS
def test_what_stands_above_the_folder_is_no_column(kind: type, tmp_path: Path) -> None:
    write(tmp_path, "run=1/x")
    write(tmp_path, "run=1/year=2026/x", values=(3,))
    assert "run" not in rows(read_frame(str(tmp_path / "run=1" / "year=2026"), kind, format=PARQUET, columns=None))[0]
    assert "run" not in rows(read_frame(str(tmp_path / "run=1" / "x"), kind, format=PARQUET, columns=None))[0]


@KINDS
def test_what_is_hidden_is_left_out_wherever_it_stands(kind: type, tmp_path: Path) -> None:
    write(tmp_path, "x.parquet")
    for name in HIDDEN:
        write(tmp_path, name, values=(99,))
    (tmp_path / "empty").touch()
    assert [row["a"] for row in rows(read_frame(str(tmp_path), kind, format=PARQUET, columns=["a"]))] == [1, 2]


def test_a_partition_whose_name_begins_with_an_underscore_is_not_hidden(tmp_path: Path) -> None:
    write(tmp_path, "_day=3/x")
    assert list(read_frame(str(tmp_path), pd.DataFrame, format=PARQUET, columns=None)["_day"]) == [3, 3]


def test_pandas_gets_what_flytekit_gives_it(tmp_path: Path) -> None:
    write(tmp_path, "year=2025/x", b=["x", "y"])
    write(tmp_path, "year=2026/x", b=["x", None])
    literal = ours(StructuredDataset(uri=f"file://{tmp_path}", file_format=PARQUET), StructuredDataset)
    for hint in (pd.DataFrame, Annotated[pd.DataFrame, kwtypes(a=int, year=int)]):
        left, right = read_by_ours(literal, hint), read_by_theirs(literal, hint)
        pd.testing.assert_frame_equal(left, right)


def test_the_same_from_a_store(tmp_path: Path) -> None:
    write(tmp_path, "year=2026/x")
    data = (tmp_path / "year=2026" / "x").read_bytes()
    with running_s3() as server:
        server.objects.update({"p/": b"", "p/year=2026/": b"", "p/year=2026/x": data, "p/_delta_log/x": b"no parquet", "p/_SUCCESS": b""})
        storage = Storage(read_settings(server.env).storage)
        use_access(DataAccess(storage=storage))
        frame = read_frame("s3://bucket/p", pd.DataFrame, format=PARQUET, columns=None)
        assert storage.objects is not None
        theirs = pq.read_table("bucket/p", filesystem=CLASSES["s3"](storage=storage, objects=storage.objects)).to_pandas()
    assert rows(frame) == rows(theirs) == [{"a": 1, "year": 2026}, {"a": 2, "year": 2026}]


# --- polars


@pytest.mark.parametrize("lazy", [False, True], ids=["eager", "lazy"])
def test_a_frame_of_polars_is_a_file_as_flytekits_plugin_writes_it(lazy: bool, raw: Path) -> None:
    frame = pl.DataFrame({"a": [1, 2]})
    literal = ours(frame.lazy() if lazy else frame, pl.LazyFrame if lazy else pl.DataFrame)
    path = Path(literal.scalar.structured_dataset.uri)
    assert path.name == "00000"
    assert path.parent.parent == raw
    assert pl.read_parquet(path).equals(frame)
    assert read_by_ours(literal, pd.DataFrame)["a"].tolist() == read_by_theirs(literal, pd.DataFrame)["a"].tolist() == [1, 2]


def test_a_frame_of_polars_with_a_uri_is_that_file(tmp_path: Path) -> None:
    frame, uri = pl.DataFrame({"a": [1, 2]}), str(tmp_path / "new" / "mine.parquet")
    literal = ours(StructuredDataset(frame, uri=uri), StructuredDataset)
    assert literal.scalar.structured_dataset.uri == uri
    assert pl.read_parquet(uri).equals(frame)


def test_a_frame_of_polars_is_one_object_of_a_store() -> None:
    frame = pl.DataFrame({"a": [1, 2]})
    with running_s3() as server:
        use_access(DataAccess(storage=Storage(read_settings(server.env).storage), raw_prefix="s3://bucket/raw"))
        literal = ours(frame, pl.DataFrame)
        assert [f"s3://bucket/{key}" for key in server.objects] == [literal.scalar.structured_dataset.uri]
        assert read_by_ours(literal, pl.DataFrame).equals(frame)


def test_other_frames_stay_folders(raw: Path) -> None:
    frame = pd.DataFrame({"a": [1]})
    for literal in (ours(frame, pd.DataFrame), theirs(frame, pd.DataFrame)):
        assert Path(literal.scalar.structured_dataset.uri).is_dir()
