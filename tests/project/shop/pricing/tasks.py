"""Tasks with dataclasses, relative imports, a data file and a decorator of the project's own."""

from typing import NamedTuple

from flytekit import task

from ..models import Item, Order, Size
from ..tracing import counted
from .rates import rate_of


class Split(NamedTuple):
    quotient: int
    remainder: int


@task
def total(order: Order) -> float:
    """The price of an order."""
    return sum(item.price * item.count for item in order.items)


@task
def order_of(names: list[str], size: Size = Size.LARGE) -> Order:
    """An order of things that cost as much as they have letters.

    Args:
        names: what is ordered.
        size: of all of them.
    """
    return Order(items=[Item(name=name, price=float(len(name))) for name in names], size=size, notes={"made": "here"})


@task
def converted(amount: float, currency: str = "usd") -> float:
    return amount * rate_of(currency)


@task
@counted
def traced(number: int) -> int:
    return number * 10


@task
def split(a: int, b: int = 5) -> Split:
    return Split(a // b, a % b)
