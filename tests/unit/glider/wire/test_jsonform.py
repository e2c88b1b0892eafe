"""Plain JSON to literals and back."""

from __future__ import annotations

import base64
import json
import math
from typing import Any

import pytest
from flyteidl.core import literals_pb2
from google.protobuf import struct_pb2
from hypothesis import given
from hypothesis import strategies as st

from glider.wire.interface import MAX_LEVELS, parse_type
from glider.wire.jsonform import FieldError, from_literal, from_literal_map, to_literal, to_literal_map
from glider.wire.structs import unpack

CHOICE = {"simple": "INTEGER", "annotation": {"annotations": {"literal_values": [1, 2]}}}
HOSTILE = {"a": [1, {"b": None, "c": "é\n\u2028"}]}


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        pytest.param("integer", -(2**63), id="the smallest integer"),
        pytest.param("float", 5.0, id="a float"),
        pytest.param("float", "NaN", id="a float that JSON has no number for"),
        pytest.param("float", "-Infinity", id="minus infinity"),
        pytest.param("string", "", id="an empty string"),
        pytest.param("boolean", False, id="false"),
        pytest.param("datetime", "2026-01-31T12:00:00.000001Z", id="a datetime to the microsecond"),
        pytest.param("duration", "5400s", id="a duration"),
        pytest.param("none", None, id="null"),
        pytest.param("struct", HOSTILE, id="a struct, integers kept"),
        pytest.param("list[map[integer]]", [{"x": 1}, {}], id="a list of maps"),
        pytest.param("file[csv]", "s3://b/f.csv", id="a file by its URI"),
        pytest.param("integer?", None, id="an optional value that is null"),
        pytest.param("integer?", 3, id="an optional value"),
        pytest.param("datetime", "2026-01-31T00:00:00Z", id="a date is midnight"),
        pytest.param({"schema": {"columns": [{"name": "a"}]}}, "s3://b/schema", id="a schema by its URI"),
        pytest.param({"structuredDatasetType": {"format": "parquet"}}, "s3://b/table", id="a structured dataset by its URI"),
        pytest.param({"enumType": {"values": ["red", "blue"]}}, "blue", id="a member of an enum"),
        pytest.param(CHOICE, 2, id="one of a few integers"),
    ],
)
def test_what_goes_in_comes_out(type_: Any, value: Any):
    assert from_literal(to_literal(value, parse_type(type_), field="x")) == value


@pytest.mark.parametrize(
    ("type_", "value", "message"),
    [
        ("integer", "two", 'x: expected integer (64 bits), found "two"'),
        ("integer", True, "x: expected integer (64 bits), found true"),
        ("integer", 1.5, "x: expected integer (64 bits), found 1.5"),
        ("integer", 2**63, "x: expected integer (64 bits), found 9223372036854775808"),
        ("float", "1.5", 'x: expected float, found "1.5"'),
        ("float", 10**400, "x: expected float, found 1000"),
        ("boolean", 0, "x: expected boolean, found 0"),
        ("string", None, "x: expected string, found null"),
        ("datetime", "yesterday", 'x: expected datetime such as 2026-01-31T12:00:00Z, found "yesterday"'),
        ("duration", "1 hour", 'x: expected duration such as 90s or 1h30m, of at most 10,000 years, found "1 hour"'),
        ("list[integer]", [1, "b"], 'x[1]: expected integer (64 bits), found "b"'),
        ("map[integer]", {"k": "b"}, 'x.k: expected integer (64 bits), found "b"'),
        ("list[integer]", {}, "x: expected list[integer], found {}"),
        ("integer?", "b", 'x: expected integer | none, found "b"'),
        ("file", 3, "x: expected the URI of a file, found 3"),
        ("struct", [], "x: expected struct (a JSON object), found []"),
        ({"enumType": {"values": ["red", "blue"]}}, "green", 'x: expected one of red, blue, found "green"'),
        ({"structuredDatasetType": {}}, {"uri": "x"}, 'x: expected the URI of a table, found {"uri": "x"}'),
        (CHOICE, 3, "x: expected one of 1, 2, found 3"),
        ("datetime", "0001-01-01T00:00:00+14:00", "x: expected datetime such as"),
        ("datetime", "9999-12-31T23:59:59-14:00", "x: expected datetime such as"),
        ("datetime", 10**30, "x: expected datetime such as"),
        ("duration", "999999999999999h", "x: expected duration such as 90s or 1h30m, of at most 10,000 years"),
        ("duration", "9" * 400 + "h", "x: expected duration such as"),
        ("duration", "2000000000h", "x: expected duration such as"),
        (
            "struct",
            {"a": {"e": [2**64 + 1]}},
            "x.a.e[0]: expected an integer of 64 bits, or one that a float holds exactly, found 1844674407",
        ),
        ("struct", {"a": "half a pair: \ud83d"}, "x: expected struct ("),
        ("string", "half a pair: \ud83d", "x: expected string ("),
        ("file", "s3://b/\ud83d", "x: expected file ("),
        ("map[string]", {"\ud83d": "a"}, "x: expected map[string] ("),
        ({"enumType": {"values": ["red"]}}, ["red"], 'x: expected one of red, found ["red"]'),
        ({"simple": "INTEGER", "annotation": {"annotations": {"literal_values": 5}}}, 3, "x: expected integer ("),
    ],
)
def test_a_value_that_does_not_fit_is_refused_by_field_expected_and_found(type_: Any, value: Any, message: str):
    with pytest.raises(FieldError) as refused:
        to_literal(value, parse_type(type_), field="x")
    assert str(refused.value).startswith(message)


