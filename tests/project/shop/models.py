"""The shop's data."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum


class Size(Enum):
    SMALL = "small"
    LARGE = "large"


@dataclass
class Item:
    name: str
    price: float
    count: int = 1


@dataclass
class Order:
    items: list[Item]
    size: Size = Size.SMALL
    notes: dict[str, str] = field(default_factory=dict)
    patience: timedelta = timedelta(hours=1)
