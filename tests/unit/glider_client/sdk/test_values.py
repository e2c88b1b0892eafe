"""Python values as inputs of an execution, and its outputs as Python values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple

import flytekit
import pytest
from pydantic import BaseModel

from glider import FlyteFile
from glider.settings.model import StorageSettings
from glider.storage.access import DataAccess, accessing
from glider.storage.store import Storage
from glider.types.interface import signature_of
from glider.types.registry import TYPES
from glider.wire.interface import Interface, parse_type
from glider.wire.jsonform import FieldError
from glider_client.inputs.placing import with_defaults
from glider_client.sdk.hints import hints_of
from glider_client.sdk.values import inline, inputs_of, outputs_of, plain_result, python_outputs


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


@dataclass
class Point:
    x: int
    y: float = 0.5


class Settings(BaseModel):
    rate: float
    due: date | None = None


class Pair(NamedTuple):
    small: int
    large: Point


def interface_of(function: Callable[..., Any]) -> Interface:
    signature = signature_of(function)
    return Interface(
        inputs={name: TYPES.literal_type(hint) for name, hint in signature.inputs.items()},
        outputs={name: TYPES.literal_type(hint) for name, hint in signature.outputs.items()},
        optional=signature.optional,
    )


def sent(function: Callable[..., Any], **values: Any) -> dict[str, Any] | None:
    interface = interface_of(function)
    return inline(inputs_of(values, interface=interface, hints=hints_of(function)), interface)


def taking(hint: Any) -> Callable[..., Any]:
    def task(a): ...

    task.__annotations__ = {"a": hint}
    return task


MOMENT = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hint", "value", "plain"),
    [
        pytest.param(int, 3, 3, id="an int"),
        pytest.param(float, 3, 3.0, id="an int where a float is asked for, as Python has it"),
        pytest.param(str, "x", "x", id="a str"),
        pytest.param(datetime, MOMENT, "2026-01-31T12:00:00Z", id="a datetime"),
        pytest.param(datetime, "2026-01-31T12:00:00Z", "2026-01-31T12:00:00Z", id="a datetime as JSON has it"),
        pytest.param(timedelta, timedelta(minutes=90), "5400s", id="a timedelta"),
        pytest.param(Colour, Colour.RED, "red", id="a member of an Enum"),
        pytest.param(Colour, "blue", "blue", id="its value"),
        pytest.param(list[Point], [Point(1)], [{"x": 1, "y": 0.5}], id="dataclasses in a list"),
        pytest.param(Point, {"x": 1, "y": 2.5}, {"x": 1, "y": 2.5}, id="a dict for a dataclass"),
        pytest.param(Settings, Settings(rate=0.1, due=date(2026, 1, 31)), {"rate": 0.1, "due": "2026-01-31"}, id="a pydantic model"),
        pytest.param(dict[str, int], {"a": 1}, {"a": 1}, id="a map"),
        pytest.param(int | str, "1", "1", id="a variant of a union"),
        pytest.param(int | None, None, None, id="None"),
        pytest.param(FlyteFile, "s3://b/x.csv", "s3://b/x.csv", id="a file that is in the store already"),
    ],
)
def test_an_input_as_plain_json(hint: Any, value: Any, plain: Any):
    assert sent(taking(hint), a=value) == {"a": plain}


@pytest.mark.parametrize(
    ("hint", "value"),
    [
        pytest.param(float | int, 3, id="a variant that JSON would take for another"),
        pytest.param(str, "x" * 100_000, id="more than fits into a pod's environment"),
    ],
)
def test_what_json_cannot_hold_is_for_a_file_in_the_store(hint: Any, value: Any):
    assert sent(taking(hint), a=value) is None


def test_a_file_of_inputs_has_the_defaults_too():
    interface = Interface(inputs={"a": parse_type("integer"), "b": parse_type("integer")}, defaults={"b": 2})
    literals = inputs_of({"a": 1}, interface=interface)
    assert inline(literals, interface) == {"a": 1}
    assert inline(with_defaults(literals, interface), interface) == {"a": 1, "b": 2}


@pytest.mark.parametrize(
    ("kind", "value", "plain"),
    [
        pytest.param("datetime", MOMENT, "2026-01-31T12:00:00Z", id="a datetime"),
        pytest.param("list[string]", [Colour.RED], ["red"], id="what is in a list"),
        pytest.param("struct", {"p": Point(1)}, {"p": {"x": 1, "y": 0.5}}, id="what is in a dict"),
        pytest.param("struct", Point(1), {"x": 1, "y": 0.5}, id="a dataclass"),
        pytest.param("float", 1, 1.0, id="a number"),
    ],
)
def test_without_hints_a_value_goes_by_its_own_class(kind: str, value: Any, plain: Any):
    interface = Interface(inputs={"a": parse_type(kind)})
    assert inline(inputs_of({"a": value}, interface=interface), interface) == {"a": plain}


def add(a: int, b: int = 2, note: str | None = None) -> int:
    return a + b


@pytest.mark.parametrize(
    ("values", "message"),
    [
        pytest.param({"a": "two"}, 'a: expected integer (64 bits), found "two"', id="another type"),
        pytest.param({}, "a: expected integer, found nothing", id="one is missing"),
        pytest.param({"a": 1, "c": 2}, "c: expected one of a, b, note, found an unknown input", id="one is unknown"),
    ],
)
def test_an_input_that_does_not_fit_is_named(values: dict[str, Any], message: str):
    with pytest.raises(FieldError) as caught:
        sent(add, **values)
    assert str(caught.value) == message


def test_a_member_that_does_not_fit_is_named_by_its_path():
    with pytest.raises(FieldError, match=r"^a\.x: expected int, found str 'two'$"):
        sent(taking(Point), a=Point("two"))  # type: ignore[arg-type]


def test_a_local_file_needs_a_store(tmp_path: Path):
    (tmp_path / "x.csv").write_text("1,2")
    with pytest.raises(FieldError) as caught, accessing(DataAccess(storage=Storage(StorageSettings()))):
        sent(taking(FlyteFile), a=str(tmp_path / "x.csv"))
    assert str(caught.value) == (
        "a: expected a value that travels as JSON, or a store to put it in (Glider(storage=…) or $GLIDER_STORAGE_PREFIX), "
        "found str, which needs an object store"
    )


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Path]:
    with accessing(DataAccess(storage=Storage(StorageSettings()), raw_prefix=f"file://{tmp_path}/store")):
        yield tmp_path / "store"


def test_a_local_file_is_uploaded(store: Path, tmp_path: Path):
    (tmp_path / "x.csv").write_text("1,2")
    uri = (sent(taking(FlyteFile), a=str(tmp_path / "x.csv")) or {})["a"]
    assert uri.startswith(f"file://{store}/")
    assert Path(uri.removeprefix("file://")).read_text() == "1,2"


@pytest.mark.parametrize("kind", ["file", "file[csv]"])
def test_without_hints_a_path_is_uploaded_where_a_file_is_asked_for(store: Path, tmp_path: Path, kind: str):
    (tmp_path / "x.csv").write_text("1,2")
    interface = Interface(inputs={"a": parse_type(kind)})
    uri = (inline(inputs_of({"a": tmp_path / "x.csv"}, interface=interface), interface) or {})["a"]
    assert Path(uri.removeprefix("file://")).read_text() == "1,2"


def one() -> Point:
    return Point(1)


def two() -> tuple[int, datetime]:
    return 1, MOMENT


def named() -> Pair:
    return Pair(1, Point(2))


def nothing() -> None: ...


@pytest.mark.parametrize(
    ("function", "outputs", "result"),
    [
        pytest.param(one, {"o0": {"x": 1, "y": 0.5}}, Point(1), id="the one output"),
        pytest.param(two, {"o0": 1, "o1": "2026-01-31T12:00:00Z"}, (1, MOMENT), id="a tuple"),
        pytest.param(named, {"small": 1, "large": {"x": 2, "y": 0.5}}, Pair(1, Point(2)), id="a NamedTuple"),
        pytest.param(nothing, {}, None, id="none"),
    ],
)
def test_a_result_is_what_the_function_returned(function: Callable[..., Any], outputs: dict[str, Any], result: Any):
    hints, interface = hints_of(function), interface_of(function)
    found = hints.result(python_outputs(outputs_of(outputs, interface), hints))
    assert (found, type(found)) == (result, type(result))


def test_an_output_that_the_function_no_longer_returns_is_named():
    old = Interface(outputs={"o0": parse_type("string")})
    with pytest.raises(FieldError, match=r"^o0: expected .*Point, found string"):
        python_outputs(outputs_of({"o0": "x"}, old), hints_of(one))


@pytest.mark.parametrize(
    ("outputs", "result"),
    [
        pytest.param({}, None, id="none"),
        pytest.param({"total": 3}, 3, id="the one output"),
        pytest.param({f"o{i}": i for i in sorted(range(12), key=str)}, tuple(range(12)), id="a tuple, in its order"),
        pytest.param({"a": 1, "b": 2}, {"a": 1, "b": 2}, id="those with names by them"),
    ],
)
def test_a_result_in_plain_json(outputs: dict[str, Any], result: Any):
    assert plain_result(outputs) == result


@flytekit.task
def of_flytekit(a: int, points: list[Point]) -> Pair:
    return Pair(a, points[0])


def test_a_task_of_flytekits_is_converted_by_flytekit():
    hints = hints_of(of_flytekit)
    interface = Interface(
        inputs={"a": parse_type("integer"), "points": parse_type("list[struct]")},
        outputs={"small": parse_type("integer"), "large": parse_type("struct")},
    )
    assert inline(inputs_of({"a": 1, "points": [Point(1)]}, interface=interface, hints=hints), interface) == {
        "a": 1,
        "points": [{"x": 1, "y": 0.5}],
    }
    outputs = outputs_of({"small": 1, "large": {"x": 2, "y": 0.5}}, interface)
    assert hints.result(python_outputs(outputs, hints)) == Pair(1, Point(2))
