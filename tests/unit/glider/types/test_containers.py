"""Enums, choices, unions, iterators, pickles, hashes: everything without a file of its own."""

# ruff: noqa: UP006, UP007, UP035, UP045 - people write the old spellings

from __future__ import annotations

import collections
import datetime as dt
import enum
import typing
import uuid
from dataclasses import dataclass, make_dataclass
from pathlib import Path
from typing import Annotated, Any, Dict, Generic, Iterator, List, Literal, NewType, Optional, TypeVar, Union

import flytekit
import pytest
from flyteidl.core import literals_pb2
from flytekit.core.annotation import FlyteAnnotation as TheirAnnotation
from flytekit.types.error.error import FlyteError as TheirError
from flytekit.types.iterator import JSON as THEIR_JSON
from google.protobuf import struct_pb2
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from typing_extensions import TypeAliasType

from glider import JSON, BatchSize, FlyteAnnotation, FlyteError, FlyteFile, HashMethod, kwtypes
from glider.types.errors import ConversionError, InterfaceError
from tests.unit.glider.types.oracle import our_type, ours, read_by_ours, read_by_theirs, their_type, theirs


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Word(str, enum.Enum):
    A = "a"


class Number(enum.Enum):
    ONE = 1


@dataclass
class Left:
    x: int


T = TypeVar("T")


@dataclass
class Box(Generic[T]):
    x: T


@dataclass
class Right:
    y: int


class Plain:
    def __init__(self, x: int) -> None:
        self.x = x

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Plain) and self.x == other.x

    def __hash__(self) -> int:
        return self.x


VALUES = [
    pytest.param(dt.date(2026, 7, 1), dt.date, id="date"),
    pytest.param(Color.RED, Color, id="an enum"),
    pytest.param(Word.A, Word, id="an enum of str"),
    pytest.param("a", Literal["a", "b"], id="a choice of strings"),
    pytest.param(2, Literal[1, 2], id="a choice of integers"),
    pytest.param([Color.RED], List[Color], id="a list of enums"),
    pytest.param(Left(1), Union[Left, Right], id="one of two dataclasses"),
    pytest.param("x", Union[str, Color], id="a str that is no color"),
    pytest.param("red", Union[str, Color], id="a str that would be a color too"),
    pytest.param(None, Optional[List[int]], id="an optional list"),
    pytest.param({"a": None}, Dict[str, Optional[int]], id="a dict of optionals"),
    pytest.param([[1], None], List[Optional[List[int]]], id="a list of optional lists"),
    pytest.param(2.5, Union[int, float, str, bool], id="one of four"),
    pytest.param(True, Union[int, float, str, bool], id="a bool, which is no int"),
    pytest.param(1, int | None, id="the new spelling"),
    pytest.param([1, 2], Annotated[List[int], BatchSize(2)], id="an annotated list"),
    pytest.param({1: {"a": [dt.date(2026, 1, 1)]}}, Dict[int, Dict[str, List[dt.date]]], id="a dict by int, typed within"),
]


@pytest.mark.parametrize(("value", "hint"), VALUES)
def test_both_write_the_same_and_read_each_other(value: Any, hint: Any) -> None:
    assert ours(value, hint) == theirs(value, hint)
    assert read_by_ours(theirs(value, hint), hint) == value
    assert read_by_theirs(ours(value, hint), hint) == value


@pytest.mark.parametrize(
    "hint",
    [pytest.param(case.values[1], id=case.id) for case in VALUES]
    + [object, Any, bytes, set, uuid.UUID, complex, Plain, Path, dict, Dict, Dict[str, Any], List[bytes], Iterator[int]]
    + [typing.TextIO, typing.BinaryIO, struct_pb2.Struct, literals_pb2.Literal, collections.OrderedDict],
    ids=str,
)
def test_our_literal_type_is_flytekits(hint: Any) -> None:
    assert our_type(hint) == their_type(hint)


def test_annotations_of_the_interface() -> None:
    assert our_type(Annotated[int, FlyteAnnotation({"a": {"b": 1}})]) == their_type(Annotated[int, TheirAnnotation({"a": {"b": 1}})])
    assert our_type(Iterator[JSON]) == their_type(Iterator[THEIR_JSON])


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.text(), json_values))
def test_any_dict_survives_both_ways(value: Dict[str, Any]) -> None:
    assert ours(value, dict) == theirs(value, dict)
    assert read_by_ours(theirs(value, dict), dict) == value


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(-(2**63), 2**63 - 1) | st.none() | st.text() | st.dictionaries(st.text(), st.floats(allow_nan=False))))
def test_any_nesting_survives_both_ways(value: List[Any]) -> None:
    hint = List[Union[int, str, Dict[str, float], None]]
    assert ours(value, hint) == theirs(value, hint)
    assert read_by_ours(theirs(value, hint), hint) == value


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.datetimes(dt.datetime(1, 1, 3), dt.datetime(9999, 12, 29), timezones=st.just(dt.timezone.utc)) | st.dates(dt.date(1, 1, 3)))
def test_any_moment_survives_both_ways(value: Any) -> None:
    hint = type(value)
    assert ours(value, hint) == theirs(value, hint)
    assert read_by_ours(theirs(value, hint), hint) == value


