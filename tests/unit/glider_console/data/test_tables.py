"""Tables are read by a process that a hostile file may kill, and nothing else."""

from __future__ import annotations

import datetime as dt
import io
import os
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import anyio
import pyarrow as pa
import pytest
from pyarrow import parquet

from glider_console.data import tables
from glider_console.data.parquet import cells_of, read
from glider_console.data.tables import MOST_COLUMNS, MOST_ROWS, Table, TableError, csv_table, data_file, file_in, parquet_table, semaphore
from glider_console.data.tables import shown as shown_cell
from glider_core.api.places import parse_place


def written(table: pa.Table, **options: Any) -> bytes:
    buffer = io.BytesIO()
    parquet.write_table(table, buffer, **options)
    return buffer.getvalue()


def shown(data: bytes, *, size: int | None = None, asked: list[int] | None = None, seconds: float = 60) -> Table:
    async def fetch(start: int, end: int) -> bytes:
        if asked is not None:
            asked.append(end - start)
        return data[start:end].ljust(end - start, b"\0")

    async def main() -> Table:
        return await parquet_table(fetch, len(data) if size is None else size, busy=semaphore(), seconds=seconds)

    return anyio.run(main)


def test_columns_types_and_the_first_rows_are_shown() -> None:
    found = shown(written(pa.table({"id": range(1_000), "name": [f"n{number}" for number in range(1_000)]})))
    assert found["columns"] == [{"name": "id", "type": "int64"}, {"name": "name", "type": "string"}]
    assert (found["total"], len(found["rows"]), found["rows"][7]) == (1_000, MOST_ROWS, ["7", "n7"])


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, None),
        (True, "True"),
        (2**60, "1152921504606846976"),
        (float("nan"), "nan"),
        (Decimal("1.50"), "1.50"),
        (dt.datetime(2026, 1, 2, 3, 4), "2026-01-02 03:04:00"),
        ([1, 2], "[1, 2]"),
        ({"a": 1}, "{'a': 1}"),
        (b"\x00<b>", "b'\\x00<b>'"),
        ("<script>", "<script>"),
        ("x" * 1_000, f"{'x' * 300}… (1,000 characters)"),
    ],
    ids=str,
)
def test_every_value_becomes_a_text(value: Any, cell: str | None) -> None:
    kind = pa.string() if value is None else None
    assert read(io.BytesIO(written(pa.table({"x": pa.array([value], type=kind)}))))["rows"] == [[cell]]


def moments(unit: str, zone: str | None, value: int) -> pa.Array:
    return pa.array([value, None], type=pa.int64()).cast(pa.timestamp(unit, zone))


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        pytest.param(moments("s", None, 0), "1970-01-01 00:00:00", id="seconds"),
        pytest.param(moments("us", None, 1_500_000), "1970-01-01 00:00:01.5", id="microseconds"),
        pytest.param(moments("ns", None, 1_000_000_001), "1970-01-01 00:00:01.000000001", id="nanoseconds, which Python's have not"),
        pytest.param(moments("ns", "UTC", 10_000_000_000), "1970-01-01 00:00:10Z", id="in UTC"),
        pytest.param(moments("us", "+02:00", 0), "1970-01-01 02:00:00+0200", id="with an offset"),
        pytest.param(moments("us", "No/Where", 10_000_000), "1970-01-01 00:00:10Z", id="in a zone that nobody knows"),
        pytest.param(moments("us", None, 2**62), "<value out of range: 4611686018427387904>", id="that no calendar has"),
        pytest.param(pa.array([1_000_000, None], type=pa.duration("us")), "0:00:01", id="a duration"),
        pytest.param(pa.array([0, None], type=pa.int32()).cast(pa.date32()), "1970-01-01", id="a day"),
    ],
)
def test_times_are_texts_that_need_no_database_of_zones(column: pa.Array, cell: str) -> None:
    assert [shown_cell(value) for value in cells_of(column)] == [cell, None]


def test_of_a_wide_table_the_first_columns_are_shown() -> None:
    found = read(io.BytesIO(written(pa.table({f"c{number}": [number] for number in range(MOST_COLUMNS + 7)}))))
    assert (len(found["columns"]), len(found["rows"][0]), found["moreColumns"]) == (MOST_COLUMNS, MOST_COLUMNS, 7)


def test_a_table_without_rows_has_its_columns() -> None:
    found = read(io.BytesIO(written(pa.table({"x": pa.array([], type=pa.int32())}))))
    assert (found["columns"], found["rows"], found["total"]) == ([{"name": "x", "type": "int32"}], [], 0)


def test_of_a_large_file_little_is_read() -> None:
    data, asked = written(pa.table({"x": [os.urandom(100) for _ in range(100_000)]}), compression="none"), list[int]()
    shown(data, asked=asked)
    assert sum(asked) < len(data) / 3


