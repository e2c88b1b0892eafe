"""What can't be read back as it was is refused where it is written, and a hint that nobody can convert before the task runs."""

# ruff: noqa: UP006, UP007 - people write the old spellings

from __future__ import annotations

import collections.abc as abc
import dataclasses
import datetime as dt
import enum
import pathlib
import re
import typing
from collections.abc import Iterator
from typing import Any, NamedTuple, TypedDict, Union

import numpy as np
import pytest
import typing_extensions

from glider.exceptions import FlyteRecoverableException
from glider.loading.target import NativeTask
from glider.outcome.failures import InvalidInputError, InvalidOutputError, InvalidTaskError, TaskRaisedError
from glider.runtime.native import run_native
from glider.telemetry.stopwatch import Stopwatch
from glider.types.errors import ConversionError, InterfaceError
from glider.wire.jsonform import Literal, LiteralMap
from tests.unit.glider.types.oracle import our_type, ours, read_by_ours

UNPACKED: Any = typing_extensions.Unpack[tuple[int, ...]]


class Color(str, enum.Enum):
    RED = "red"


@dataclasses.dataclass
class Left:
    x: int


@dataclasses.dataclass
class Same:
    x: int


@dataclasses.dataclass
class Derived(Left):
    y: int = 2


@dataclasses.dataclass
class Growing:
    x: int

    def __post_init__(self) -> None:
        self.x += 1


@dataclasses.dataclass
class Picky:
    x: int

    def __post_init__(self) -> None:
        if self.x > 1:
            raise RuntimeError("no more than one")


@dataclasses.dataclass
class Counting:
    x: int
    doubled: int = dataclasses.field(init=False, default=0)
    seen: typing.List[int] = dataclasses.field(init=False, default_factory=list)


class Movie(TypedDict):
    title: str


class Loop:
    pass


@dataclasses.dataclass
class Chain:
    next: Chain | None = None


class Outer(NamedTuple):
    pair: typing.Tuple[int, str]


def holding(hint: Any) -> Any:
    return dataclasses.make_dataclass("Holder", [("x", hint)], namespace={"__module__": __name__})


@pytest.mark.parametrize(
    ("hint", "value", "message"),
    [
        pytest.param(
            dt.date, dt.datetime(2026, 3, 1), "o0.x: expected date that .* represents in full, found datetime", id="a datetime for a date"
        ),
        pytest.param(
            dt.timedelta, dt.timedelta.max, "o0.x: expected timedelta that 86400000000000.0 represents", id="a timedelta beyond floats"
        ),
        pytest.param(
            re.Pattern, re.compile("a", re.IGNORECASE), "o0.x: expected re.Pattern that 'a' represents in full", id="a pattern's flags"
        ),
        pytest.param(
            dt.timezone, dt.timezone(dt.timedelta(0), "CET"), "o0.x: expected .*timezone that 'CET' represents", id="a zone's own name"
        ),
        pytest.param(int, 2**64, "o0.x: expected int of 64 bits, found int 18446744073709551616", id="an int that msgpack can't hold"),
        pytest.param(float, 2**64, "o0.x: expected float, found int 18446744073709551616", id="the same for a float"),
        pytest.param(
            Union[Left, Same],
            Same(1),
            r"o0.x: expected a value that is read back from .*, found .*Same\(x=1\), which would be read as .*Left\(x=1\)",
            id="the second of two dataclasses that look the same",
        ),
        pytest.param(
            Union[str, Color], Color.RED, "o0.x: expected a value that .*, which would be read as str 'red'", id="an enum that reads as str"
        ),
        pytest.param(
            Union[typing.List[int], typing.Tuple[int, int]],
            (1, 2),
            r"o0.x: .*, found tuple \(1, 2\), which would be read as list \[1, 2\]",
            id="a tuple that reads as a list",
        ),
        pytest.param(Left, Derived(1), "o0.x: expected .*Left, found .*Derived", id="a derived dataclass that would lose a field"),
        pytest.param(
            Growing,
            Growing(1),
            "o0.x.x: expected a value that is read back as it was, found int 2, which is read as int 3",
            id="a constructor that changes its fields",
        ),
        pytest.param(
            Movie,
            {"title": "x", "yaer": 1},
            "o0.x: expected .*Movie .keys title., found the key 'yaer'",
            id="a key that the TypedDict doesn't have",
        ),
        pytest.param(Movie, {}, "o0.x.title: expected a value of .*Movie, found nothing", id="a key that is missing"),
        pytest.param(
            dict[Union[str, pathlib.Path], int],
            {"a": 1, pathlib.Path("a"): 2},
            r"o0.x( \(key\))?: expected",
            id="keys that are written alike",
        ),
        pytest.param(dict[Left, int], {}, None, id="nothing by a key that can't be"),
        pytest.param(
            Any,
            [1, {"a": Loop()}],
            "o0.x.1..a: expected a value that msgpack can hold, found .*Loop",
            id="what msgpack can't hold, deep inside",
        ),
        pytest.param(
            dict,
            {"a": {"b": 2**70}},
            "o0.x.a.b: expected a value that msgpack can hold, found int 1180591620717411303424",
            id="an int that it can't",
        ),
        pytest.param(Outer, Outer((1, 2)), r"o0.x.pair\[1\]: expected str, found int 2", id="inside a tuple of a NamedTuple"),  # type: ignore[arg-type]
        pytest.param(typing.Tuple[int, str], (1,), r"o0.x: expected Tuple\[int, str\], found tuple \(1,\)", id="a tuple that is too short"),
        pytest.param(typing.Literal[1, 2], True, r"o0.x: expected Literal\[1, 2\], found bool True", id="True, which is no 1"),
    ],
)
def test_a_value_is_refused_by_its_path(hint: Any, value: Any, message: str | None) -> None:
    holder = holding(hint)
    if message is None:
        assert read_by_ours(ours(holder(value), holder), holder) == holder(value)
        return
    with pytest.raises(ConversionError, match=f"^{message}"):
        ours(holder(value), holder, "o0")


