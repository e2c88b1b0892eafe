"""Whether literals are the inputs of a task."""

from __future__ import annotations

from typing import Any

import pytest
from flyteidl.core import literals_pb2, types_pb2

from glider.wire.interface import Interface, parse_type
from glider.wire.jsonform import FieldError, to_literal
from glider_admin.messages.inputs import check_inputs

VALUES = {
    "integer": 1,
    "float": 1.5,
    "string": "a",
    "boolean": True,
    "datetime": "2026-01-31T12:00:00Z",
    "duration": "90s",
    "none": None,
    "struct": {"a": [1]},
    "file": "s3://b/f",
    "file[csv]": "s3://b/f.csv",
    "directory": "s3://b/d",
    "table": "s3://b/t",
    "enum[red, green]": "red",
    "list[integer]": [1, 2],
    "map[list[string]]": {"a": ["b"]},
    "integer?": None,
    "list[integer?]": [1, None],
}


def interface(**inputs: str) -> Interface:
    return Interface(inputs={name: parse_type(form) for name, form in inputs.items()}, outputs={})


def literal(value: Any, form: str) -> literals_pb2.Literal:
    return to_literal(value, parse_type(form), field="x")


@pytest.mark.parametrize("form", VALUES)
def test_a_value_of_the_type_is_one(form: str) -> None:
    check_inputs(literals_pb2.LiteralMap(literals={"x": literal(VALUES[form], form)}), interface(x=form))


@pytest.mark.parametrize(
    ("form", "value", "given"),
    [
        ("integer", "seven", "string"),
        ("integer", 1.5, "float"),
        ("string", 1, "integer"),
        ("boolean", "true", "string"),
        ("list[integer]", 1, "integer"),
        ("list[integer]", ["a"], "list[string]"),
        ("map[integer]", [1], "list[integer]"),
        ("enum[red, green]", "blue", "string"),
        ("file", 3, "integer"),
        ("integer?", "a", "string"),
        ("struct", "a", "string"),
    ],
)
def test_a_value_of_another_type_is_refused(form: str, value: Any, given: str) -> None:
    with pytest.raises(FieldError) as refused:
        check_inputs(literals_pb2.LiteralMap(literals={"x": literal(value, given)}), interface(x=form))
    assert refused.value.field.startswith("inputs.x")


def test_an_integer_is_a_float_too() -> None:
    check_inputs(literals_pb2.LiteralMap(literals={"x": literal(1, "integer")}), interface(x="float"))


def test_what_json_has_no_form_for_is_checked_by_its_kind() -> None:
    kind = types_pb2.LiteralType(simple=types_pb2.BINARY)
    given = literals_pb2.LiteralMap(literals={"x": literals_pb2.Literal(scalar={"binary": {"value": b"\x00", "tag": "raw"}})})
    check_inputs(given, Interface(inputs={"x": kind}, outputs={}))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        pytest.param({}, "inputs.a: expected integer, found nothing", id="one is missing"),
        pytest.param({"a": 1, "b": 2}, "inputs.b: expected one of a, found an unknown input", id="one is unknown"),
        pytest.param({"a": "x"}, 'inputs.a: expected integer (64 bits), found "x"', id="one is of another type"),
    ],
)
def test_the_message_names_the_input(given: dict[str, Any], message: str) -> None:
    literals = {name: literal(value, "integer" if isinstance(value, int) else "string") for name, value in given.items()}
    with pytest.raises(FieldError) as refused:
        check_inputs(literals_pb2.LiteralMap(literals=literals), interface(a="integer"))
    assert str(refused.value) == message


@pytest.mark.parametrize("form", ["datetime", "duration", "integer", "datetime?", "list[datetime]"])
@pytest.mark.parametrize("kind", ["datetime", "duration"])
def test_a_moment_or_a_duration_that_python_does_not_have_is_refused_by_its_input(form: str, kind: str) -> None:
    odd = literals_pb2.Literal(scalar={"primitive": {kind: {"seconds": 2**62}}})
    given = literals_pb2.Literal(collection={"literals": [odd]}) if form.startswith("list") else odd
    with pytest.raises(FieldError, match=r"inputs\.x: expected moments of the years 1 to 9999"):
        check_inputs(literals_pb2.LiteralMap(literals={"x": given}), interface(x=form))