@pytest.mark.parametrize(
    ("value", "found"), [(10**20, 1e20), (-(10**30), -1e30), (123456789012345680000, 123456789012345678901.0), (2**64 - 1, str(2**64 - 1))]
)
def test_an_integer_that_only_a_float_holds_is_one_in_a_struct(value: int, found: float | str):
    """The API server makes an integer of 21 digits of 1e20; what only msgpack holds exactly comes back as text."""
    assert from_literal(to_literal({"a": [value]}, parse_type("struct"), field="x")) == {"a": [found]}


@pytest.mark.parametrize(
    "short", ["list[" * MAX_LEVELS + "integer" + "]" * MAX_LEVELS, "integer" + "?" * MAX_LEVELS, "map[" * 12 + "file?" + "]" * 12]
)
def test_a_value_of_the_deepest_type_can_be_read_back(short: str):
    value: Any = None if short.endswith("?") else "s3://b/f"
    for form in reversed(short.split("[")[:-1]):
        value = [1 if value == "s3://b/f" else value] if form == "list" else {"a": value}
    literal = to_literal(value, parse_type(short), field="x")
    assert literals_pb2.LiteralMap.FromString(literals_pb2.LiteralMap(literals={"x": literal}).SerializeToString()).literals["x"] == literal


def test_a_long_value_is_cut_in_the_message():
    with pytest.raises(FieldError, match=r"… \(100002 characters\)") as refused:
        to_literal("x" * 100_000, parse_type("integer"), field="x")
    assert len(str(refused.value)) < 200


TYPES = {"a": parse_type("integer"), "b": parse_type("string?")}


def test_a_missing_input_is_refused():
    with pytest.raises(FieldError, match=r"spec\.inputs\.a: expected integer, found nothing"):
        to_literal_map({}, TYPES, field="spec.inputs")


def test_a_superfluous_input_is_refused():
    with pytest.raises(FieldError, match=r'spec\.inputs\.c: expected one of a, b, found the unknown name "c"'):
        to_literal_map({"a": 1, "c": 2}, TYPES, field="spec.inputs")


def test_an_optional_input_may_be_left_out():
    assert from_literal_map(to_literal_map({"a": 1}, TYPES, field="spec.inputs")) == {"a": 1, "b": None}


@given(st.recursive(st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.text(), st.lists, max_leaves=8))
def test_every_struct_comes_out_as_strict_json(value: Any):
    literal = to_literal({"value": value}, parse_type("struct"), field="x")
    json.dumps(from_literal(literal), allow_nan=False)


