"""Every hint that flytekit's dataclasses support, in every place: equal after the round trip, and on the wire what flytekit writes."""

# ruff: noqa: UP006, UP007, UP045 - people write the old spellings

from __future__ import annotations

import collections
import collections.abc as abc
import dataclasses
import datetime as dt
import decimal
import enum
import fractions
import ipaddress
import os
import pathlib
import re
import typing
import uuid
import zoneinfo
from types import MappingProxyType
from typing import Any, Generic, Literal, NamedTuple, NewType, Optional, TypedDict, TypeVar, Union

import pytest
import typing_extensions

from glider.types.errors import ConversionError, InterfaceError
from tests.unit.glider.types.oracle import our_type, ours, read_by_ours, read_by_theirs, their_type, theirs

T = TypeVar("T")
Bound = TypeVar("Bound", bound=int)
Constrained = TypeVar("Constrained", int, str)
Defaulted = typing_extensions.TypeVar("Defaulted", default=int)

UserId = NewType("UserId", int)
UserIds = NewType("UserIds", typing.List[UserId])
Alias = typing_extensions.TypeAliasType("Alias", typing.List[int])
Listed = typing_extensions.TypeAliasType("Listed", typing.List[T], type_params=(T,))
Tree = typing_extensions.TypeAliasType("Tree", "dict[str, Tree] | int")


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Word(str, enum.Enum):
    A = "a"


class Rights(enum.Flag):
    READ = 1
    WRITE = 2


class Corner(enum.Enum):
    TOP = (0, 1)
    BOTTOM = (1, 0)


class Name(str):
    pass


class Point(NamedTuple):
    x: int
    y: float = 0.5


class Line(NamedTuple):
    start: Point
    end: Point


class Both(NamedTuple, Generic[T]):
    left: T
    right: T


Loose = collections.namedtuple("Loose", ["a", "b"])


class Movie(TypedDict):
    title: str
    year: int


class Partial(TypedDict, total=False):
    title: str
    when: dt.date


class Mixed(typing_extensions.TypedDict):
    name: typing_extensions.Required[str]
    age: typing_extensions.NotRequired[int]


@dataclasses.dataclass
class Box(Generic[T]):
    x: T


@dataclasses.dataclass
class Boxes(Box[T]):
    more: typing.List[Box[T]] = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class IntBox(Box[int]):
    label: str = ""


@dataclasses.dataclass
class BoundBox(Generic[Bound]):
    x: Bound


@dataclasses.dataclass
class ConstrainedBox(Generic[Constrained]):
    x: Constrained


@dataclasses.dataclass
class DefaultedBox(Generic[Defaulted]):
    x: Defaulted


@dataclasses.dataclass
class Selfish:
    x: int
    next: Optional[typing_extensions.Self] = None
    many: typing.List[typing_extensions.Self] = dataclasses.field(default_factory=list)


@dataclasses.dataclass(frozen=True)
class Key:
    a: int


@dataclasses.dataclass(kw_only=True, slots=True)
class Slotted:
    x: int
    y: typing.ClassVar[int] = 3
    z: typing_extensions.Final[int] = 4


@dataclasses.dataclass
class Wrong:
    name: str = None  # type: ignore[assignment]
    day: dt.date = None  # type: ignore[assignment]
    many: typing.List[int] = None  # type: ignore[assignment]
    raw: bytes = b""
    data: bytes = b"\x00\xff"
    color: Color = Color.RED
    point: Point = Point(1)  # noqa: RUF009
    pair: typing.Tuple[int, str] = (1, "x")


MOMENT = dt.datetime(2026, 3, 1, 12, 0, 0, 5, tzinfo=dt.timezone.utc)