def test_a_constructor_that_refuses_its_own_fields_is_told_where_they_are_written() -> None:
    value = Picky(1)
    value.x = 2
    with pytest.raises(
        ConversionError, match=r"v: expected a value that can be read back as .*Picky, found .* \(RuntimeError: no more than one\)"
    ):
        ours(value, Picky)


def test_fields_that_no_constructor_takes_are_kept() -> None:
    value = Counting(1)
    value.doubled, value.seen = 2, [3]
    assert read_by_ours(ours(value, Counting), Counting) == value
    assert read_by_ours(ours({"x": 1}, dict), Counting) == Counting(1)


class Broken:
    x: Nowhere  # type: ignore[name-defined]  # noqa: F821


BrokenRecord = dataclasses.dataclass(Broken)


@dataclasses.dataclass
class Initial:
    x: int
    seed: dataclasses.InitVar[int]


@dataclasses.dataclass
class InitialWithDefault:
    x: int
    seed: dataclasses.InitVar[int] = 3


@dataclasses.dataclass(init=False)
class Custom:
    x: int

    def __init__(self, other: int) -> None:
        self.x = other


class Names(list):  # type: ignore[type-arg]
    pass


@pytest.mark.parametrize(
    ("hint", "message"),
    [
        pytest.param(complex, "Holder.x: complex can't be inside a struct", id="complex"),
        pytest.param(abc.Callable[[int], int], "Holder.x: .*Callable.* can't be inside a struct", id="a function"),
        pytest.param(abc.Iterator[int], "Holder.x: .*Iterator.* can't be inside a struct", id="an iterator"),
        pytest.param(typing.List[Loop], "Holder.x: .*Loop can't be inside a struct", id="a class of the user's"),
        pytest.param(dict[str, Loop | None], "Holder.x: .*Loop can't be inside a struct", id="deep inside"),
        pytest.param(np.ndarray, "Holder.x: numpy.ndarray can't be inside a struct", id="an array"),
        pytest.param(Names, "Holder.x: .*Names can't be inside a struct", id="a list of its own class"),
        pytest.param(type[int], r"Holder.x: type\[int\] can't be inside a struct", id="a class as a value"),
        pytest.param(BrokenRecord, "Broken: the type hints can't be resolved: NameError: .*Nowhere", id="a name that is nowhere"),
        pytest.param(Initial, "Initial can't be made again from its fields: its constructor needs seed", id="an InitVar"),
        pytest.param(Custom, "Custom can't be made again from its fields: its constructor needs other", id="a constructor of its own"),
        pytest.param(tuple.__class_getitem__((UNPACKED, UNPACKED)), "Holder.x: .* can't be", id="two unpacked tuples"),
    ],
)
def test_a_hint_is_refused_by_its_name_and_field(hint: Any, message: str) -> None:
    with pytest.raises(InterfaceError, match=message):
        our_type(holding(hint))
    with pytest.raises(InterfaceError, match=message.removeprefix("Holder.x: ")):
        our_type(dict[int, hint])