def test_bytes_and_odd_keys_in_foreign_msgpack_still_give_json():
    import msgpack

    packed = msgpack.packb({1: b"\xff", "nan": math.nan})
    literal = literals_pb2.Literal(scalar={"binary": {"value": packed, "tag": "msgpack"}})
    assert from_literal(literal) == {"1": "/w==", "nan": "NaN"}


def test_a_date_alone_is_midnight():
    assert from_literal(to_literal("2026-01-31", parse_type("datetime"), field="x")) == "2026-01-31T00:00:00Z"


@pytest.mark.parametrize(
    ("type_", "value", "tag"),
    [
        ("integer?", 3, "int"),
        ("integer?", None, "none"),
        ("string?", "x", "str"),
        ("list[integer]?", [1], "Typed List"),
        ("struct?", {"a": 1}, "Typed Dict"),
        ("file?", "s3://b/f", "FlyteFilePath"),
        ("directory?", "s3://b/d", "FlyteDirectory"),
    ],
)
def test_a_variant_gets_the_tag_by_which_flytekit_reads_it(type_: str, value: Any, tag: str):
    assert to_literal(value, parse_type(type_), field="x").scalar.union.type.structure.tag == tag


def test_a_variant_that_flytekit_tagged_keeps_its_tag():
    variants = [{"simple": "STRUCT", "structure": {"tag": "Pydantic Transformer"}}, {"simple": "NONE"}]
    literal = to_literal({"a": 1}, parse_type({"unionType": {"variants": variants}}), field="x")
    assert literal.scalar.union.type.structure.tag == "Pydantic Transformer"


def binary(data: bytes) -> literals_pb2.Literal:
    return literals_pb2.Literal(scalar={"binary": {"value": data, "tag": "msgpack"}})


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\xc1", id="garbage"),
        pytest.param(b"\x91" * 3000, id="too deep for msgpack"),
        pytest.param(b"\x81\x81\x01\x02\x03", id="a map as a key"),
    ],
)
def test_what_is_no_msgpack_is_shown_as_other_bytes_are(data: bytes) -> None:
    with pytest.raises(match=f"{len(data)} bytes that are no msgpack"):
        unpack(data)
    assert from_literal(binary(data)) == base64.b64encode(data).decode()


def test_what_is_too_deep_to_be_shown_is_shown_as_other_bytes_are() -> None:
    deep = b"\x91" * 900 + b"\x01"
    assert from_literal(binary(deep)) == base64.b64encode(deep).decode()


def test_a_list_as_a_key_is_a_tuple() -> None:
    assert unpack(b"\x81\x92\x01\x92\x02\x03\xa1x") == {(1, (2, 3)): "x"}
    assert from_literal(binary(b"\x81\x92\x01\x02\xa1x")) == {"(1, 2)": "x"}


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        pytest.param(2**53 + 1, 9007199254740993, id="more than a float holds exactly"),
        pytest.param(2**63 - 1, 9223372036854775807, id="the largest that Kubernetes holds exactly"),
        pytest.param(-(2**63), -9223372036854775808, id="and the smallest"),
        pytest.param(2**63, "9223372036854775808", id="a larger one is a string, since Kubernetes would round it"),
        pytest.param(2**64 - 1, "18446744073709551615", id="the largest of msgpack"),
        pytest.param(1e20, 1e20, id="a float is one"),
    ],
)
def test_integers_of_structs_are_never_rounded(number, shown):
    literal = to_literal({"x": [number]}, parse_type("struct"), field="x")
    assert from_literal(literal) == {"x": [shown]}
    assert type(from_literal(literal)["x"][0]) is type(shown)


def test_a_struct_is_shown_with_numbers_that_json_lacks() -> None:
    struct = struct_pb2.Struct()
    struct.update({"a": {"b": [1, None, True, "x"]}})
    struct.fields["inf"].number_value = math.inf
    struct.fields["nan"].number_value = math.nan
    struct.fields["nothing"].SetInParent()
    shown = {"a": {"b": [1, None, True, "x"]}, "inf": "Infinity", "nan": "NaN", "nothing": None}
    assert from_literal(literals_pb2.Literal(scalar={"generic": struct})) == shown
