"""An input's value as text: as Go's %v where propeller writes it, as JSON where it gives up. Floats were compared with Go's own."""

from __future__ import annotations

import pytest

from glider.wire.interface import parse_type
from glider.wire.jsonform import Literal, to_literal
from glider_operator.config import Config
from glider_operator.render.pod import render_pod
from glider_operator.render.values import go_text, literal_text
from tests.unit.glider_operator.builders import TASK, make_execution, resolved

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


def test_inputs_from_the_store_are_handed_in():
    task = TASK | {"container": {"image": "i", "args": ["{{.inputs.a}}"]}}
    execution = make_execution(task=task, inputsUri="s3://b/inputs.pb")
    found = resolved(execution)
    assert found.reads_stored_inputs
    inputs = make_inputs(a=7)
    pod = render_pod(execution, found, attempt=0, config=Config(), inputs=inputs)
    assert pod["spec"]["containers"][0]["args"] == ["7"]


def make_inputs(**values: int):
    from glider.wire.jsonform import LiteralMap

    return LiteralMap(literals={name: Literal(scalar={"primitive": {"integer": value}}) for name, value in values.items()})