def test_an_init_var_with_a_default_has_it() -> None:
    assert read_by_ours(ours(InitialWithDefault(1), InitialWithDefault), InitialWithDefault) == InitialWithDefault(1)


def run(function: Any, **inputs: Any) -> LiteralMap:
    literals = {name: value if isinstance(value, Literal) else ours(value, type(value)) for name, value in inputs.items()}
    return run_native(NativeTask(name="app.main", function=function), LiteralMap(literals=literals), watch=Stopwatch())


def endless() -> Chain:
    chain = Chain()
    chain.next = chain
    return chain


def cyclic() -> dict:  # type: ignore[type-arg]
    loop: dict[str, Any] = {}
    loop["a"] = loop
    return loop


class Unreadable:
    def __repr__(self) -> str:
        raise RuntimeError("no repr")


def shapeless() -> typing.Literal["a"]:
    return np.array([1, 2])  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("function", "message"),
    [
        pytest.param(
            endless, "the output o0: expected .*Chain of fewer levels, found one that holds itself", id="a dataclass that holds itself"
        ),
        pytest.param(cyclic, "the output o0.*: expected a value that msgpack can hold, found dict", id="a dict that holds itself"),
        pytest.param(
            shapeless, r"the output o0: expected Literal\['a'\], found numpy.ndarray array", id="a value that has no one equality"
        ),
    ],
)
def test_no_output_crashes_the_conversion(function: Any, message: str) -> None:
    with pytest.raises(InvalidOutputError, match=message):
        run(function)


def take(chain: Chain) -> None: ...


def test_no_input_crashes_the_conversion() -> None:
    literal = Literal(scalar={"binary": {"value": packed_deeply(900), "tag": "msgpack"}})
    with pytest.raises(
        InvalidInputError, match=r"the input chain: expected .*Chain of fewer levels, found one that holds itself, or is nested too deeply"
    ):
        run(take, chain=literal)


def packed_deeply(levels: int) -> bytes:
    return b"\x81\xa4next" * levels + b"\xc0"


def refused(hint: Any) -> Any:
    def main(x: int) -> None: ...

    main.__annotations__["x"] = hint
    return main


@pytest.mark.parametrize("hint", [holding(complex), list.__class_getitem__(holding(Loop)), BrokenRecord, dict[int, complex]], ids=str)
def test_a_task_with_such_a_hint_is_refused_before_it_runs(hint: Any) -> None:
    with pytest.raises(InvalidTaskError, match=r"app.main can't run as a task: x: .*can't be"):
        run(refused(hint))


def failing() -> Iterator[int]:
    yield 1
    raise FlyteRecoverableException("again")


def leaving() -> Iterator[int]:
    yield 1
    raise SystemExit(3)


@pytest.mark.parametrize(("function", "kind"), [(failing, FlyteRecoverableException), (leaving, SystemExit)])
def test_what_an_iterator_of_the_tasks_raises_is_the_tasks_own_end(function: Any, kind: Any) -> None:
    with pytest.raises(TaskRaisedError) as raised:
        run(function)
    assert isinstance(raised.value.__cause__, kind)


def make_recursive(name: str) -> Any:
    @dataclasses.dataclass
    class Node:
        x: int
        next: Node | None = None

    Node.__qualname__ = f"{name}.Node"
    return Node


def test_recursive_dataclasses_of_one_name_have_a_definition_each() -> None:
    first, second = make_recursive("first"), make_recursive("second")
    both = dataclasses.make_dataclass("Both", [("one", first), ("two", second)], namespace={"__module__": __name__})
    metadata = our_type(both).metadata
    definitions = metadata["$defs"]
    assert set(definitions) == {"Node", f"{__name__}.second.Node"}  # type: ignore[arg-type]
    properties = metadata["properties"]
    assert properties["one"]["$ref"] == "#/$defs/Node"  # type: ignore[index]
    assert properties["two"]["$ref"] == f"#/$defs/{__name__}.second.Node"  # type: ignore[index]
    value = both(first(1, first(2)), second(3, second(4)))
    assert read_by_ours(ours(value, both), both) == value
