"""Structured datasets and schemas, of pandas, pyarrow and polars."""

# ruff: noqa: UP006, UP035, UP045 - people write the old spellings

from __future__ import annotations

import datetime as dt
import typing
from dataclasses import make_dataclass
from pathlib import Path
from typing import Annotated, Any, List, Optional

import flytekit
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from flytekit import StructuredDataset as TheirDataset
from flytekit.core.type_engine import TypeEngine
from flytekit.types.schema import FlyteSchema as TheirSchema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glider import FlyteSchema, StructuredDataset, kwtypes
from glider.types.errors import ConversionError, InterfaceError
from glider.types.flyteschema import SchemaReader, SchemaWriter
from glider.wire.jsonform import Literal
from tests.unit.glider.types.oracle import our_type, ours, read_by_ours, read_by_theirs, their_type, theirs

FRAME = pd.DataFrame({"a": [1, 2, 3], "b": ["x", "y", None], "c": [1.5, float("nan"), -0.0]})
TABLE = pa.table({"a": [1, 2], "b": ["x", None]})
POLARS = pl.DataFrame({"a": [1, 2], "b": ["x", None]})
COLUMNS = kwtypes(a=int)


Columns = make_dataclass("Columns", [("a", int), ("b", str)])  # flytekit can't resolve what `annotations` postpones


def typed(columns: dict[str, Any]) -> type[FlyteSchema]:
    """FlyteSchema[columns], in words that a type checker takes."""
    return FlyteSchema.__class_getitem__(columns)


def stored(literal: Literal) -> tuple[Path, Any]:
    dataset = literal.scalar.structured_dataset
    return Path(dataset.uri), dataset.metadata


def same(left: Any, right: Any) -> bool:
    return bool(left.equals(right))


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        pytest.param(FRAME, pd.DataFrame, id="pandas"),
        pytest.param(TABLE, pa.Table, id="pyarrow"),
        pytest.param(FRAME, Annotated[pd.DataFrame, COLUMNS], id="pandas with columns"),
        pytest.param(FRAME, Annotated[pd.DataFrame, "csv"], id="pandas with a format, which flytekit ignores"),
        pytest.param(FRAME, Annotated[pd.DataFrame, pa.schema([("a", pa.int64())])], id="pandas with a pyarrow schema"),
    ],
)
def test_a_frame_is_stored_as_flytekit_stores_it(value: Any, hint: Any, raw: Path) -> None:
    (folder, metadata), (their_folder, their_metadata) = stored(ours(value, hint)), stored(theirs(value, hint))
    assert metadata == their_metadata
    assert folder.parent == raw
    assert [path.name for path in folder.iterdir()] == [path.name for path in their_folder.iterdir()] == ["00000"]
    assert (folder / "00000").read_bytes() == (their_folder / "00000").read_bytes()


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        pytest.param(FRAME, Annotated[pd.DataFrame, kwtypes(a=int, z=int)], id="pandas"),
        pytest.param(TABLE, Annotated[pa.Table, kwtypes(a=int, z=int)], id="pyarrow"),
        pytest.param(POLARS, Annotated[pl.DataFrame, kwtypes(a=int, z=int)], id="polars"),
        pytest.param(POLARS.lazy(), Annotated[pl.LazyFrame, kwtypes(a=int, z=int)], id="polars, lazy"),
        pytest.param(StructuredDataset(FRAME), Annotated[StructuredDataset, kwtypes(a=int, z=int)], id="a StructuredDataset"),
        pytest.param(
            StructuredDataset(FRAME.rename_axis(index="z")),
            Annotated[StructuredDataset, kwtypes(a=int, z=int), "csv"],
            id="an index in csv",
        ),
    ],
)
def test_a_frame_has_the_columns_that_its_type_names(value: Any, hint: Any) -> None:
    with pytest.raises(ConversionError, match=r"v: expected a data frame with the columns a, z, found a \S+ with the columns a, b"):
        ours(value, hint)


