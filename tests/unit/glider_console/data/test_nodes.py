"""Values become trees by their types. A page gets a bounded part of each, and the size of the rest."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from flyteidl.core import literals_pb2, types_pb2
from hypothesis import given
from hypothesis import strategies as st

from glider.wire.interface import parse_type
from glider.wire.jsonform import LiteralMap, to_literal
from glider_console.data.nodes import (
    MOST_CHARACTERS,
    MOST_CHILDREN,
    MOST_NODES,
    NoSuchValueError,
    Value,
    find,
    node_of,
    nodes_of,
    parts_of,
    plain_of,
    pointer,
    uris_in,
    value_of_json,
    values_of,
    values_of_plain,
)


def one(value: Any, form: Any) -> Value:
    kind = parse_type(form)
    return values_of(LiteralMap(literals={"x": to_literal(value, kind, field="x")}), {"x": kind})[0]


@pytest.mark.parametrize(
    ("value", "form", "kind", "text"),
    [
        pytest.param(7, "integer", "number", "7", id="an integer"),
        pytest.param(2**60, "integer", "number", "1152921504606846976", id="one that JavaScript's numbers can't hold"),
        pytest.param(0.5, "float", "number", "0.5", id="a float"),
        pytest.param("NaN", "float", "number", "NaN", id="no number"),
        pytest.param("a\nb", "string", "text", "a\nb", id="a text"),
        pytest.param(True, "boolean", "boolean", "true", id="a boolean"),
        pytest.param("2026-01-31T12:00:00Z", "datetime", "datetime", "2026-01-31T12:00:00Z", id="a moment"),
        pytest.param("90s", "duration", "duration", "90s", id="a duration"),
        pytest.param("red", "enum[red, green]", "enum", "red", id="a member of an enum"),
        pytest.param(None, "none", "none", "", id="nothing"),
        pytest.param(None, "integer?", "none", "", id="an optional value that isn't there"),
        pytest.param(7, "integer?", "number", "7", id="one that is"),
    ],
)
def test_a_single_value_has_a_kind_and_a_text(value: Any, form: str, kind: str, text: str) -> None:
    found = one(value, form)
    assert (found.kind, found.text) == (kind, text)


@pytest.mark.parametrize(
    ("form", "kind", "format"),
    [
        pytest.param("file[csv]", "file", "csv", id="a file"),
        pytest.param("directory", "directory", "", id="a directory"),
        pytest.param("table[parquet]", "table", "parquet", id="a table"),
        pytest.param("file?", "file", "", id="an optional file"),
    ],
)
def test_what_is_in_the_store_has_its_uri(form: str, kind: str, format: str) -> None:
    found = one("s3://b/x", form)
    assert (found.kind, found.uri, found.format) == (kind, "s3://b/x", format)


def test_a_union_has_the_type_of_the_interface_and_the_kind_of_its_value() -> None:
    assert nodes_of([one("s3://b/x", "file?")])[0]["type"] == "file | none"


def test_collections_and_structs_have_children_at_their_places() -> None:
    node = nodes_of([one({"a": [{"b/c": 1}]}, "struct")])[0]
    inner = node["children"][0]["children"][0]["children"][0]
    assert (inner["at"], inner["text"], inner["kind"]) == ("/x/a/0/b~1c", "1", "number")


def test_a_map_of_lists_has_typed_children() -> None:
    node = nodes_of([one({"b": [1], "a": []}, "map[list[integer]]")])[0]
    assert [child["name"] for child in node["children"]] == ["a", "b"]
    assert node["children"][1]["children"][0]["kind"] == "number"


def test_plain_json_counts_by_the_interface() -> None:
    types = {"data": parse_type("file"), "count": parse_type("integer")}
    found = values_of_plain({"data": "s3://b/x"}, types, defaults={"count": 3})
    assert [(value.name, value.kind, value.default) for value in found] == [("count", "number", True), ("data", "file", False)]


@pytest.mark.parametrize("types", [{}, {"x": parse_type("list[string]")}], ids=["without an interface", "with another one"])
def test_json_that_no_type_fits_is_shown_as_it_is(types: dict[str, Any]) -> None:
    found = values_of_plain({"x": {"k": [1, None, "s3://b/x"]}}, types, defaults={})
    assert (found[0].kind, json.loads(json.dumps(plain_of(found[0])))) == ("json", {"k": [1, None, "s3://b/x"]})
    assert list(uris_in(found)) == []


def test_the_uris_of_nested_files_are_found() -> None:
    found = [one({"a": ["s3://b/1", "s3://b/2"]}, "map[list[file]]"), one("s3://b/3", "directory?")]
    assert list(uris_in(found)) == ["s3://b/1", "s3://b/2", "s3://b/3"]


def test_a_long_text_is_cut_and_has_its_length() -> None:
    node = nodes_of([one("é" * (MOST_CHARACTERS + 5), "string")])[0]
    assert (len(node["text"]), node["length"]) == (MOST_CHARACTERS, MOST_CHARACTERS + 5)


def test_more_of_a_text_comes_from_a_place_on() -> None:
    node = node_of(one("ab" * 5_000, "string"), "/x", start=9_998, characters=1_000_000)
    assert node["text"] == "ab"


def test_a_long_list_is_cut_and_its_rest_comes_from_a_place_on() -> None:
    value = one(list(range(1_000)), "list[integer]")
    node = nodes_of([value])[0]
    assert (node["count"], len(node["children"])) == (1_000, MOST_CHILDREN)
    rest = node_of(value, "/x", start=990)
    assert [child["name"] for child in rest["children"]] == [str(number) for number in range(990, 1_000)]


def test_a_deep_value_is_cut_at_a_level_and_goes_on_from_there() -> None:
    deep: Any = "end"
    for _ in range(40):
        deep = {"k": deep}
    node, level = nodes_of([value_of_json("x", deep)])[0], 0
    while "children" in node:
        node, level = node["children"][0], level + 1
    assert node["count"] == 1
    assert node_of(find([value_of_json("x", deep)], node["at"]), node["at"])["children"][0]["at"] == f"{node['at']}/k"


@pytest.mark.parametrize("at", ["", "/y", "/x/3", "/x/-1", "/x/0/k", "/x/999999999999999999999", "x"])
def test_a_place_that_is_none_is_refused(at: str) -> None:
    with pytest.raises(NoSuchValueError):
        find([one([1, 2, 3], "list[integer]")], at)


@pytest.mark.parametrize(
    "literal",
    [
        pytest.param(literals_pb2.Literal(), id="nothing"),
        pytest.param(literals_pb2.Literal(scalar={"primitive": {}}), id="a primitive without a value"),
        pytest.param(literals_pb2.Literal(scalar={"binary": {"value": b"\xc1", "tag": "msgpack"}}), id="no msgpack"),
        pytest.param(literals_pb2.Literal(scalar={"binary": {"value": b"\x91" * 5_000, "tag": "msgpack"}}), id="msgpack that is too deep"),
        pytest.param(literals_pb2.Literal(scalar={"union": {"value": {}}}), id="a union of nothing"),
        pytest.param(literals_pb2.Literal(scalar={"primitive": {"datetime": {"seconds": 10**14}}}), id="a moment that no calendar has"),
        pytest.param(literals_pb2.Literal(scalar={"schema": {"uri": "s3://b/x"}}), id="a schema without a type"),
        pytest.param(literals_pb2.Literal(offloaded_metadata={"uri": "s3://b/x"}), id="a literal that is a file of its own"),
        pytest.param(literals_pb2.Literal(scalar={"error": {"message": "<b>"}}), id="an error"),
    ],
)
def test_whatever_a_task_has_written_becomes_a_node(literal: literals_pb2.Literal) -> None:
    kinds = [{}, {"x": types_pb2.LiteralType(simple=types_pb2.INTEGER)}]
    for types in kinds:
        assert json.dumps(nodes_of(values_of(LiteralMap(literals={"x": literal}), types)))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner, max_size=5),
    max_leaves=50,
)


@given(JSON)
def test_all_of_a_value_is_what_it_was(value: Any) -> None:
    found = value_of_json("x", value)
    if isinstance(value, (dict, list)):
        assert plain_of(found) == value


@given(JSON)
def test_every_node_is_found_again_at_its_place(value: Any) -> None:
    values = [value_of_json("x", value)]
    waiting = nodes_of(values)
    while waiting:
        node = waiting.pop()
        assert find(values, node["at"]).kind == node["kind"]
        waiting += node.get("children", [])


@given(st.lists(st.text(max_size=6), min_size=1, max_size=5))
def test_a_pointer_is_its_parts(parts: list[str]) -> None:
    assert parts_of(pointer(parts)) == parts


def test_an_answer_has_a_bounded_number_of_nodes() -> None:
    wide = {f"k{number}": list(range(150)) for number in range(150)}

    def count(node: dict[str, Any]) -> int:
        return 1 + sum(map(count, node.get("children", [])))

    assert count(nodes_of([value_of_json("x", wide)])[0]) <= MOST_NODES + MOST_CHILDREN


def test_moments_have_the_form_of_the_status() -> None:
    literal = literals_pb2.Literal()
    literal.scalar.primitive.datetime.FromDatetime(datetime(2026, 1, 2, tzinfo=UTC))
    assert values_of(LiteralMap(literals={"x": literal}), {})[0].text == "2026-01-02T00:00:00Z"
