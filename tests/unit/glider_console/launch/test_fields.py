"""The fields of a dataclass have controls of their own, as far as its schema describes them."""

from __future__ import annotations

from typing import Any

import pytest

from glider_console.launch.controls import Control, Kind, Part
from glider_console.launch.fields import struct
from tests.unit.glider_console.launch.samples import CONFIG

FOUND = {part.name: part for part in struct(CONFIG["metadata"], levels=3).parts}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        pytest.param("name", Kind.STRING, "string", id="text"),
        pytest.param("rate", Kind.FLOAT, "number", id="a number"),
        pytest.param("steps", Kind.INTEGER, "integer, or null", id="an optional integer"),
        pytest.param("layers", Kind.LIST, "list[integer]", id="a list"),
        pytest.param("weights", Kind.MAP, "map[number]", id="a map"),
        pytest.param("on", Kind.BOOLEAN, "boolean", id="a boolean"),
        pytest.param("colour", Kind.CHOICE, "red or green", id="one of a few"),
        pytest.param("either", Kind.JSON, "integer or string", id="one of several types"),
        pytest.param("inner", Kind.OBJECT, "object", id="a dataclass in a dataclass"),
        pytest.param("anything", Kind.JSON, "JSON", id="what nothing describes"),
    ],
)
def test_a_field_has_its_control(name: str, kind: Kind, words: str) -> None:
    assert (FOUND[name].control.kind, FOUND[name].control.type) == (kind, words)


def test_needed_fields_come_first_then_all_by_name() -> None:
    assert list(FOUND) == ["name", *sorted(name for name in FOUND if name != "name")]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("name", (True, False, None, False, "What it is called."), id="required, with docs"),
        pytest.param("rate", (False, True, 0.1, False, ""), id="with a default"),
        pytest.param("steps", (False, True, None, True, ""), id="null by default"),
    ],
)
def test_a_field_has_its_default_and_docs(name: str, expected: tuple[Any, ...]) -> None:
    part: Part = FOUND[name]
    assert (part.required, part.has_default, part.default, part.control.nullable, part.docs) == expected


def test_a_class_that_holds_itself_ends() -> None:
    found: Control = struct(CONFIG["metadata"], levels=4)  # type: ignore[arg-type]
    levels = 0
    while found.kind is Kind.OBJECT:
        found, levels = next(part.control for part in found.parts if part.name == "inner"), levels + 1
    assert (found.kind, levels) == (Kind.JSON, 4)


@pytest.mark.parametrize("schema", [{}, {"type": "object"}, {"title": "Any"}], ids=["none", "any object", "no type"])
def test_a_struct_without_fields_is_entered_as_json(schema: dict[str, Any]) -> None:
    assert struct(schema, levels=3).kind is Kind.JSON
