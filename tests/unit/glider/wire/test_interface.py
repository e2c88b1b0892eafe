"""Types in their short form and as flyteidl's own JSON."""

from __future__ import annotations

from typing import Any

import pytest
from flyteidl.core import types_pb2

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
