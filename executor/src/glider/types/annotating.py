"""What people write inside Annotated[…]: flytekit's names, with flytekit's meaning."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class HashMethod(Generic[T]):
    """Annotated[T, HashMethod(f)]: caching compares `f(value)` instead of the value."""

    def __init__(self, function: Callable[[T], str]) -> None:
        self._function = function

    def calculate(self, value: T) -> str:
        """The hash of `value`."""
        return self._function(value)


class BatchSize:
    """Annotated[FlyteDirectory, BatchSize(n)]: n files of the directory move at a time."""

    def __init__(self, val: int) -> None:
        self.val = val


class FlyteAnnotation:
    """Annotated[T, FlyteAnnotation({…})]: data for the task's interface; nothing at run time."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data


def kwtypes(**types: Any) -> OrderedDict[str, Any]:
    """Columns of a data set by name, in order; for dict and numpy.ndarray their options."""
    return OrderedDict(types)
