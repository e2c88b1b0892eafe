"""Values to literals and back, with flytekit's TypeEngine as the oracle."""

# ruff: noqa: UP007, UP045 - the old spellings are tested too

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any, Optional, Union

import pytest
from flytekit.core.context_manager import FlyteContextManager
from flytekit.core.type_engine import TypeEngine
from flytekit.models.literals import Literal as FlytekitLiteral
from google.protobuf import struct_pb2

from glider.types.errors import ConversionError, type_name
from glider.types.registry import bare, transformer_of
from glider.wire.interface import parse_type
from glider.wire.jsonform import Literal, to_literal

EAST = timezone(timedelta(hours=14))
NOON = datetime(2026, 1, 31, 12, 0, 0, 123456, tzinfo=timezone.utc)


@dataclass
class Record:
    x: int


VALUES = [
    pytest.param(int, 7, id="int"),
    pytest.param(int, -(2**63), id="the smallest int"),
    pytest.param(float, 2.5, id="float"),
    pytest.param(float, math.inf, id="infinity"),
    pytest.param(str, "grüße\n", id="str"),
    pytest.param(str, "", id="empty str"),
    pytest.param(bool, False, id="False, which is no missing value"),
    pytest.param(datetime, NOON, id="datetime"),
    pytest.param(datetime, NOON.astimezone(timezone(timedelta(hours=-5))), id="datetime of another zone"),
    pytest.param(timedelta, timedelta(days=-1, microseconds=5), id="negative timedelta"),
    pytest.param(type(None), None, id="None"),
    pytest.param(list[int], [1, 2, 3], id="list"),
    pytest.param(list[int], [], id="empty list"),
    pytest.param(list[list[str]], [["a"], []], id="list of lists"),
    pytest.param(dict[str, float], {"b": 1.5, "a": 2.0}, id="dict of str"),
    pytest.param(dict[str, list[int]], {"a": [1]}, id="dict of lists"),
    pytest.param(dict, {"a": 1, "b": [1.5, None, "x"], "c": {"d": True}}, id="untyped dict"),
    pytest.param(dict[int, str], {1: "a"}, id="dict of int"),
    pytest.param(Optional[int], None, id="Optional without a value"),
    pytest.param(Optional[int], 3, id="Optional with a value"),
    pytest.param(int | str, "x", id="union"),
    pytest.param(Union[list[int], str], [1], id="union with a list"),
    pytest.param(list[Optional[str]], ["a", None], id="list of Optional"),
]


def theirs(value: Any, hint: Any) -> Literal:
    context = FlyteContextManager.current_context()
    literal: Literal = TypeEngine.to_literal(context, value, hint, TypeEngine.to_literal_type(hint)).to_flyte_idl()
    return literal


def read_by_ours(literal: Literal, hint: Any) -> Any:
    return transformer_of(hint).to_python(literal, hint, "v")


def ours(value: Any, hint: Any) -> Literal:
    return transformer_of(hint).to_literal(value, bare(hint), "v")


@pytest.mark.parametrize(("hint", "value"), VALUES)
def test_our_literal_is_flytekits(hint: Any, value: Any) -> None:
    assert ours(value, hint) == theirs(value, hint)


@pytest.mark.parametrize(("hint", "value"), VALUES)
def test_we_read_what_flytekit_wrote(hint: Any, value: Any) -> None:
    assert transformer_of(hint).to_python(theirs(value, hint), hint, "v") == value


@pytest.mark.parametrize(("hint", "value"), VALUES)
def test_flytekit_reads_what_we_wrote(hint: Any, value: Any) -> None:
    literal = FlytekitLiteral.from_flyte_idl(ours(value, hint))
    assert TypeEngine.to_python_value(FlyteContextManager.current_context(), literal, hint) == value


@pytest.mark.parametrize("hint", {str(case.values[0]): case.values[0] for case in VALUES}.values(), ids=str)
def test_our_literal_type_is_flytekits(hint: Any) -> None:
    assert transformer_of(hint).literal_type(hint) == TypeEngine.to_literal_type(hint).to_flyte_idl()


@pytest.mark.parametrize("value", [float("nan")])
def test_nan_survives(value: float) -> None:
    assert math.isnan(transformer_of(float).to_python(ours(value, float), float, "v"))


@pytest.fixture(params=["Asia/Tokyo", "America/New_York"])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("zone")
@pytest.mark.parametrize(
    ("value", "read"),
    [
        pytest.param(datetime(2026, 3, 1, 12), datetime(2026, 3, 1, 12, tzinfo=timezone.utc), id="a datetime"),
        pytest.param(date(2026, 3, 1), date(2026, 3, 1), id="a date"),
        pytest.param(datetime(1, 1, 1), datetime(1, 1, 1, tzinfo=timezone.utc), id="the first moment"),
        pytest.param(date(9999, 12, 31), date(9999, 12, 31), id="the last day"),
    ],
)
def test_what_has_no_time_zone_is_in_utc_wherever_the_container_is(value: Any, read: Any) -> None:
    hint = type(value)
    assert ours(value, hint) == theirs(value, hint)
    assert read_by_ours(ours(value, hint), hint) == read
    assert to_literal(value.isoformat(), parse_type("datetime"), field="spec.inputs.v") == ours(value, hint)


def primitive(**field: Any) -> Literal:
    return Literal(scalar={"primitive": field})