def test_levels_of_an_index_are_columns_too() -> None:
    hint = Annotated[pd.DataFrame, kwtypes(a=int, z=int)]
    frame = FRAME.set_index(pd.Index(["p", "q", "r"], name="z"))
    assert sorted(read_by_ours(ours(frame, hint), hint).reset_index().columns) == ["a", "z"]


def test_a_frame_in_a_message_is_one_line() -> None:
    with pytest.raises(ConversionError) as raised:
        ours(pd.Series([1, 2]), pd.DataFrame)
    assert str(raised.value) == "v: expected pandas.DataFrame, found pandas.Series 0 1 1 2 dtype: int64"


@pytest.mark.parametrize(("value", "hint"), [(FRAME, pd.DataFrame), (TABLE, pa.Table)], ids=["pandas", "pyarrow"])
def test_both_read_each_other(value: Any, hint: Any) -> None:
    assert same(read_by_ours(theirs(value, hint), hint), value)
    assert same(read_by_theirs(ours(value, hint), hint), value)


@pytest.mark.parametrize(
    "hint",
    [
        pd.DataFrame,
        pa.Table,
        Annotated[
            pd.DataFrame, kwtypes(a=int, b=str, c=float, d=bool, e=dt.datetime, f=dt.timedelta, g=List[int], h=typing.Dict[str, str])
        ],
        Annotated[pd.DataFrame, kwtypes(a={"b": {"c": int}}, d=Columns)],
        Annotated[pd.DataFrame, Columns],
        Annotated[pd.DataFrame, COLUMNS, "csv"],
        Annotated[pd.DataFrame, pa.schema([("a", pa.int64())])],
        Optional[pd.DataFrame],
        List[pd.DataFrame],
    ],
    ids=str,
)
def test_our_literal_type_is_flytekits(hint: Any) -> None:
    assert our_type(hint) == their_type(hint)


def test_our_own_classes_have_flytekits_literal_type() -> None:
    assert our_type(StructuredDataset) == their_type(TheirDataset)
    assert our_type(Annotated[StructuredDataset, COLUMNS, "csv"]) == their_type(Annotated[TheirDataset, COLUMNS, "csv"])
    assert our_type(FlyteSchema) == their_type(TheirSchema)
    every = kwtypes(a=int, b=str, c=float, d=bool, e=dt.datetime, f=dt.timedelta)
    assert our_type(typed(every)) == their_type(TheirSchema[every])
    assert our_type(polars_type := pl.DataFrame) == our_type(pd.DataFrame), polars_type


def test_columns_are_a_subset_on_the_way_in() -> None:
    literal = theirs(FRAME, pd.DataFrame)
    hint = Annotated[pd.DataFrame, kwtypes(a=int)]
    assert list(read_by_ours(literal, hint)) == list(read_by_theirs(literal, hint)) == ["a"]
    dataset = read_by_ours(literal, Annotated[StructuredDataset, kwtypes(b=str)])
    assert list(dataset.open(pd.DataFrame).all()) == ["b"]
    assert dataset.open(pa.Table).all().column_names == ["b"]


@pytest.mark.parametrize("kind", [pd.DataFrame, pa.Table, pl.DataFrame], ids=["pandas", "pyarrow", "polars"])
def test_a_dataset_is_read_by_whatever_library(kind: Any) -> None:
    dataset = read_by_ours(theirs(FRAME, pd.DataFrame), StructuredDataset)
    frame = dataset.open(kind).all()
    assert isinstance(frame, kind)
    assert [str(column) for column in (frame.column_names if kind is pa.Table else frame.columns)] == ["a", "b", "c"]