#: hint, values
FIELDS: dict[str, tuple[Any, list[Any]]] = {
    "int": (int, [0, -(2**63), 2**63 - 1]),
    "float": (float, [0.1, float("inf"), 1e300]),
    "str": (str, ["", "é\n\x00"]),
    "bool": (bool, [True, False]),
    "bytes": (bytes, [b"", b"\x00\xff"]),
    "bytearray": (bytearray, [bytearray(b"\x00")]),
    "None": (None, [None]),
    "Any": (Any, [1, "x", [1, {"a": 2.5}, None]]),
    "object": (object, [1, "x"]),
    "a datetime with a zone": (dt.datetime, [MOMENT, MOMENT.astimezone(dt.timezone(dt.timedelta(hours=9)))]),
    "a naive datetime": (dt.datetime, [dt.datetime(2026, 3, 1, 12), dt.datetime.max]),
    "date": (dt.date, [dt.date(2026, 3, 1), dt.date.min]),
    "time": (dt.time, [dt.time(1, 2, 3), dt.time(1, 2, tzinfo=dt.timezone.utc)]),
    "timedelta": (dt.timedelta, [dt.timedelta(days=-1, microseconds=5), dt.timedelta(0)]),
    "timezone": (dt.timezone, [dt.timezone.utc, dt.timezone(dt.timedelta(hours=5, minutes=30))]),
    "ZoneInfo": (zoneinfo.ZoneInfo, [zoneinfo.ZoneInfo("Asia/Tokyo")]),
    "UUID": (uuid.UUID, [uuid.UUID(int=7)]),
    "Decimal": (decimal.Decimal, [decimal.Decimal("1.10"), decimal.Decimal("-1E+30")]),
    "Fraction": (fractions.Fraction, [fractions.Fraction(1, 3)]),
    "Path": (pathlib.Path, [pathlib.Path("/a/b"), pathlib.Path()]),
    "PurePosixPath": (pathlib.PurePosixPath, [pathlib.PurePosixPath("a")]),
    "PathLike": (os.PathLike, [pathlib.PurePath("a")]),
    "Pattern": (typing.Pattern, [re.compile("a+")]),
    "Pattern[str]": (re.Pattern[str], [re.compile("a+")]),
    "IPv4Address": (ipaddress.IPv4Address, [ipaddress.ip_address("10.0.0.1")]),
    "IPv6Address": (ipaddress.IPv6Address, [ipaddress.ip_address("::1")]),
    "IPv4Network": (ipaddress.IPv4Network, [ipaddress.ip_network("10.0.0.0/8")]),
    "IPv6Network": (ipaddress.IPv6Network, [ipaddress.ip_network("fe80::/10")]),
    "IPv4Interface": (ipaddress.IPv4Interface, [ipaddress.ip_interface("10.0.0.1/8")]),
    "IPv6Interface": (ipaddress.IPv6Interface, [ipaddress.ip_interface("::1/64")]),
    "Enum": (Color, [Color.RED]),
    "IntEnum": (Level, [Level.HIGH]),
    "an Enum of str": (Word, [Word.A]),
    "Flag": (Rights, [Rights.READ, Rights.READ | Rights.WRITE, Rights(0)]),
    "a str of its own class": (Name, [Name("x")]),
    "LiteralString": (typing_extensions.LiteralString, ["x"]),
    "Literal of str": (Literal["a", "b"], ["b"]),
    "Literal of several": (Literal["a", 1, True, None], ["a", 1, True, None]),
    "Literal of an enum": (Literal[Color.RED], [Color.RED]),
    "Literal of bytes": (Literal[b"a"], [b"a"]),
    "NewType": (UserId, [7]),
    "NewType of a list of NewTypes": (UserIds, [[7]]),
    "a type alias": (Alias, [[1]]),
    "a generic type alias": (Listed[dt.date], [[dt.date(2026, 1, 1)]]),
    "a type alias that contains itself": (Tree, [3, {"a": {"b": 1}}]),
    "Annotated": (typing.Annotated[int, "why"], [1]),
    "Annotated inside": (typing.List[typing.Annotated[dt.date, "why"]], [[dt.date(2026, 1, 1)]]),
    "NamedTuple": (Point, [Point(1), Point(1, 2.5)]),
    "NamedTuple of NamedTuples": (Line, [Line(Point(1), Point(2))]),
    "a generic NamedTuple": (Both[dt.date], [Both(dt.date(2026, 1, 1), dt.date(2026, 1, 2))]),
    "namedtuple without types": (Loose, [Loose(1, "x")]),
    "TypedDict": (Movie, [{"title": "x", "year": 1}]),
    "TypedDict, not total": (Partial, [{}, {"when": dt.date(2026, 1, 1)}, {"title": "a", "when": dt.date(2026, 1, 1)}]),
    "TypedDict with NotRequired": (Mixed, [{"name": "x"}, {"name": "x", "age": 1}]),
    "a generic dataclass": (Box[int], [Box(1)]),
    "a generic dataclass of a dataclass": (Box[Key], [Box(Key(1))]),
    "a generic dataclass of itself": (Box[Box[dt.date]], [Box(Box(dt.date(2026, 1, 1)))]),
    "a generic dataclass that derives from one": (Boxes[dt.date], [Boxes(dt.date(2026, 1, 1), [Box(dt.date(2026, 1, 2))])]),
    "a dataclass that derives from a generic one": (IntBox, [IntBox(1, "a")]),
    "a generic dataclass without its argument": (Box, [Box(1), Box("x")]),
    "a type variable with a bound": (BoundBox, [BoundBox(1)]),
    "a type variable with constraints": (ConstrainedBox, [ConstrainedBox(1), ConstrainedBox("x")]),
    "a type variable with a default": (DefaultedBox, [DefaultedBox(1)]),
    "Self": (Selfish, [Selfish(1, Selfish(2), [Selfish(3)])]),
    "slots, ClassVar, Final": (Slotted, [Slotted(x=1)]),
    "defaults that aren't of their type": (Wrong, [Wrong(), Wrong("x", dt.date(2026, 1, 1), [1])]),
    "list": (list, [[1, "x", None]]),
    "List": (typing.List, [[1, "x"]]),
    "list[int]": (typing.List[int], [[1], []]),
    "list of lists": (typing.List[typing.List[dt.date]], [[[dt.date(2026, 1, 1)], []]]),
    "tuple": (tuple, [(1, "x"), ()]),
    "tuple[int, str]": (typing.Tuple[int, str], [(1, "x")]),
    "tuple[int, ...]": (tuple[int, ...], [(1, 2), ()]),
    "tuple[()]": (tuple[()], [()]),
    "tuple of tuples": (tuple[tuple[int, dt.date], ...], [((1, dt.date(2026, 1, 1)),)]),
    "an unpacked tuple": (tuple[int, typing_extensions.Unpack[tuple[str, ...]], bool], [(1, True), (1, "a", "b", True)]),
    "set": (set, [{1}]),
    "set[int]": (typing.Set[int], [{1, 2}]),
    "frozenset": (typing.FrozenSet[str], [frozenset("a")]),
    "set of tuples": (typing.Set[typing.Tuple[int, int]], [{(1, 2)}]),
    "deque": (typing.Deque[int], [collections.deque([1, 2])]),
    "Sequence": (abc.Sequence[int], [[1]]),
    "MutableSequence": (abc.MutableSequence[int], [[1]]),
    "AbstractSet": (abc.Set[int], [{1}]),
    "MutableSet": (abc.MutableSet[int], [{1}]),
    "Collection": (abc.Collection[int], [[1]]),
    "dict": (dict, [{"a": 1, 2: [None]}]),
    "Dict[str, int]": (typing.Dict[str, int], [{"a": 1}, {}]),
    "dict by int": (dict[int, str], [{1: "a"}]),
    "dict by date": (dict[dt.date, int], [{dt.date(2026, 1, 1): 1}]),
    "dict by enum": (dict[Color, int], [{Color.RED: 1}]),
    "dict by UUID": (dict[uuid.UUID, int], [{uuid.UUID(int=1): 1}]),
    "dict by bytes": (dict[bytes, int], [{b"\xff": 1}]),
    "dict by bool": (dict[bool, int], [{True: 1}]),
    "dict by tuple": (dict[tuple[int, int], str], [{(1, 2): "x"}, {}]),
    "dict by tuple of dates": (dict[tuple[dt.date, tuple[int, ...]], str], [{(dt.date(2026, 1, 1), (1, 2)): "x"}]),
    "dict by NamedTuple": (dict[Point, str], [{Point(1): "x"}]),
    "dict by frozenset": (dict[frozenset[int], str], [{frozenset([1]): "x"}]),
    "dict of dicts": (dict[str, dict[int, list[dt.date]]], [{"a": {1: [dt.date(2026, 1, 1)]}}]),
    "OrderedDict": (typing.OrderedDict[str, int], [collections.OrderedDict(b=1, a=2)]),
    "defaultdict": (typing.DefaultDict[str, int], [collections.defaultdict(int, a=1)]),
    "defaultdict of lists": (typing.DefaultDict[str, typing.List[int]], [collections.defaultdict(list, a=[1])]),
    "Counter": (typing.Counter[str], [collections.Counter("aab")]),
    "ChainMap": (typing.ChainMap[str, int], [collections.ChainMap({"a": 1}, {"b": 2})]),
    "MappingProxyType": (MappingProxyType[str, int], [MappingProxyType({"a": 1})]),
    "Mapping": (abc.Mapping[str, dt.date], [{"a": dt.date(2026, 1, 1)}]),
    "MutableMapping": (abc.MutableMapping[int, int], [{1: 1}]),
    "Optional": (Optional[dt.date], [None, dt.date(2026, 1, 1)]),
    "Union of simple types": (Union[int, str, float, bool, None], [1, "1", 1.5, True, None]),
    "Union of bytes and str": (Union[bytes, str], [b"abcd", "abcd"]),
    "Union of date and int": (Union[dt.date, int], [dt.date(2026, 1, 1), 3]),
    "Union of list and str": (Union[typing.List[int], str], [[1], "x"]),
    "Union of dataclasses": (Union[Key, IntBox], [Key(1), IntBox(1)]),
    "Union of an Enum and str": (Union[Color, str], [Color.RED, "green"]),
    "the new spelling": (int | None, [None, 1]),
    "slice": (slice, [slice(1, 2)]),
}