@pytest.mark.parametrize(
    "value", [b"\x00", {1, 2}, uuid.UUID(int=1), 1 + 2j, pytest.param(Plain(1), id="Plain(1)"), Path("/x"), dt.time(1)], ids=repr
)
def test_any_other_type_is_a_pickle(value: Any, raw: Path) -> None:
    literal = ours(value, type(value))
    blob = literal.scalar.blob
    assert blob.metadata.type.format == "PythonPickle"
    assert Path(blob.uri).read_bytes() == Path(theirs(value, type(value)).scalar.blob.uri).read_bytes()
    assert Path(blob.uri).name == Path(theirs(value, type(value)).scalar.blob.uri).name
    assert Path(blob.uri).parent.parent == raw
    assert read_by_theirs(literal, type(value)) == value
    assert read_by_ours(theirs(value, type(value)), type(value)) == value


def test_a_dict_that_msgpack_cant_hold_is_a_pickle_where_that_is_allowed() -> None:
    hint = Annotated[dict, kwtypes(allow_pickle=True)]
    value = {"a": Plain(1)}
    literal = ours(value, hint)
    assert dict(literal.metadata) == {"format": "pickle"}
    assert read_by_theirs(literal, Annotated[dict, flytekit.kwtypes(allow_pickle=True)]) == value
    assert ours({"a": 1}, hint) == theirs({"a": 1}, dict)
    assert read_by_ours(theirs(value, Annotated[dict, flytekit.kwtypes(allow_pickle=True)]), hint) == value


def test_a_hash_is_what_the_annotation_says() -> None:
    literal = ours([1, 2], Annotated[List[int], HashMethod(lambda value: str(sum(value)))])
    assert literal == theirs([1, 2], Annotated[List[int], flytekit.HashMethod(lambda value: str(sum(value)))])
    assert literal.hash == "3"


def test_an_iterator_is_a_collection_and_is_read_lazily() -> None:
    literal = ours(iter([1, 2]), Iterator[int])
    assert literal == theirs(iter([1, 2]), Iterator[int])
    items = read_by_ours(literal, Iterator[int])
    assert (len(items), list(items), list(items)) == (2, [1, 2], [1, 2])
    bad = ours(iter(["x"]), Iterator[str])
    with pytest.raises(ConversionError, match=r"v\[0\]: expected int"):
        next(read_by_ours(bad, Iterator[int]))


def test_json_lines() -> None:
    values = [{"a": 1}, [1, "é"], "x", 2.5, True]
    literal, other = ours(iter(values), Iterator[JSON]), theirs(iter(values), Iterator[THEIR_JSON])
    assert Path(literal.scalar.blob.uri).read_text() == Path(other.scalar.blob.uri).read_text()
    assert literal.scalar.blob.metadata == other.scalar.blob.metadata
    assert list(read_by_ours(other, Iterator[JSON])) == values
    with pytest.raises(ConversionError, match=r"v\[1\]\.a: expected a JSON value, whose keys are str, found the key int 1"):
        ours(iter([{"a": 1}, {"a": {1: 2}}]), Iterator[JSON])
    with pytest.raises(ConversionError, match="at least one item"):
        ours(iter([]), Iterator[JSON])


def test_protobuf_messages() -> None:
    message = literals_pb2.Literal(scalar={"primitive": {"integer": 3}})
    assert ours(message, literals_pb2.Literal) == theirs(message, literals_pb2.Literal)
    assert read_by_ours(theirs(message, literals_pb2.Literal), literals_pb2.Literal) == message


def test_a_list_of_protobufs_is_a_collection_and_read_from_one() -> None:
    message = struct_pb2.ListValue()
    items: list[Any] = [1.5, float("inf"), "x", True, None, {"a": [1]}, [2]]
    message.extend(items)
    assert ours(message, struct_pb2.ListValue) == theirs(message, struct_pb2.ListValue)
    assert read_by_ours(ours(message, struct_pb2.ListValue), struct_pb2.ListValue) == message


def test_a_hash_method_that_fails_is_told() -> None:
    with pytest.raises(ConversionError, match=r"v: expected a value that its HashMethod takes, found int 1 \(no\)"):
        ours(1, Annotated[int, HashMethod(fail)])
    with pytest.raises(ConversionError, match="v: expected a str from its HashMethod, found int 1"):
        ours(1, Annotated[int, HashMethod(lambda value: value)])