def test_polars() -> None:
    literal = ours(POLARS, pl.DataFrame)
    assert same(read_by_ours(literal, pl.DataFrame), POLARS)
    assert same(read_by_ours(literal, pl.LazyFrame).collect(), POLARS)
    assert same(read_by_ours(ours(POLARS.lazy(), pl.LazyFrame), pl.DataFrame), POLARS)
    assert list(read_by_theirs(literal, pd.DataFrame)["a"]) == [1, 2]
    assert same(read_by_ours(theirs(TABLE, pa.Table), pl.DataFrame), POLARS)


def test_csv_where_the_annotation_says_so() -> None:
    literal, other = (
        ours(StructuredDataset(FRAME), Annotated[StructuredDataset, "csv"]),
        theirs(TheirDataset(FRAME), Annotated[TheirDataset, "csv"]),
    )
    assert stored(literal)[1] == stored(other)[1]
    assert (stored(literal)[0] / ".csv").read_bytes() == (stored(other)[0] / ".csv").read_bytes()
    assert same(read_by_ours(other, pd.DataFrame), FRAME)
    assert same(read_by_theirs(literal, pd.DataFrame), FRAME)


@pytest.mark.parametrize("value", [FRAME, TABLE, POLARS], ids=["pandas", "pyarrow", "polars"])
def test_csv_where_the_dataset_says_so(value: Any) -> None:
    literal = ours(StructuredDataset(value, file_format="csv"), StructuredDataset)
    assert stored(literal)[1].structured_dataset_type.format == "csv"
    assert list(read_by_theirs(literal, pd.DataFrame)["a"]) == list(value["a"].to_pylist() if value is TABLE else value["a"])
    for kind in (pd.DataFrame, pa.Table, pl.DataFrame):
        assert isinstance(read_by_ours(literal, StructuredDataset).open(kind).all(), kind)


def test_a_dataset_that_came_as_an_input_goes_back_as_it_is() -> None:
    literal = theirs(FRAME, pd.DataFrame)
    assert ours(read_by_ours(literal, StructuredDataset), StructuredDataset) == literal


def test_a_dataset_by_its_uri_is_passed_on() -> None:
    literal = ours(StructuredDataset(uri="s3://b/x", file_format="parquet"), StructuredDataset)
    assert literal == theirs(TheirDataset(uri="s3://b/x", file_format="parquet"), TheirDataset)


def test_a_dataset_goes_where_its_uri_says(tmp_path: Path) -> None:
    literal = ours(StructuredDataset(FRAME, uri=str(tmp_path / "there")), StructuredDataset)
    assert stored(literal)[0] == tmp_path / "there"
    assert same(StructuredDataset(uri=str(tmp_path / "there")).open(pd.DataFrame).all(), FRAME)


def test_a_dataset_of_a_local_path_is_uploaded(tmp_path: Path, raw: Path) -> None:
    (tmp_path / "data").mkdir()
    FRAME.to_parquet(tmp_path / "data" / "x.parquet")
    for path in (tmp_path / "data" / "x.parquet", tmp_path / "data"):
        literal = ours(StructuredDataset(uri=str(path)), StructuredDataset)
        assert literal.scalar.structured_dataset.uri.startswith(f"{raw}/")
        assert same(read_by_ours(literal, pd.DataFrame), FRAME)
        assert same(read_by_theirs(literal, pd.DataFrame), FRAME)
    with pytest.raises(ConversionError, match='v: expected data that exists, found the path "/no/where"'):
        ours(StructuredDataset(uri="/no/where"), StructuredDataset)


def test_a_dataset_is_iterated_file_by_file(tmp_path: Path) -> None:
    TABLE.to_pandas().to_parquet(tmp_path / "00001")
    FRAME.to_parquet(tmp_path / "00000")
    frames = StructuredDataset(uri=str(tmp_path)).open(pd.DataFrame).iter()
    assert [len(frame) for frame in frames] == [3, 2]


