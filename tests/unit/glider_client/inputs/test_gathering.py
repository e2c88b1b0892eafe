"""From options and documents to the JSON of `spec.inputs`."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flyteidl.core import literals_pb2
from flytekit import FlyteContextManager
from flytekit.core.type_engine import TypeEngine
from flytekit.models.literals import Literal
from flytekit.types.file import FlyteFile

from glider.wire.jsonform import FieldError
from glider_client.inputs.arguments import divide
from glider_client.inputs.declarations import declared
from glider_client.inputs.files import NoStore, ThisMachine
from glider_client.inputs.gathering import gathered, read_inputs

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
#: As flytekit and Glider write the type of a dataclass.
CONFIG = {
    "simple": "STRUCT",
    "metadata": {
        "title": "Config",
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": {"type": "string"},
            "rate": {"type": "number", "default": 0.1},
            "steps": {"anyOf": [{"type": "integer"}, {"type": "null"}], "default": None},
            "layers": {"type": "array", "items": {"type": "integer"}},
            "tags": {"type": "array", "items": {"type": "string"}},
            "on": {"type": "boolean"},
            "colour": {"enum": ["red", "green"]},
            "inner": {"$ref": "#/$defs/Inner"},
        },
        "$defs": {"Inner": {"type": "object", "properties": {"depth": {"type": "integer"}}}},
    },
}
PAIR = {"unionType": {"variants": [{"simple": "STRING"}, {"simple": "INTEGER"}]}}


def values(types: Mapping[str, Any], *line: str, document: Mapping[str, Any] | None = None) -> dict[str, Any]:
    inputs = declared({"inputs": types})
    return gathered(inputs, divide(line, inputs).given, transfer=NoStore(), now=NOW, document=document)


@pytest.mark.parametrize(
    ("declared_type", "words", "expected"),
    [
        pytest.param("integer", ["--x", "10"], 10, id="an integer"),
        pytest.param("integer", ["--x", "1_000"], 1000, id="with underscores"),
        pytest.param("float", ["--x", "1"], 1.0, id="a float"),
        pytest.param("float", ["--x", "inf"], "Infinity", id="a float that JSON has not"),
        pytest.param("string", ["--x", "10"], "10", id="text that looks like a number"),
        pytest.param("string", ["--x", "@me"], "@me", id="text that begins with @"),
        pytest.param("string", ["--x", ""], "", id="empty text"),
        pytest.param("boolean", ["--x"], True, id="a flag"),
        pytest.param("boolean", ["--no-x"], False, id="and its opposite"),
        pytest.param("datetime", ["--x", "now"], "2026-03-04T05:06:07Z", id="a datetime"),
        pytest.param("datetime", ["--x", "today - 1 day"], "2026-03-03T00:00:00Z", id="a datetime that counts from another"),
        pytest.param("datetime", ["--x", "2026-01-31T12:00+02:00"], "2026-01-31T10:00:00Z", id="a datetime with an offset"),
        pytest.param("duration", ["--x", "1h30m"], "5400s", id="a duration"),
        pytest.param("duration", ["--x", "2 days"], "172800s", id="a duration in words"),
        pytest.param("enum[red, green]", ["--x", "red"], "red", id="one of a few"),
        pytest.param("none", ["--x", "null"], None, id="nothing"),
        pytest.param("integer?", ["--x", "3"], 3, id="an optional value"),
        pytest.param("integer?", ["--x", "null"], None, id="null for an optional number"),
        pytest.param("string?", ["--x", "null"], "null", id="text is text, also where it may be null"),
        pytest.param("string?", ["--no-x"], None, id="null for optional text"),
        pytest.param("boolean?", ["--no-x"], False, id="an optional flag"),
        pytest.param(PAIR, ["--x", "3"], 3, id="of a union text comes last"),
        pytest.param(PAIR, ["--x", "three"], "three", id="text of a union"),
        pytest.param("list[integer]", ["--x", "[1, 2]"], [1, 2], id="a list as JSON"),
        pytest.param("list[integer]", ["--x", "1", "--x", "2"], [1, 2], id="a list as repeated options"),
        pytest.param("list[integer]", ["--x", "1"], [1], id="a list of one"),
        pytest.param("list[string]", ["--x", "[a"], ["[a"], id="an item that begins like JSON"),
        pytest.param("list[string]", ["--x", "a, b"], ["a, b"], id="an item with a comma"),
        pytest.param("list[duration]", ["--x", "1m", "--x", "90s"], ["60s", "90s"], id="a list of durations"),
        pytest.param("list[list[integer]]", ["--x", "[[1], []]"], [[1], []], id="a list of lists"),
        pytest.param("map[integer]", ["--x", '{"a": 1}'], {"a": 1}, id="a map as JSON"),
        pytest.param("map[integer]", ["--x", "a=1", "--x", "b=2"], {"a": 1, "b": 2}, id="a map as repeated options"),
        pytest.param("map[string]", ["--x.a", "1", "--x.b", "2"], {"a": "1", "b": "2"}, id="a map entry by entry"),
        pytest.param("struct", ["--x", '{"a": [1, null]}'], {"a": [1, None]}, id="a struct as JSON"),
        pytest.param("struct", ["--x", "{a: 1, b: [c]}"], {"a": 1, "b": ["c"]}, id="a struct as YAML"),
        pytest.param("map[integer]", ["--x", "{b: 2}"], {"b": 2}, id="a map as YAML"),
        pytest.param("list[string]", ["--x", "[a,b]"], ["a", "b"], id="a list as YAML"),
        pytest.param("list[struct]", ["--x", "{a: b}"], [{"a": "b"}], id="an item as YAML"),
        pytest.param("struct", ["--x.a", "{b: 1}"], {"a": "{b: 1}"}, id="text that may be YAML, where nothing declares what it is"),
        pytest.param(
            CONFIG, ["--x.layers", "[1,2]", "--x.tags", "[a,b]"], {"layers": [1, 2], "tags": ["a", "b"]}, id="YAML of a dataclass"
        ),
        pytest.param("struct", ["--x.a", "1", "--x.b.c", "yes"], {"a": 1, "b": {"c": "yes"}}, id="a struct field by field"),
        pytest.param("struct", ["--x", '{"a": 1, "b": 2}', "--x.b", "3"], {"a": 1, "b": 3}, id="fields over the whole"),
        pytest.param({"type": "struct", "default": {"a": 1}}, ["--x.b", "3"], {"a": 1, "b": 3}, id="fields over the default"),
        pytest.param(CONFIG, ["--x.name", "1"], {"name": "1"}, id="a text of a dataclass"),
        pytest.param(CONFIG, ["--x.name", "n", "--x.rate", "1"], {"name": "n", "rate": 1.0}, id="a float of a dataclass"),
        pytest.param(CONFIG, ["--x.steps", "3"], {"steps": 3}, id="an optional integer of a dataclass"),
        pytest.param(CONFIG, ["--x.steps", "null"], {"steps": None}, id="null in a dataclass"),
        pytest.param(CONFIG, ["--x.layers", "[1, 2]"], {"layers": [1, 2]}, id="a list of a dataclass"),
        pytest.param(CONFIG, ["--x.on", "true"], {"on": True}, id="a boolean of a dataclass"),
        pytest.param(CONFIG, ["--x.inner.depth", "3"], {"inner": {"depth": 3}}, id="a dataclass in a dataclass"),
        pytest.param("file", ["--x", "s3://b/k"], "s3://b/k", id="a file by its URI"),
        pytest.param("list[file]", ["--x", "s3://b/k", "--x", "https://h/f"], ["s3://b/k", "https://h/f"], id="files by their URIs"),
        pytest.param("table", ["--x", "s3://b/k"], "s3://b/k", id="a table by its URI"),
    ],
)
def test_a_value(declared_type: Any, words: list[str], expected: Any) -> None:
    found = values({"x": declared_type}, *words)
    assert found == {"x": expected}
    assert type(found["x"]) is type(expected)


@pytest.mark.parametrize(
    ("declared_type", "words", "error"),
    [
        pytest.param("integer", ["--x", "two"], '--x: expected integer, found "two"', id="text for an integer"),
        pytest.param("integer", ["--x", "1.5"], '--x: expected integer, found "1.5"', id="a float for an integer"),
        pytest.param("integer", ["--x", "9" * 30], "--x: expected integer (64 bits), found 9999", id="too large an integer"),
        pytest.param("integer", ["--x", "1" * 5000], "--x: expected integer (64 bits), found", id="more digits than Python reads"),
        pytest.param("file", ["--x", "a" * 5000], "(5002 characters), which isn't there", id="a name that is too long"),
        pytest.param("file", ["--x", "~no-such-user/a"], "which isn't there", id="the home of nobody"),
        pytest.param("file", ["--x", "a\0b"], "which isn't there", id="a name that can't be"),
        pytest.param("struct", ["--x", "@a\0b"], "--x: expected a file of YAML or JSON, found", id="a file's name that can't be"),
        pytest.param("integer", ["--x", "1", "--x", "2"], "--x: expected one value, found 2", id="two values"),
        pytest.param("float", ["--x", "half"], '--x: expected float, found "half"', id="text for a float"),
        pytest.param("boolean", ["--x=maybe"], '--x: expected true or false, found "maybe"', id="text for a boolean"),
        pytest.param("datetime", ["--x", "soon"], "--x: expected a datetime such as 2026-01-31T12:00:00Z", id="no datetime"),
        pytest.param("duration", ["--x", "5"], "--x: expected a duration such as 90s", id="a duration without a unit"),
        pytest.param(
            "enum[red, green]", ["--x", "gren"], '--x: expected one of red, green, found "gren" (did you mean green?)', id="none of a few"
        ),
        pytest.param("integer?", ["--x", "two"], '--x: expected integer, found "two"', id="text for an optional integer"),
        pytest.param("list[integer]", ["--x", "1", "--x", "b"], '--x[1]: expected integer, found "b"', id="an item of a list"),
        pytest.param("list[integer]", ["--x", '[1, "b"]'], '--x[1]: expected integer (64 bits), found "b"', id="an item of a JSON list"),
        pytest.param("map[integer]", ["--x", "1"], "--x: expected map[integer]: KEY=VALUE, JSON, or @FILE, found", id="no entry of a map"),
        pytest.param("map[integer]", ["--x", "a=b"], '--x.a: expected integer, found "b"', id="a value of a map"),
        pytest.param("struct", ["--x", "{"], '--x: expected struct as JSON or YAML, or @FILE of it, found "{"', id="no JSON"),
        pytest.param("struct", ["--x", "[1]"], "--x: expected struct (a JSON object), found [1]", id="a list for a struct"),
        pytest.param(
            "struct", ["--x", "@nowhere.yaml"], '--x: expected a file of YAML or JSON, found "nowhere.yaml": No such file', id="no file"
        ),
        pytest.param(CONFIG, ["--x.rte", "1"], "found --x.rte (did you mean --x.rate?)", id="a field that a dataclass has not"),
        pytest.param(CONFIG, ["--x.inner.dept", "1"], "--x.inner.dept (did you mean --x.inner.depth?)", id="in an inner dataclass"),
        pytest.param(CONFIG, ["--x.rate", "fast"], '--x.rate: expected number, found "fast"', id="a field of another type"),
        pytest.param(CONFIG, ["--x.colour", "blue"], '--x.colour: expected one of red, green, found "blue"', id="a field of a few"),
        pytest.param(
            "file",
            ["--x", "nowhere"],
            '--x: expected a file: a local path or a URI, found "nowhere", which isn\'t there',
            id="no such file",
        ),
        pytest.param("file", ["--x", ""], "--x: expected a file: a local path or a URI, found nothing", id="an empty path"),
    ],
)
def test_refuses_a_value(declared_type: Any, words: list[str], error: str) -> None:
    with pytest.raises(FieldError) as raised:
        values({"x": declared_type}, *words)
    assert error in str(raised.value)


def test_what_is_missing_is_named_all_at_once() -> None:
    types = {
        "a": "integer",
        "b": "string",
        "c": "string?",
        "d": {"type": "integer", "default": 3},
        "e": {"type": "float", "required": False},
    }
    with pytest.raises(FieldError, match=r"inputs: expected --a \(integer\), --b \(string\), found nothing"):
        values(types)
    assert values(types, "--a", "1", "--b", "x") == {"a": 1, "b": "x"}


def test_options_override_a_document() -> None:
    assert values({"a": "integer", "b": "integer"}, "--a", "1", document={"a": 5, "b": 6}) == {"a": 1, "b": 6}


def test_a_field_overrides_that_of_a_document() -> None:
    assert values({"cfg": "struct"}, "--cfg.a.b", "1", document={"cfg": {"a": {"b": 5, "c": 6}, "d": 7}}) == {
        "cfg": {"a": {"b": 1, "c": 6}, "d": 7}
    }


@pytest.mark.parametrize(
    ("document", "error"),
    [
        pytest.param({"aa": 1}, 'inputs.aa: expected one of a, n, found the unknown name "aa" (did you mean a?)', id="an unknown name"),
        pytest.param({"false": 1}, "YAML makes false of an unquoted n, no or off", id="what YAML makes of a name"),
        pytest.param({"a": "1", "n": 1}, 'inputs.a: expected integer (64 bits), found "1"', id="another type"),
    ],
)
def test_refuses_a_document(document: dict[str, Any], error: str) -> None:
    with pytest.raises(FieldError) as raised:
        values({"a": "integer", "n": "integer"}, document=document)
    assert error in str(raised.value)


@pytest.mark.parametrize("name", ["f.yaml", "f.json"])
def test_a_struct_in_a_file(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(json.dumps({"a": 1}))
    assert values({"x": "struct"}, "--x", f"@{tmp_path / name}") == {"x": {"a": 1}}
    assert values({"x": "struct"}, "--x", str(tmp_path / name)) == {"x": {"a": 1}}, "as pyflyte run takes it"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("@{path}", id="a file with a mark"),
        pytest.param("{path}", id="a file"),
        pytest.param('{{"a": 1}}', id="JSON"),
        pytest.param("{{a: 1}}", id="YAML"),
    ],
)
def test_a_document_of_inputs(text: str, tmp_path: Path) -> None:
    path = tmp_path / "inputs.yaml"
    path.write_text("a: 1\n")
    assert read_inputs(text.format(path=path)) == {"a": 1}


@pytest.mark.parametrize("text", ["{a: [", "{a: 1}\n---\n{b: 2}"])
def test_refuses_a_text_that_is_no_object(text: str) -> None:
    with pytest.raises(FieldError, match=r"^--inputs.*: expected "):
        read_inputs(text)


def test_a_document_on_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("a: 1\n"))
    assert read_inputs("-") == {"a": 1}


@pytest.mark.parametrize(
    ("text", "error"),
    [
        pytest.param("- 1", "--inputs: expected an object with the inputs by name, found [1]", id="a list"),
        pytest.param("a: [", "expected YAML or JSON as kubectl reads it", id="no YAML"),
        pytest.param("a: 1\n---\nb: 2\n", "--inputs: expected one document, found 2 in", id="two documents"),
    ],
)
def test_refuses_a_document_of_inputs(text: str, error: str, tmp_path: Path) -> None:
    path = tmp_path / "inputs.yaml"
    path.write_text(text)
    with pytest.raises(FieldError) as raised:
        read_inputs(f"@{path}")
    assert error in str(raised.value)


class Recording:
    """Brings files to a store, and records which."""

    def __init__(self) -> None:
        self.brought: list[tuple[str, str]] = []

    def bring(self, path: Path, *, field: str) -> str:
        self.brought.append((field, path.name))
        return f"s3://store/{path.name}"


def transferred(types: Mapping[str, Any], *line: str) -> tuple[dict[str, Any], Sequence[tuple[str, str]]]:
    inputs, transfer = declared({"inputs": types}), Recording()
    return gathered(inputs, divide(line, inputs).given, transfer=transfer, now=NOW), transfer.brought


@pytest.mark.parametrize(
    ("declared_type", "words", "expected", "fields"),
    [
        pytest.param("file", ["--x", "a.csv"], "s3://store/a.csv", ["--x"], id="a file"),
        pytest.param("file?", ["--x", "a.csv"], "s3://store/a.csv", ["--x"], id="an optional file"),
        pytest.param("directory", ["--x", "folder"], "s3://store/folder", ["--x"], id="a directory"),
        pytest.param(
            "list[file]", ["--x", "a.csv", "--x", "b.txt"], ["s3://store/a.csv", "s3://store/b.txt"], ["--x[0]", "--x[1]"], id="files"
        ),
        pytest.param("map[file]", ["--x", '{"k": "a.csv"}'], {"k": "s3://store/a.csv"}, ["--x.k"], id="files in a map"),
        pytest.param("table[csv]", ["--x", "a.csv"], "s3://store/a.csv", ["--x"], id="a table in its format"),
        pytest.param("table", ["--x", "a.csv"], "s3://store/a.parquet", ["--x"], id="a CSV file becomes parquet"),
        pytest.param("table", ["--x", "folder"], "s3://store/folder", ["--x"], id="a table that is a folder"),
    ],
)
def test_local_files_are_brought_to_the_store(
    declared_type: Any, words: list[str], expected: Any, fields: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    for name in ("a.csv", "b.txt"):
        (tmp_path / name).write_text("n\n1\n")
    found, brought = transferred({"x": declared_type}, *words)
    assert found == {"x": expected}
    assert [field for field, _ in brought] == fields


@pytest.mark.parametrize(
    ("declared_type", "name", "error"),
    [
        pytest.param("file", "folder", "--x: expected a file, found folder, which is a directory", id="a directory for a file"),
        pytest.param("directory", "a.csv", "--x: expected a directory, found a.csv, which is a file", id="a file for a directory"),
        pytest.param("table[csv]", "a.parquet", "--x: expected a table[csv], found a.parquet, which is parquet", id="another format"),
    ],
)
def test_refuses_a_file(declared_type: str, name: str, error: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "a.csv").touch()
    (tmp_path / "a.parquet").touch()
    with pytest.raises(FieldError) as raised:
        transferred({"x": declared_type}, "--x", name)
    assert str(raised.value) == error


def test_without_a_store_a_local_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.touch()
    with pytest.raises(
        FieldError, match=r"--x: expected a URI, or a store to upload the file to: pass --storage URI, .*found the local path"
    ):
        values({"x": "file"}, "--x", str(path))


def test_on_this_machine_a_file_is_where_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.touch()
    assert ThisMachine().bring(path, field="--x") == str(path)


def test_flytekit_reads_a_file_of_this_machine(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("1,2")
    context = FlyteContextManager.current_context()
    uri = ThisMachine().bring(path, field="--x")
    blob = literals_pb2.Literal(scalar=literals_pb2.Scalar(blob=literals_pb2.Blob(uri=uri)))
    file = TypeEngine.to_python_value(context, Literal.from_flyte_idl(blob), FlyteFile)
    assert Path(file).read_text() == "1,2"