def fail(value: Any) -> str:
    raise ValueError("no")


def test_what_an_on_failure_task_is_told() -> None:
    literal = ours(FlyteError("it broke", "n0"), FlyteError)
    assert literal == theirs(TheirError("it broke", "n0"), TheirError)
    assert our_type(FlyteError) == their_type(TheirError)
    assert read_by_ours(literal, FlyteError) == FlyteError("it broke", "n0")


def test_streams_are_opened(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("content")
    literal = ours(FlyteFile(tmp_path / "x"), FlyteFile)
    with read_by_ours(literal, typing.TextIO) as text, read_by_ours(literal, typing.BinaryIO) as data:
        assert (text.read(), data.read()) == ("content", b"content")


def test_an_offloaded_literal_is_fetched(tmp_path: Path) -> None:
    (tmp_path / "literal.pb").write_bytes(ours([1, 2], List[int]).SerializeToString())
    literal = literals_pb2.Literal(offloaded_metadata={"uri": str(tmp_path / "literal.pb"), "size_bytes": 20})
    assert read_by_ours(literal, List[int]) == [1, 2]
    assert read_by_theirs(literal, List[int]) == [1, 2]


def test_a_union_without_a_tag_is_read_by_the_one_variant_that_takes_it() -> None:
    assert read_by_ours(ours(3, int), Optional[int]) == 3
    with pytest.raises(ConversionError, match=r"several of its variants would take it: int, float"):
        read_by_ours(ours(3, int), Union[int, float])


@dataclass
class Same:
    x: int


SAME_NAME: Any = make_dataclass("Same", [("x", int)], namespace={"__module__": __name__})
UserId = NewType("UserId", int)
Alias = TypeAliasType("Alias", List[int])


class Model(BaseModel):
    x: int


class Twin(BaseModel):
    x: int


@pytest.mark.parametrize(
    "value",
    [Left(1), Same(1), Model(x=1), Twin(x=1), Word.A, "a", uuid.UUID(int=1), Plain(1), 1, {"x": 1}],
    ids=lambda value: type(value).__name__,
)
def test_a_union_tells_its_types_apart_by_the_class_of_the_value(value: Any) -> None:
    hint = Union[Left, Same, Twin, Model, Word, str, uuid.UUID, Plain, int, Dict[Any, Any]]
    found = read_by_ours(ours(value, hint), hint)
    assert (type(found), found) == (type(value), value)


@pytest.mark.parametrize(
    ("literal", "hint", "value"),
    [
        pytest.param(ours(3, int), UserId, 3, id="an integer for a NewType"),
        pytest.param(ours([3], List[int]), Alias, [3], id="a list for a type alias"),
        pytest.param(ours(3, int), Optional[UserId], 3, id="an integer for an optional NewType"),
        pytest.param(ours({"x": 1}, dict), Box[int], Box(1), id="a struct for a generic dataclass"),
    ],
)
def test_what_is_pickled_may_come_as_what_it_stands_for(literal: Any, hint: Any, value: Any) -> None:
    assert read_by_ours(literal, hint) == value


@pytest.mark.parametrize(
    ("value", "hint", "message"),
    [
        pytest.param("green", Color, "v: expected tests.unit.glider.types.test_containers.Color (one of red, blue)", id="no such member"),
        pytest.param("c", Literal["a", "b"], "v: expected Literal['a', 'b'], found str 'c'", id="none of the choices"),
        pytest.param(
            Same(1),
            Union[SAME_NAME, Same],
            "v: expected Union[tests.unit.glider.types.test_containers.Same,",
            id="two dataclasses of one name that look the same",
        ),
        pytest.param([Left("x")], Optional[List[Left]], "v[0].x: expected int, found str 'x'", id="inside an optional"),  # type: ignore[arg-type]
        pytest.param(None, Plain, "v: expected a value, found None", id="None, which is no pickle"),
        pytest.param({"a": Plain(1)}, dict, "v.a: expected a value that msgpack can hold", id="a dict that msgpack can't hold"),
    ],
)
def test_a_value_that_does_not_fit_is_named(value: Any, hint: Any, message: str) -> None:
    with pytest.raises(ConversionError) as raised:
        ours(value, hint)
    assert str(raised.value).startswith(message)


@pytest.mark.parametrize("hint", [list, List, tuple, typing.Tuple[int], tuple[int, ...], Number, Iterator], ids=str)
def test_types_that_no_task_can_have(hint: Any) -> None:
    with pytest.raises(InterfaceError, match=r"expected|can't be"):
        our_type(hint)
