"""What a form makes of text is what `glider run` makes of the same text; no file of this machine is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glider.wire.jsonform import FieldError
from glider_client.inputs.arguments import divide
from glider_client.inputs.declarations import declared
from glider_client.inputs.files import NoStore
from glider_client.inputs.gathering import gathered
from glider_console.launch.documents import entered
from tests.unit.glider_console.launch.samples import CONFIG, ENTRIES, EVERY_TYPE, INTERFACE, LITERAL, NOW, PAIR, VALUES

Json = Any
REFUSED = "refused"

LEAVES = st.sampled_from(
    ["integer", "float", "string", "boolean", "datetime", "duration", "enum[red, green]", "none", "integer?", "boolean?", "file", "table"]
)
TYPES: list[Any] = [LITERAL, PAIR]
#: Right for some type, nearly right, or anything; what is a path here is another matter.
TEXTS = (
    st.sampled_from(["1", "-7", "1_000", "0.5", "inf", "true", "no", "red", "fast", "null", "", "1h30m", "90s", "now - 1h", "s3://b/k"])
    | st.integers().map(str)
    | st.floats().map(str)
    | st.datetimes().map(lambda moment: moment.isoformat())
    | st.text(max_size=12).filter(lambda text: not text.startswith(("/", "@", "~")) and "\0" not in text)
)


def run(form: Any, *line: str) -> Json:
    """What `glider run` makes of these words."""
    inputs = declared({"inputs": {"x": form}})
    try:
        return gathered(inputs, divide(line, inputs).given, transfer=NoStore(), now=NOW)["x"]
    except FieldError:
        return REFUSED


def filled_in(form: Any, entry: Json) -> Json:
    """What a form makes of this entry."""
    errors: list[FieldError] = []
    found = entered({"x": entry}, declared({"inputs": {"x": form}}), now=NOW, errors=errors)
    return REFUSED if errors else found["x"]


def errors_of(form: Any, entry: Json) -> list[str]:
    errors: list[FieldError] = []
    entered({"x": entry}, declared({"inputs": {"x": form}}), now=NOW, errors=errors)
    return [str(error) for error in errors]


@pytest.mark.parametrize("name", EVERY_TYPE)
def test_an_entry_of_every_type_is_read(name: str) -> None:
    form, entry, value = EVERY_TYPE[name]
    assert filled_in(form, entry) == value


def test_a_whole_form_is_read() -> None:
    errors: list[FieldError] = []
    assert (entered(ENTRIES, declared(INTERFACE), now=NOW, errors=errors), errors) == (VALUES, [])


@given(LEAVES | st.sampled_from(TYPES), TEXTS)
def test_text_is_what_it_is_on_a_command_line(form: Any, text: str) -> None:
    assert repr(filled_in(form, text)) == repr(run(form, f"--x={text}"))


@given(LEAVES, st.lists(TEXTS, min_size=2, max_size=4))
def test_a_list_is_what_repeated_options_are(form: Any, texts: list[str]) -> None:
    assert repr(filled_in(f"list[{form}]", texts)) == repr(run(f"list[{form}]", *(f"--x={text}" for text in texts)))


@given(LEAVES, st.dictionaries(st.text("abc.-", min_size=1, max_size=3), TEXTS, min_size=2, max_size=3))
def test_a_map_is_what_keys_and_values_are(form: Any, texts: dict[str, str]) -> None:
    pairs = [[key, text] for key, text in texts.items()]
    assert repr(filled_in(f"map[{form}]", pairs)) == repr(run(f"map[{form}]", *(f"--x={key}={text}" for key, text in texts.items())))


@given(st.dictionaries(st.sampled_from(["name", "rate", "steps", "on", "colour", "either", "anything", "at"]), TEXTS, min_size=1))
def test_the_fields_of_a_struct_are_what_options_with_a_dot_are(texts: dict[str, str]) -> None:
    assert repr(filled_in(CONFIG, texts)) == repr(run(CONFIG, *(f"--x.{name}={text}" for name, text in texts.items())))


@pytest.mark.parametrize(
    ("form", "entry", "expected"),
    [
        pytest.param("integer", "two", ['spec.inputs.x: expected integer, found "two"'], id="another type"),
        pytest.param(
            "list[integer]",
            ["a", "1", "b"],
            ['spec.inputs.x[0]: expected integer, found "a"', 'spec.inputs.x[2]: expected integer, found "b"'],
            id="every item of a list",
        ),
        pytest.param("map[integer]", [["k", "v"]], ['spec.inputs.x.k: expected integer, found "v"'], id="a value of a map"),
        pytest.param(
            "map[integer]", [["k", "1"], ["k", "2"]], ['spec.inputs.x.k: expected each key once, found "k"'], id="a key that is there twice"
        ),
        pytest.param(
            CONFIG,
            {"rate": "fast", "inner": {"depth": "deep"}},
            [
                'spec.inputs.x.rate: expected number, found "fast"',
                'spec.inputs.x.inner.depth: expected integer, found "deep"',
            ],
            id="the fields of a dataclass",
        ),
        pytest.param(PAIR, {"$variant": 1, "value": "a"}, ['spec.inputs.x: expected integer, found "a"'], id="the chosen type of a union"),
        pytest.param("file", "a.csv", ['spec.inputs.x: expected the URI of a file, such as s3://bucket/key, found "a.csv"'], id="no URI"),
        pytest.param("integer", {"a": 1}, ['spec.inputs.x: expected integer (64 bits), found {"a": 1}'], id="JSON of another type"),
        pytest.param("struct", "{", ['spec.inputs.x: expected struct as JSON or YAML, or @FILE of it, found "{"'], id="no JSON"),
        pytest.param({"simple": "ERROR"}, "x", ['spec.inputs.x: expected inputsUri, found "x"'], id="what can't be entered"),
    ],
)
def test_an_error_names_its_field(form: Any, entry: Json, expected: list[str]) -> None:
    assert errors_of(form, entry) == expected


def test_a_missing_input_is_named_unless_it_may_be_left_out() -> None:
    errors: list[FieldError] = []
    inputs = declared({"inputs": {"a": "integer", "b": {"type": "integer", "default": 3}, "c": "integer?"}})
    assert entered({}, inputs, now=NOW, errors=errors) == {}
    assert [str(error) for error in errors] == ["spec.inputs.a: expected integer, found nothing"]


def test_an_input_that_there_is_not_is_named() -> None:
    errors: list[FieldError] = []
    entered({"aa": "1"}, declared({"inputs": {"a": {"type": "integer", "default": 1}}}), now=NOW, errors=errors)
    assert [str(error) for error in errors] == ['spec.inputs.aa: expected one of a, found the unknown name "aa" (did you mean a?)']


@pytest.mark.parametrize("form", ["struct", "list[struct]", "map[struct]", "file", "table", "string", CONFIG], ids=str)
@pytest.mark.parametrize("mark", ["@{path}", "{path}", "file-that-is-named.yaml"])
def test_no_file_of_this_machine_is_read(form: Any, mark: str, tmp_path: Path) -> None:
    path = tmp_path / "secret.yaml"
    path.write_text("{password: hunter2}")
    text = mark.format(path=path)
    assert filled_in(form, text) in (REFUSED, text)
    assert "hunter2" not in str(errors_of(form, text))