@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(-(2**63), 2**63 - 1), st.text(), st.none() | st.booleans())))
def test_any_table_survives_both_ways(rows: list[tuple[int, str, bool | None]]) -> None:
    columns = [pa.array([row[i] for row in rows], kind) for i, kind in enumerate((pa.int64(), pa.string(), pa.bool_()))]
    table = pa.table(columns, names=["a", "b", "c"])
    assert same(read_by_ours(theirs(table, pa.Table), pa.Table), table)
    assert same(read_by_theirs(ours(table, pa.Table), pa.Table), table)


def test_a_schema_is_a_folder_of_numbered_files() -> None:
    schema = FlyteSchema()
    writer = schema.open()
    assert isinstance(writer, SchemaWriter)
    writer.write(FRAME, FRAME)
    literal = ours(schema, FlyteSchema)
    assert sorted(path.name for path in Path(literal.scalar.schema.uri).iterdir()) == ["00000", "00001"]
    assert len(read_by_theirs(literal, TheirSchema).open().all()) == 6
    assert len(read_by_ours(literal, pd.DataFrame)) == 6


def test_a_schema_of_flytekits_is_read_and_passed_on() -> None:
    TypeEngine.lazy_import_transformers()  # flytekit itself writes frames of pandas only after its first conversion
    written = TheirSchema()
    written.open(pd.DataFrame).write(FRAME, FRAME)
    literal = theirs(written, TheirSchema)
    schema = read_by_ours(literal, FlyteSchema)
    assert ours(schema, FlyteSchema) == literal
    reader = schema.open()
    assert isinstance(reader, SchemaReader)
    assert [len(frame) for frame in reader.iter()] == [3, 3]
    assert len(reader.all()) == 6
    assert list(read_by_ours(literal, typed(kwtypes(a=int))).open().all()) == ["a"]
    assert same(read_by_ours(literal, StructuredDataset).open(pd.DataFrame).all(), pd.concat([FRAME, FRAME]))


def test_a_frame_for_a_schema() -> None:
    literal = ours(FRAME, typed(kwtypes(a=int)))
    assert literal.scalar.schema.type == theirs(FRAME, TheirSchema[kwtypes(a=int)]).scalar.schema.type
    assert same(read_by_theirs(literal, TheirSchema).open().all(), FRAME)


def test_an_input_can_not_be_written() -> None:
    from glider import SchemaOpenMode

    with pytest.raises(AssertionError, match="Readonly schema"):
        read_by_ours(ours(FRAME, FlyteSchema), FlyteSchema).open(override_mode=SchemaOpenMode.WRITE)


@pytest.mark.parametrize(
    ("value", "hint", "message"),
    [
        pytest.param(3, pd.DataFrame, "v: expected pandas.DataFrame, found int 3", id="no data frame"),
        pytest.param(FRAME, StructuredDataset, "v: expected glider.types.structureddataset.StructuredDataset, found", id="not wrapped"),
        pytest.param(StructuredDataset(), StructuredDataset, "v: expected a StructuredDataset with a dataframe or a uri", id="empty"),
        pytest.param(pd.DataFrame({"a": [1, "x"]}), pd.DataFrame, "v: expected data that parquet can hold", id="a mixed column"),
        pytest.param(3, FlyteSchema, "v: expected glider.types.flyteschema.FlyteSchema or a data frame, found int 3", id="no schema"),
        pytest.param(StructuredDataset(FRAME, file_format="orc"), StructuredDataset, "v: expected a data frame with the format", id="orc"),
    ],
)
def test_a_value_that_does_not_fit_is_named(value: Any, hint: Any, message: str) -> None:
    with pytest.raises(ConversionError) as raised:
        ours(value, hint)
    assert str(raised.value).startswith(message)


def test_a_column_of_no_known_type() -> None:
    with pytest.raises(InterfaceError, match="the column z: expected int, float, str, bool, datetime or timedelta, found"):
        our_type(Annotated[pd.DataFrame, kwtypes(z=complex)])


def test_flytekits_kwtypes_are_ours() -> None:
    assert kwtypes(b=int, a=str) == flytekit.kwtypes(b=int, a=str)
