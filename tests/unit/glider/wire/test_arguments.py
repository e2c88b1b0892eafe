"""An input's value as text: as Go's %v where propeller writes it, as JSON where it gives up. Floats were compared with Go's own."""

from __future__ import annotations

import pytest

from glider.wire.arguments import fill_in_marked, go_text, input_texts, literal_text, marked, marked_names
from glider.wire.interface import parse_type
from glider.wire.jsonform import FieldError, Literal, LiteralMap, to_literal

OLD_STRUCT = Literal()
OLD_STRUCT.scalar.generic.update({"a": 1.0})
SECOND_AND_A_HALF = Literal(scalar={"primitive": {"duration": {"seconds": 1, "nanos": 500_000_000}}})


@pytest.mark.parametrize(
    ("form", "value", "text"),
    [
        pytest.param("integer", -3, "-3", id="an integer"),
        pytest.param("float", 2.0, "2", id="a float that is whole"),
        pytest.param("boolean", True, "true", id="a boolean"),
        pytest.param("string", "a b", "a b", id="a string, raw"),
        pytest.param("datetime", "2026-01-31T12:00:00+02:00", "2026-01-31T10:00:00Z", id="a datetime"),
        pytest.param("datetime", "2026-01-31T12:00:00.250Z", "2026-01-31T12:00:00.25Z", id="with a fraction"),
        pytest.param("duration", "90s", "seconds:90", id="a duration, in protobuf's text"),
        pytest.param("file", "s3://b/f", "s3://b/f", id="a file's URI"),
        pytest.param("list[integer]", [1, 2], "[1,2]", id="a list"),
        pytest.param("list[list[string]]", [["a"], []], "[[a],[]]", id="lists in a list"),
        pytest.param("struct", {"b": True, "a": [1, None]}, "map[a:[1 <nil>] b:true]", id="a dataclass, in msgpack"),
        pytest.param("map[integer]", {"b": 1, "a": 2}, '{"a":2,"b":1}', id="a map: JSON"),
        pytest.param("integer?", 3, "3", id="an optional value: JSON"),
        pytest.param("string?", "x", '"x"', id="an optional string: JSON"),
        pytest.param("string?", None, "null", id="none: JSON"),
        pytest.param({"structured_dataset_type": {}}, "s3://b/t", '"s3://b/t"', id="a table: JSON"),
    ],
)
def test_literal_text(form, value, text):
    assert literal_text(to_literal(value, parse_type(form), field="x")) == text


def test_what_only_other_programs_write():
    assert literal_text(OLD_STRUCT) == '{"a":1.0}'
    assert literal_text(SECOND_AND_A_HALF) == "seconds:1 nanos:500000000"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1e6, "1e+06"),
        (999999.0, "999999"),
        (1234567.5, "1.2345675e+06"),
        (1e21, "1e+21"),
        (0.0001, "0.0001"),
        (0.00001, "1e-05"),
        (-3.25, "-3.25"),
        (123456789.0, "1.23456789e+08"),
        (5e-324, "5e-324"),
        (100000.0, "100000"),
        (0.0, "0"),
        (-0.0, "-0"),
        (float("inf"), "+Inf"),
        (float("-inf"), "-Inf"),
        (float("nan"), "NaN"),
        (b"\x01\x02", "[1 2]"),
    ],
)
def test_go_text(value, text):
    assert go_text(value) == text


def struct(data: bytes) -> Literal:
    return Literal(scalar={"binary": {"value": data, "tag": "msgpack"}})


def nested(levels: int) -> bytes:
    """A file with x, an integer in so many lists, as only bytes can say it: messages of that depth can't be made."""
    value: bytes = Literal(scalar={"primitive": {"integer": 1}}).SerializeToString()
    for _ in range(levels):
        value = _field(2, _field(1, value))
    return _field(1, _field(1, b"x") + _field(2, value))


def _field(number: int, value: bytes) -> bytes:
    length, prefix = len(value), b""
    while length > 127:
        prefix, length = prefix + bytes([length & 127 | 128]), length >> 7
    return bytes([number << 3 | 2]) + prefix + bytes([length]) + value


BEYOND_TIME = Literal(scalar={"primitive": {"datetime": {"seconds": 2**62}}})
MANY = Literal(collection={"literals": [Literal()] * 200_000})


@pytest.mark.parametrize(
    ("literal", "message"),
    [
        pytest.param(struct(b"\xc1"), "1 bytes that are no msgpack", id="msgpack that is none"),
        pytest.param(struct(b"\x92\x01"), "2 bytes that are no msgpack", id="msgpack that is cut off"),
        pytest.param(struct(b""), "0 bytes that are no msgpack", id="no msgpack at all"),
        pytest.param(struct(b"\x91" * 100_000 + b"\x01"), "100001 bytes that are no msgpack", id="msgpack far too deep"),
        pytest.param(struct(b"\x91" * 900 + b"\x01"), "a value that can be written as text", id="msgpack 900 deep"),
        pytest.param(struct(b"\xa2\xff\xfe"), "3 bytes that are no msgpack", id="text that isn't UTF-8"),
        pytest.param(BEYOND_TIME, "expected a moment of the years 1 to 9999", id="a date beyond time"),
        pytest.param(MANY, "more than 131071 characters", id="more than an argument takes"),
        pytest.param(struct(b"\x90" * 2_000_000), "at most 131071 bytes, as an argument may have, found", id="far more"),
        pytest.param(Literal(scalar={"primitive": {"string_value": "a\0b"}}), "without NUL", id="NUL"),
        pytest.param(None, "this input to be in the file, found nothing", id="another input"),
    ],
)
def test_a_value_that_cannot_be_an_argument_is_named(literal, message):
    data = LiteralMap(literals={"x": literal} if literal is not None else {"y": Literal()}).SerializeToString()
    with pytest.raises(FieldError, match=f"^spec.inputsUri: x: expected .*{message}"):
        input_texts(data, {"x"}, field="spec.inputsUri")


@pytest.mark.parametrize("data", [b"\xff\xff", nested(200)], ids=["others", "200 levels"])
def test_a_file_that_is_no_literal_map_is_named(data):
    with pytest.raises(FieldError, match=r"^f: expected a serialised flyteidl LiteralMap, found .* other bytes"):
        input_texts(data, {"x"}, field="f")


def test_the_inputs_that_are_asked_for():
    literals = {"x": Literal(scalar={"primitive": {"integer": 3}}), "y": struct(b"\xc1"), "z": Literal()}
    assert input_texts(LiteralMap(literals=literals).SerializeToString(), {"x", "z"}, field="f") == {"x": "3", "z": "null"}
    assert input_texts(nested(20), {"x"}, field="f") == {"x": "[" * 20 + "1" + "]" * 20}


def test_an_executor_fills_in_what_the_operator_left_to_it_and_nothing_else():
    arguments = ["run", f"--x={marked('x', mark='0f9d')}/{marked('y', mark='0f9d')}", "{{.inputs.x}}", "{{beef.inputs.x}}"]
    assert marked_names(arguments, mark="0f9d") == {"x", "y"}
    texts = {"x": "a b $(HOME) \\1", "y": "{{0f9d.inputs.x}}"}
    filled = ["run", "--x=a b $(HOME) \\1/{{0f9d.inputs.x}}", "{{.inputs.x}}", "{{beef.inputs.x}}"]
    assert fill_in_marked(arguments, texts, mark="0f9d") == filled