def bomb() -> bytes:
    """Some hundred bytes, whose first rows are 300 megabytes."""
    column = pa.DictionaryArray.from_arrays(pa.array([0] * MOST_ROWS), pa.array([bytes(3 << 20)]))
    return written(pa.table({"x": column}), compression="zstd", store_schema=False, write_statistics=False)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        pytest.param(bomb, "needs more memory", id="one that grows without end"),
        pytest.param(lambda: b"PAR1" + b"\xff" * 5_000 + b"PAR1", "can't read it|has ended", id="noise"),
        pytest.param(lambda: written(pa.table({"x": [1]}))[:-30] + b"\0" * 30, "can't read it", id="a damaged footer"),
        pytest.param(lambda: b"PAR1" + b"\0" * 20 + b"\xff\xff\xff\x7fPAR1", "can't read it", id="a footer longer than the file"),
        pytest.param(lambda: b"", "can't read it", id="nothing"),
    ],
)
def test_a_hostile_file_is_answered_in_words(make: Callable[[], bytes], words: str) -> None:
    with pytest.raises(TableError, match=words):
        shown(make())


def test_a_file_that_wants_too_much_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "_MOST_BYTES", 100)
    with pytest.raises(TableError, match="more than 0 MiB"):
        shown(written(pa.table({"x": range(1_000)})))


def test_a_store_that_takes_too_long_ends_the_process() -> None:
    async def fetch(start: int, end: int) -> bytes:
        await anyio.sleep_forever()
        raise AssertionError

    async def main() -> None:
        await parquet_table(fetch, 1_000, busy=semaphore(), seconds=0.5)

    with pytest.raises(TableError, match=r"longer than 0.5 s"):
        anyio.run(main)


def test_the_process_has_none_of_the_consoles_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLYTE_AWS_SECRET_ACCESS_KEY", "secret")
    assert "FLYTE_AWS_SECRET_ACCESS_KEY" not in tables.environment()


def test_without_pyarrow_there_are_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "find_spec", lambda name: None)
    with pytest.raises(TableError, match=r"glider-console\[tables\]"):
        shown(b"")


@pytest.mark.parametrize(
    ("data", "whole", "rows", "total"),
    [
        pytest.param(b"a,b\n1,2\n3,4\n", True, [["1", "2"], ["3", "4"]], 2, id="a whole file"),
        pytest.param(b"a,b\n1,2\n3,", False, [["1", "2"]], None, id="the line that is cut is left out"),
        pytest.param(b'a,b\n"1\n1",2\n', True, [["1\n1", "2"]], 1, id="a line break in a cell"),
        pytest.param(b"\xef\xbb\xbfa,b\n1,2\n", True, [["1", "2"]], 1, id="a mark of the byte order"),
        pytest.param(b"a,b\r\n1\r\n", True, [["1"]], 1, id="a row that is too short"),
        pytest.param("a,b\n1,é".encode()[:-1], False, [], None, id="a character that is cut"),
    ],
)
def test_csv_is_a_table_too(data: bytes, whole: bool, rows: list[list[str]], total: int | None) -> None:
    found = csv_table(data, whole=whole)
    assert ([column["name"] for column in found["columns"]], found["rows"], found["total"]) == (["a", "b"], rows, total)


@pytest.mark.parametrize(
    "data", [b"", b"\n\n", b"\xff\xfe", b'"' + b"x" * 200_000 + b'"'], ids=["nothing", "empty lines", "UTF-16", "a huge cell"]
)
def test_what_is_no_csv_is_refused(data: bytes) -> None:
    with pytest.raises(TableError):
        csv_table(data, whole=True)


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ({"00000": 5}, ("00000", 1)),
        ({".csv": 5}, (".csv", 1)),
        ({"_SUCCESS": 0, "_metadata": 9, ".part.crc": 3, "part-0.parquet": 5, "part-1.parquet": 5}, ("part-0.parquet", 2)),
        ({"day=1/a.parquet": 5, "_delta_log/0.json": 5}, ("day=1/a.parquet", 1)),
        ({"empty": 0}, (None, 0)),
        ({}, (None, 0)),
    ],
)
def test_the_first_file_with_data_is_shown(sizes: dict[str, int], expected: tuple[str | None, int]) -> None:
    assert data_file(sizes) == expected


def test_a_file_is_below_its_folder() -> None:
    assert str(file_in(parse_place("s3://bucket/out"), "year=2026/a b.parquet")) == "s3://bucket/out/year=2026/a b.parquet"


@pytest.mark.parametrize("name", ["a\\b.parquet", "../a.parquet", "%2e%2e/a.parquet", "x//a.parquet", "a\n.parquet"])
def test_a_name_that_could_mean_another_file_is_not_read(name: str) -> None:
    with pytest.raises(TableError, match="its first file has a name that isn't read"):
        file_in(parse_place("s3://bucket/out"), name)