@pytest.mark.parametrize(
    ("literal", "hint", "value"),
    [
        pytest.param(primitive(float_value=3.0), int, 3, id="the console sends floats for ints"),
        pytest.param(primitive(integer=3), float, 3.0, id="an integer for a float"),
    ],
)
def test_what_other_writers_send(literal: Literal, hint: Any, value: Any) -> None:
    found = transformer_of(hint).to_python(literal, hint, "v")
    assert (found, type(found)) == (value, hint)


@pytest.mark.parametrize("hint", [dict, dict[str, Any], dict[int, int], dict[int, list[float]]], ids=str)
def test_a_struct_of_an_older_flytekit_is_read_as_flytekit_reads_it(hint: Any) -> None:
    struct = struct_pb2.Struct()
    struct.update({"1": [1.0, 2.5]} if "list" in str(hint) else {"1": 1.0})
    literal = Literal(scalar={"generic": struct}, metadata={"format": "json"})
    read = TypeEngine.to_python_value(FlyteContextManager.current_context(), FlytekitLiteral.from_flyte_idl(literal), hint)
    assert repr(read_by_ours(literal, hint)) == repr(read)


def msgpack_of(data: bytes) -> Literal:
    return Literal(scalar={"binary": {"value": data, "tag": "msgpack"}})


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"\xc1", "1 bytes that are no msgpack (of no known format)", id="a byte that starts nothing"),
        pytest.param(b"", "0 bytes that are no msgpack (Unpack failed: incomplete input)", id="nothing"),
        pytest.param(b"\xa5ab", "3 bytes that are no msgpack (Unpack failed: incomplete input)", id="cut off"),
        pytest.param(b"\x01\x02", "2 bytes that are no msgpack (unpack(b) received extra data.)", id="two values"),
        pytest.param(b"\xa1\xff", "2 bytes that are no msgpack ('utf-8' codec can't decode", id="text in another encoding"),
        pytest.param(b"\x91" * 3000 + b"\x01", "3001 bytes that are no msgpack (nested too deeply)", id="too many levels"),
    ],
)
@pytest.mark.parametrize("hint", [dict, dict[int, str], list[int], dict[str, int], int, datetime, Optional[int], Record], ids=str)
def test_bytes_that_are_no_msgpack_are_told_with_input_and_type(data: bytes, reason: str, hint: Any) -> None:
    with pytest.raises(ConversionError) as raised:
        read_by_ours(msgpack_of(data), hint)
    assert str(raised.value).startswith(f"v: expected {type_name(hint)}, found {reason}")


@pytest.mark.parametrize(
    ("value", "hint", "message"),
    [
        pytest.param("one", int, "v: expected int, found str 'one'", id="another type"),
        pytest.param(True, int, "v: expected int, found bool True", id="True is no int"),
        pytest.param(1, float, "v: expected float, found int 1", id="1 is no float on its way out"),
        pytest.param(None, int, "v: expected int, found None", id="None"),
        pytest.param(2**63, int, "v: expected int of 64 bits, found int 9223372036854775808", id="an int beyond 64 bits"),
        pytest.param(
            datetime.min.replace(tzinfo=EAST),
            datetime,
            "v: expected datetime in the years 1 to 9999 of UTC, found",
            id="before the year 1 in UTC",
        ),
        pytest.param(
            "\udcff",
            str,
            r"v: expected str that UTF-8 can hold (no lone surrogates), found str '\udcff'",
            id="a str that no UTF-8 can hold",
        ),
        pytest.param([1, "x"], list[int], "v[1]: expected int, found str 'x'", id="an item of a list is named"),
        pytest.param({"a": {"b": 1}}, dict[str, dict[str, str]], "v.a.b: expected str, found int 1", id="a value of a dict is named"),
        pytest.param({1: 2}, dict[str, int], "v: expected dict[str, int], found dict {1: 2}", id="a key that is no str"),
        pytest.param("x", Optional[int], "v: expected Optional[int], found str 'x'", id="none of a union's variants"),
        pytest.param({"a": {1, 2}}, dict, "v.a: expected a value that msgpack can hold, found set {1, 2}", id="what msgpack can't hold"),
        pytest.param("x" * 999, int, f"v: expected int, found str '{'x' * 99}…", id="a long value is cut"),
    ],
)
def test_a_value_of_the_wrong_type_is_named(value: Any, hint: Any, message: str) -> None:
    with pytest.raises(ConversionError) as raised:
        ours(value, hint)
    assert str(raised.value).startswith(message)


@pytest.mark.parametrize(
    ("literal", "hint", "message"),
    [
        pytest.param(primitive(string_value="x"), int, 'v: expected int, found string "x"', id="a string for an int"),
        pytest.param(primitive(float_value=1.5), int, "v: expected int, found float 1.5", id="a broken float for an int"),
        pytest.param(primitive(integer=1), list[int], "v: expected list[int], found integer 1", id="an integer for a list"),
        pytest.param(Literal(), str, "v: expected str, found an empty literal null", id="an empty literal"),
    ],
)
def test_a_literal_of_the_wrong_type_is_named(literal: Literal, hint: Any, message: str) -> None:
    with pytest.raises(ConversionError) as raised:
        transformer_of(hint).to_python(literal, hint, "v")
    assert str(raised.value) == message
