"""Inputs that are known, as entries: reading them again makes the same inputs."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glider.wire.interface import parse_type
from glider.wire.jsonform import FieldError, to_literal
from glider_client.inputs.declarations import declared
from glider_console.launch.documents import entered
from glider_console.launch.filling import entry_of
from glider_console.launch.forms import control_of
from tests.unit.glider_console.launch.samples import EVERY_TYPE, NOW, PAIR

Json = Any
VALUES: dict[str, st.SearchStrategy[Json]] = {
    "integer": st.integers(-(2**63), 2**63 - 1),
    "float": st.floats(allow_nan=False, allow_infinity=False),
    "string": st.text(max_size=10),
    "boolean": st.booleans(),
    "enum[red, green]": st.sampled_from(["red", "green"]),
    "integer?": st.none() | st.integers(0, 9),
    "string?": st.none() | st.text(max_size=5),
    "list[list[integer]]": st.lists(st.lists(st.integers(0, 9), max_size=2), max_size=2),
    "map[string]": st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=3),
    "struct": st.dictionaries(
        st.text(max_size=3), st.recursive(st.none() | st.integers(-9, 9) | st.text(max_size=3), st.lists), max_size=3
    ),
}


@pytest.mark.parametrize("name", EVERY_TYPE)
def test_a_value_of_every_type_comes_back(name: str) -> None:
    form, _, value = EVERY_TYPE[name]
    entry = entry_of(control_of(parse_type(form)), value)
    errors: list[FieldError] = []
    found = entered({"x": entry}, declared({"inputs": {"x": form}}), now=NOW, errors=errors)
    assert (found, errors) == ({"x": value}, [])


@given(st.sampled_from(list(VALUES)).flatmap(lambda form: st.tuples(st.just(form), VALUES[form])))
def test_any_value_comes_back(case: tuple[str, Json]) -> None:
    form, value = case
    kind = parse_type(form)
    found = entered({"x": entry_of(control_of(kind), value)}, declared({"inputs": {"x": form}}), now=NOW, errors=[])
    assert to_literal(found["x"], kind, field="x") == to_literal(value, kind, field="x")


@pytest.mark.parametrize(
    ("form", "value", "entry"),
    [
        pytest.param("integer", 3, "3", id="a number"),
        pytest.param("boolean", True, "true", id="a boolean"),
        pytest.param("map[integer]", {"a": 1}, [["a", "1"]], id="a map"),
        pytest.param("struct", {"a": 1}, '{\n  "a": 1\n}', id="JSON"),
        pytest.param(PAIR, 7, {"$variant": 1, "value": "7"}, id="a union: the type that takes it"),
        pytest.param("integer", [1], "[1]", id="what doesn't fit is shown all the same"),
    ],
)
def test_an_entry_is_what_the_browser_shows(form: Any, value: Json, entry: Json) -> None:
    assert entry_of(control_of(parse_type(form)), value) == entry


@pytest.mark.parametrize("name", EVERY_TYPE)
def test_an_entry_in_an_address_stays_as_it_is(name: str) -> None:
    form, entry, _ = EVERY_TYPE[name]
    assert entry_of(control_of(parse_type(form)), entry, entered=True) == entry