CASES = [pytest.param(name, id=name) for name in FIELDS]

#: Flytekit fails on them, or reads something else.
BEYOND_FLYTEKIT = {
    "a str of its own class",
    "object",
    "Literal of several",
    "a type alias",
    "a type alias that contains itself",
    "a generic type alias",
    "a generic NamedTuple",
    "slots, ClassVar, Final",
    "List",
    "Collection",
    "dict by tuple",
    "dict by tuple of dates",
    "dict by NamedTuple",
    "dict by frozenset",
    "Union of list and str",
}
#: Flytekit says something else of them in the interface, for the worse.
OTHER_TYPES = {
    "a dataclass that derives from a generic one": "its type variables are pickles",
    "a generic NamedTuple": "its type variables are anything",
    "a generic dataclass of itself": "the outer one is taken for the inner one",
}


def record(hint: Any, name: str = "Holder") -> Any:
    return dataclasses.make_dataclass(name, [("x", hint)], namespace={"__module__": __name__})


def everywhere(hint: Any, value: Any) -> tuple[Any, Any]:
    """The value in every place inside a dataclass."""
    inner = record(hint, "Inner")
    places = {
        "field": (hint, value),
        "item": (typing.List[hint], [value, value]),
        "entry": (typing.Dict[str, hint], {"k": value}),
        "optional": (Optional[hint], value),
        "place": (typing.Tuple[int, hint], (1, value)),
        "nested": (inner, inner(value)),
        "deep": (typing.Dict[int, typing.List[Optional[hint]]], {1: [value, None]}),
    }
    fields: list[Any] = [(name, kind) for name, (kind, _) in places.items()]
    holder = dataclasses.make_dataclass("Everywhere", fields, namespace={"__module__": __name__})
    return holder, holder(*(found for _, found in places.values()))


