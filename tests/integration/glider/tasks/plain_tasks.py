"""Tasks that need nothing of flytekit but names that Glider has too: they run in an image without flytekit after a change of import."""

import asyncio
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import Enum
from typing import Dict, List, NamedTuple, Optional, Union

from flytekit import task

RESULT = NamedTuple("RESULT", [("quotient", int), ("rest", int)])


class Colour(Enum):
    RED = "red"
    GREEN = "green"


@dataclass
class Point:
    x: int
    y: float
    tags: List[str]


@task
def add(a: int, b: int) -> int:
    return a + b


@task
def divide(a: float, b: float = 2.0) -> float:
    return a / b


@task
def greet(name: str) -> str:
    return f"Hello, {name} ü ☃"


@task
def invert(flag: bool) -> bool:
    return not flag


@task
def nothing() -> None:
    print("nothing to tell")


@task
def several(a: int) -> tuple[int, str, float]:
    return a, str(a), a / 2


@task
def named(a: int, b: int) -> RESULT:
    return RESULT(a // b, a % b)


@task
def doubled(items: List[int]) -> List[int]:
    return [item * 2 for item in items]


@task
def nested(items: List[Dict[str, List[int]]]) -> Dict[str, List[int]]:
    return {name: values for item in items for name, values in item.items()}


@task
def counted(words: List[str]) -> Dict[str, int]:
    return {word: words.count(word) for word in sorted(set(words))}


@task
def untyped(value: dict) -> dict:
    return {"was": value, "more": [1, 2.5, None, "x"]}


@task
def maybe(a: Optional[int]) -> Optional[str]:
    return None if a is None else str(a)


@task
def either(a: Union[int, str]) -> Union[int, str]:
    return f"{a}!" if isinstance(a, str) else a + 1


@task
def later(moment: datetime, delay: timedelta) -> datetime:
    return moment.astimezone(timezone.utc) + delay


@task
def span(start: datetime, end: datetime) -> timedelta:
    return end - start


@task
def other(colour: Colour) -> Colour:
    return Colour.RED if colour is Colour.GREEN else Colour.GREEN


@task
def moved(point: Point) -> Point:
    return Point(x=point.x + 1, y=point.y / 2, tags=[*point.tags, "moved"])


@task
def flytekit_is_imported() -> bool:
    return "flytekit" in sys.modules


@task
async def awaited(a: int) -> int:
    await asyncio.sleep(0)
    return a + 1


@task
def failing(a: int) -> int:
    if a:
        raise ValueError(f"{a} is no good")
    return a


@task
def mapped(a: int) -> str:
    return f"<{a}>"


@task
def mapped_with(a: int, b: str, c: float) -> str:
    return f"{a}{b}{c}"
