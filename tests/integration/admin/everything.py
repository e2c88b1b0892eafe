"""Tasks of flytekit's whose values have all the types that travel without a store."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from flytekit import task, workflow


class Colour(Enum):
    RED = "red"
    GREEN = "green"


@dataclass
class Point:
    x: int
    y: float
    tags: list[str] = field(default_factory=list)


@task
def everything(
    whole: int,
    number: float,
    text: str,
    flag: bool,
    moment: datetime,
    time: timedelta,
    wholes: list[int],
    words: dict[str, str],
    nested: list[dict[str, list[float]]],
    point: Point,
    colour: Colour,
    maybe: int | None,
    either: int | str,
    free: dict,  # type: ignore[type-arg]
) -> tuple[
    int,
    float,
    str,
    bool,
    datetime,
    timedelta,
    list[int],
    dict[str, str],
    list[dict[str, list[float]]],
    Point,
    Colour,
    int | None,
    int | str,
    dict,  # type: ignore[type-arg]
]:
    """What it gets, and a little more where that is a number."""
    return whole + 1, number / 2, text, not flag, moment, time, wholes, words, nested, point, colour, maybe, either, free


@task
def divided(a: int, b: int) -> float:
    """Fails where b is 0."""
    return a / b


@workflow
def halved(a: int) -> float:
    """A workflow of one task."""
    return divided(a=a, b=2)