def kinds(value: Any) -> Any:
    """The value with the class of everything in it."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return type(value), [kinds(getattr(value, each.name)) for each in dataclasses.fields(value)]
    if isinstance(value, collections.ChainMap):
        return type(value), [kinds(each) for each in value.maps]
    if isinstance(value, abc.Mapping):
        return type(value), {key: kinds(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value), [kinds(item) for item in value]
    return type(value), value


def by_flytekit(hint: Any, value: Any) -> Any:
    """The literal that flytekit writes, where it reads the same value back; else None."""
    try:
        literal = theirs(value, hint)
        return literal if kinds(read_by_theirs(literal, hint)) == kinds(value) else None
    except Exception:  # it raises whatever mashumaro's generated code does
        return None


@pytest.mark.parametrize("name", CASES)
def test_what_is_inside_a_dataclass_is_read_as_it_was_and_by_flytekit_too(name: str) -> None:
    hint, values = FIELDS[name]
    others = []
    for each in values:
        kind, value = everywhere(hint, each)
        literal = ours(value, kind)
        assert kinds(read_by_ours(literal, kind)) == kinds(value)
        others.append(other := by_flytekit(kind, value))
        if other is not None:
            assert literal == other
            assert kinds(read_by_theirs(literal, kind)) == kinds(value)
    assert (None in others) == (name in BEYOND_FLYTEKIT)


@pytest.mark.parametrize("name", CASES)
def test_the_json_schema_of_a_field_is_flytekits(name: str) -> None:
    holder = record(FIELDS[name][0])
    found, other = our_type(holder).metadata, their_type(holder).metadata
    assert "properties" in found
    if other.fields and name not in OTHER_TYPES:  # mashumaro has none for a few
        assert found == other


#: Read as something else by design, as by flytekit: in UTC, and as a file.
OTHERWISE = {"a naive datetime", "PathLike"}
#: As outputs of their own they are refused, as by flytekit: types are exact.
REFUSED = {"a str of its own class"}


def in_each_place(hint: Any, value: Any) -> list[tuple[Any, Any]]:
    """The value as a task's output, and in what else is no dataclass."""
    return [
        (hint, value),
        (typing.List[hint], [value, value]),
        (typing.Dict[str, hint], {"k": value}),
        (Optional[hint], value),
        (dict[int, hint], {1: value}),
    ]


