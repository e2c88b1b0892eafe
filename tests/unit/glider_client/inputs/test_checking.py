"""A struct is checked by its JSON schema before anything is sent; what the task would take passes."""

from __future__ import annotations

import datetime
import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest
from flytekit.types.file import FlyteFile
from pydantic import BaseModel

from glider.types.registry import TYPES
from glider.wire.jsonform import FieldError
from glider.wire.shortform import write_type
from glider_client.inputs.checking import check_structs
from glider_client.inputs.declarations import declared


class Size(enum.Enum):
    SMALL = "small"
    LARGE = "large"


@dataclass
class Inner:
    depth: int
    day: datetime.date | None = None


@dataclass
class Order:
    item: str
    count: int = 1
    rate: float = 0.5
    gift: bool = False
    size: Size = Size.SMALL
    way: Literal["post", "bike"] = "post"
    tags: list[str] = field(default_factory=list)
    pair: tuple[int, str] = (1, "a")
    limits: dict[str, int] = field(default_factory=dict)
    inner: Inner = field(default_factory=lambda: Inner(3))
    other: Inner | None = None
    either: int | str = 1
    unset: Inner = None  # type: ignore[assignment]
    file: FlyteFile | None = None
    anything: Any = None
    parts: list[Order] = field(default_factory=list)


class Model(BaseModel):
    name: str
    steps: int | None = None
    inner: Inner | None = None


def check(hint: Any, value: Any) -> None:
    (only,) = declared({"inputs": {"x": {"type": write_type(TYPES.literal_type(hint))}}})
    check_structs(value, only.type, field="--x")


EVERYTHING: Mapping[str, Any] = {
    "item": "tea",
    "count": 2.0,
    "rate": 1,
    "gift": True,
    "size": "large",
    "way": "bike",
    "tags": ["a"],
    "pair": [2, "b"],
    "limits": {"cpu": 1},
    "inner": {"depth": 1, "day": "2026-01-31"},
    "other": None,
    "either": "b",
    "unset": None,
    "file": "s3://bucket/key",
    "anything": {"a": [None]},
    "parts": [{"item": "milk", "parts": []}],
}


@pytest.mark.parametrize(
    ("hint", "value"),
    [
        pytest.param(Order, {"item": "tea"}, id="what is required alone"),
        pytest.param(Order, EVERYTHING, id="a value of every field"),
        pytest.param(Order | None, None, id="null where it may be"),
        pytest.param(Order | None, {"item": "tea"}, id="an optional one"),
        pytest.param(list[Order], [{"item": "tea"}, {"item": "milk"}], id="a list"),
        pytest.param(dict[str, Order], {"a": {"item": "tea"}}, id="a map"),
        pytest.param(Order | Inner, {"depth": 1}, id="one of two dataclasses, between which the task chooses"),
        pytest.param(Model, {"name": "m", "steps": None, "more": 1}, id="a pydantic model, which takes other names"),
        pytest.param(dict, {"a": 1}, id="a dict"),
        pytest.param(list[int], [1], id="no struct"),
    ],
)
def test_what_fits_passes(hint: Any, value: Any) -> None:
    check(hint, value)


@pytest.mark.parametrize(
    ("hint", "value", "error"),
    [
        pytest.param(
            list[Inner],
            [{"depht": 1}],
            '--x[0].depht: expected one of day, depth, found the unknown name "depht" (did you mean depth?)',
            id="an unknown name",
        ),
        pytest.param(Order, {}, "--x.item: expected string, found nothing", id="a field that is missing"),
        pytest.param(Order, {"item": "q", "count": "x"}, '--x.count: expected integer, found "x"', id="text for an integer"),
        pytest.param(Order, {"item": "q", "count": 1.5}, "--x.count: expected integer, found 1.5", id="a fraction for an integer"),
        pytest.param(Order, {"item": "q", "count": True}, "--x.count: expected integer, found true", id="a boolean for an integer"),
        pytest.param(Order, {"item": "q", "count": None}, "--x.count: expected integer, found null", id="null for an integer"),
        pytest.param(Order, {"item": 1}, "--x.item: expected string, found 1", id="a number for text"),
        pytest.param(
            Order, {"item": True}, "--x.item: expected string, found true (YAML makes true of an unquoted", id="what YAML makes of text"
        ),
        pytest.param(Order, {"item": "q", "gift": "yes"}, '--x.gift: expected boolean, found "yes"', id="text for a boolean"),
        pytest.param(Order, {"item": "q", "size": "big"}, '--x.size: expected one of small, large, found "big"', id="none of an enum"),
        pytest.param(Order, {"item": "q", "way": None}, "--x.way: expected one of post, bike, found null", id="null for one of a few"),
        pytest.param(Order, {"item": "q", "tags": "a"}, '--x.tags: expected array, found "a"', id="text for a list"),
        pytest.param(Order, {"item": "q", "tags": ["a", 1]}, "--x.tags[1]: expected string, found 1", id="an item"),
        pytest.param(Order, {"item": "q", "pair": [1, 2]}, "--x.pair[1]: expected string, found 2", id="an item of a tuple"),
        pytest.param(Order, {"item": "q", "limits": {"cpu": "a"}}, '--x.limits.cpu: expected integer, found "a"', id="a value of a map"),
        pytest.param(Order, {"item": "q", "inner": []}, "--x.inner: expected object, found []", id="a list for a dataclass"),
        pytest.param(
            Order, {"item": "q", "other": {"day": None}}, "--x.other.depth: expected integer, found nothing", id="in an optional one"
        ),
        pytest.param(Order, {"item": "q", "either": []}, "--x.either: expected integer or string, found []", id="none of a union"),
        pytest.param(
            Order, {"item": "q", "parts": [{"item": 1}]}, "--x.parts[0].item: expected string, found 1", id="in one that contains itself"
        ),
        pytest.param(dict[str, Order], {"a": {"item": 1}}, "--x.a.item: expected string, found 1", id="in a map"),
        pytest.param(Order | None, {"item": 1}, "--x.item: expected string, found 1", id="where it may be null"),
        pytest.param(Model, {"name": "m", "steps": "x"}, '--x.steps: expected integer, found "x"', id="a field of a pydantic model"),
    ],
)
def test_what_does_not_fit_is_named(hint: Any, value: Any, error: str) -> None:
    with pytest.raises(FieldError) as raised:
        check(hint, value)
    assert error in str(raised.value)
