"""Each type of an interface has a control that shows what it takes."""

from __future__ import annotations

from typing import Any

import pytest

from glider_client.inputs.declarations import declared
from glider_console.launch.controls import Control, Kind, part_as_json
from glider_console.launch.forms import form_of
from tests.unit.glider_console.launch.samples import CONFIG, EVERY_TYPE, INTERFACE, LITERAL, PAIR, SCHEMA


def control(form: Any) -> Control:
    [part] = form_of(declared({"inputs": {"x": form}}))
    return part.control


@pytest.mark.parametrize(
    ("form", "kind"),
    [
        pytest.param("integer", Kind.INTEGER, id="an integer"),
        pytest.param("float", Kind.FLOAT, id="a float"),
        pytest.param("string", Kind.STRING, id="text"),
        pytest.param("boolean", Kind.BOOLEAN, id="a boolean"),
        pytest.param("datetime", Kind.DATETIME, id="a datetime"),
        pytest.param("duration", Kind.DURATION, id="a duration"),
        pytest.param("enum[red, green]", Kind.CHOICE, id="an enum"),
        pytest.param(LITERAL, Kind.CHOICE, id="a typing.Literal"),
        pytest.param("none", Kind.NONE, id="none"),
        pytest.param("integer?", Kind.INTEGER, id="what may be null is of its own type"),
        pytest.param(PAIR, Kind.UNION, id="a union"),
        pytest.param("list[integer]", Kind.LIST, id="a list"),
        pytest.param("map[string]", Kind.MAP, id="a map"),
        pytest.param("struct", Kind.JSON, id="a struct without a schema"),
        pytest.param(CONFIG, Kind.OBJECT, id="a dataclass"),
        pytest.param("file[csv]", Kind.URI, id="a file"),
        pytest.param("directory", Kind.URI, id="a directory"),
        pytest.param("table", Kind.URI, id="a structured dataset"),
        pytest.param(SCHEMA, Kind.URI, id="a schema of flytekit's"),
        pytest.param({"simple": "ERROR"}, Kind.OPAQUE, id="an error"),
        pytest.param({"simple": "BINARY"}, Kind.OPAQUE, id="bytes"),
        pytest.param("list[" * 9 + "integer" + "]" * 9, Kind.LIST, id="a list in a list, and so on"),
    ],
)
def test_a_type_has_its_control(form: Any, kind: Kind) -> None:
    assert control(form).kind is kind


def test_what_is_nested_deeply_is_entered_as_json() -> None:
    found, levels = control("list[" * 9 + "integer" + "]" * 9), 0
    while found.item is not None:
        found, levels = found.item, levels + 1
    assert (found.kind, found.type, levels) == (Kind.JSON, "list[list[list[integer]]]", 6)


@pytest.mark.parametrize(
    ("form", "words"),
    [
        pytest.param("file[PythonPickle]", "A value that Python has pickled can't be entered", id="a pickle"),
        pytest.param("directory", "The URI of a folder", id="a directory"),
        pytest.param(SCHEMA, "a table with the columns age", id="the columns of a table"),
        pytest.param({"simple": "ERROR"}, "Give all inputs as one file (inputsUri) instead", id="what can't be entered"),
    ],
)
def test_a_hint_explains_what_is_to_be_entered(form: Any, words: str) -> None:
    assert words in control(form).hint


def test_a_form_has_every_input_in_its_order() -> None:
    assert [part.name for part in form_of(declared(INTERFACE))] == list(EVERY_TYPE)


def test_the_browser_gets_names_docs_defaults_and_what_is_required() -> None:
    inputs = {
        "a": {"type": "integer", "default": 3, "description": "How many."},
        "b": {"type": "string", "required": False},
        "c": "enum[x, y]",
        "d": {"type": "integer?", "default": None},
    }
    found = [part_as_json(part) for part in form_of(declared({"inputs": inputs}))]
    assert found == [
        {"name": "a", "docs": "How many.", "required": False, "control": {"kind": "integer", "type": "integer"}, "default": "3"},
        {"name": "b", "docs": "", "required": False, "control": {"kind": "string", "type": "string"}},
        {"name": "c", "docs": "", "required": True, "control": {"kind": "choice", "type": "enum[x, y]", "choices": ["x", "y"]}},
        {
            "name": "d",
            "docs": "",
            "required": False,
            "control": {"kind": "integer", "type": "integer, or null", "nullable": True},
            "default": "null",
        },
    ]