@pytest.mark.parametrize("name", [name for name in FIELDS if name not in OTHERWISE])
def test_an_input_or_output_of_any_hint_is_read_as_it_was_or_refused_before_the_task_runs(name: str) -> None:
    hint, values = FIELDS[name]
    for each in values:
        for kind, value in in_each_place(hint, each):
            try:
                our_type(kind)
            except InterfaceError as error:
                assert re.search(r"expected|can't be an input", str(error))
                continue
            if name in REFUSED and typing.get_args(kind)[:1] != (int,):
                with pytest.raises(ConversionError, match=r"^v.*: expected .*, found .*Name 'x'"):
                    ours(value, kind)
                continue
            literal = ours(value, kind)
            assert kinds(read_by_ours(literal, kind)) == kinds(value)


@pytest.mark.parametrize("name", CASES)
def test_an_input_or_output_is_what_flytekit_makes_of_it(name: str) -> None:
    hint, values = FIELDS[name]
    for value in values:
        if by_flytekit(hint, value) is not None:
            assert name in OTHER_TYPES or our_type(hint) == their_type(hint)
            assert kinds(read_by_theirs(ours(value, hint), hint)) == kinds(value)


#: What a protobuf Struct, which has JSON's types only, makes something else of.
BEYOND_STRUCTS = {
    "int",
    "Literal of bytes",
    "Union of bytes and str",
    "dict",
    "dict by bool",
    "dict by bytes",
    "dict by tuple",
    "dict by tuple of dates",
    "dict by NamedTuple",
    "dict by frozenset",
}
#: A Struct has no order, and may have the right one by chance.
UNORDERED = {"OrderedDict"}


@pytest.mark.parametrize("name", [name for name in FIELDS if name not in UNORDERED])
def test_the_old_form_keeps_it_or_refuses_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLYTE_USE_OLD_DC_FORMAT", "true")
    hint, values = FIELDS[name]
    refused = 0
    for each in values:
        kind, value = everywhere(hint, each)
        try:
            literal = ours(value, kind)
        except ConversionError as error:
            assert re.search("read back|can hold", error.expected)
            refused += 1
        else:
            assert read_by_ours(literal, kind) == value
    assert bool(refused) == (name in BEYOND_STRUCTS)
