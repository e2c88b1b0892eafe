"""Types in their short form and as flyteidl's own JSON."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from flyteidl.core import types_pb2

from glider.types.registry import TYPES
from glider.wire.interface import LiteralType, format_type, parse_type


@pytest.mark.parametrize(
    "short", ["integer", "struct", "list[list[float]]", "map[file]", "file[csv]", "directory", "directory[parquet]", "datetime", "none"]
)
def test_the_short_form_is_read_and_written_alike(short: str):
    assert format_type(parse_type(short)) == short


def test_a_question_mark_makes_a_union_with_none():
    variants = parse_type("integer?").union_type.variants
    assert [variant.simple for variant in variants] == [types_pb2.INTEGER, types_pb2.NONE]


def test_a_literal_type_in_proto_json_is_read():
    assert parse_type({"collectionType": {"simple": "INTEGER"}}) == LiteralType(collection_type={"simple": types_pb2.INTEGER})


@pytest.mark.parametrize(
    "form",
    [
        "number",
        "list",
        "list[]",
        "map[nothing]",
        "",
        3,
        None,
        [],
        "list[" * 200 + "integer" + "]" * 200,
        "integer" + "?" * 5_000,
        {"simple": 10**30},
        {"simple": []},
        {"simple": -1},
        {"collectionType": {"simple": 77}},
        {"simpel": "INTEGER"},
        {},
    ],
)
def test_anything_else_is_refused_with_what_was_found(form: Any):
    with pytest.raises(ValueError, match="expected a") as refused:
        parse_type(form)
    assert "found" in str(refused.value)


def test_a_type_in_proto_json_that_is_too_deep_is_refused():
    form: dict[str, Any] = {"simple": "INTEGER"}
    for _ in range(40):
        form = {"collectionType": form}
    with pytest.raises(ValueError, match="expected a type of at most 24 levels, found"):
        parse_type(form)


@pytest.mark.parametrize(
    ("short", "literal_type"),
    [
        pytest.param("table", {"structuredDatasetType": {}}, id="a table"),
        pytest.param("table[csv]", {"structuredDatasetType": {"format": "csv"}}, id="a table of a format"),
        pytest.param("enum[red, green]", {"enumType": {"values": ["red", "green"]}}, id="an enum"),
        pytest.param("list[enum[a]]", {"collectionType": {"enumType": {"values": ["a"]}}}, id="a list of enums"),
    ],
)
def test_tables_and_enums_have_a_short_form(short: str, literal_type: dict[str, Any]):
    assert parse_type(short) == parse_type(literal_type)
    assert format_type(parse_type(short)) == short


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("int", "integer"),
        ("str", "string"),
        ("bool", "boolean"),
        ("Boolean", "boolean"),
        ("interger", "integer"),
        ("double", "float"),
        ("timedelta", "duration"),
        ("date", "datetime"),
        ("DataFrame", "table"),
        ("pd.DataFrame", "table"),
        ("StructuredDataset", "table"),
        ("FlyteFile", "file"),
        ("FlyteDirectory", "directory"),
        ("dataclass", "struct"),
        ("None", "none"),
        ("dict", "map[T]"),
        ("list", "list[T]"),
        ("List[int]", "list[integer]"),
        ("list[list[str]]", "string"),
        ("dict[str, int]", "map[integer]"),
        ("Dict[str, DataFrame]", "map[table]"),
        ("Optional[str]", "string?"),
        ("str | None", "string?"),
        ("None | list[int]", "list[integer]?"),
        ("typing.List[int]", "list[integer]"),
        ("Enum", "enum[A, B]"),
        ("FlyteFile[csv]", "file"),
        ("bytes", "file[PythonPickle]"),
        ("set[int]", "file[PythonPickle]"),
        ("np.ndarray", "file[NumpyArray]"),
        ("npt.NDArray[np.float64]", "file[NumpyArray]"),
    ],
)
def test_pythons_names_are_refused_with_ours(written: str, meant: str):
    with pytest.raises(ValueError, match="expected a type") as refused:
        parse_type(written)
    assert str(refused.value).endswith(f"(did you mean {meant}?)")


@pytest.mark.parametrize(("hint", "short"), [(bytes, "file[PythonPickle]"), (set, "file[PythonPickle]"), (np.ndarray, "file[NumpyArray]")])
def test_the_short_form_of_what_travels_as_a_file_of_its_own_is_its_type(hint: type, short: str):
    assert format_type(TYPES.literal_type(hint)) == short
    assert parse_type(short).blob == TYPES.literal_type(hint).blob


@pytest.mark.parametrize("written", ["enum[]", "enum[a,,b]", "enum[a, a]", "enum"])
def test_an_enum_has_different_values(written: str):
    with pytest.raises(ValueError, match="expected"):
        parse_type(written)
