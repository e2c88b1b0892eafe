"""Taking type hints apart."""

from __future__ import annotations

import types
import typing
from typing import Any, TypeVar

T = TypeVar("T")


def bare(hint: Any) -> Any:
    """`hint` without its Annotated[…]."""
    return typing.get_args(hint)[0] if typing.get_origin(hint) is typing.Annotated else hint


def annotations_of(hint: Any) -> tuple[Any, ...]:
    """What Annotated[…] says besides the type."""
    return typing.get_args(hint)[1:] if typing.get_origin(hint) is typing.Annotated else ()


def annotation_of(hint: Any, kind: type[T]) -> T | None:
    """The first of `hint`'s annotations that is a `kind`."""
    return next((found for found in annotations_of(hint) if isinstance(found, kind)), None)


def is_union(hint: Any) -> bool:
    """Whether `hint` is Optional[T], Union[A, B] or A | B."""
    return typing.get_origin(hint) in (typing.Union, types.UnionType)


def is_named_tuple(hint: Any) -> bool:
    """Whether `hint` is a NamedTuple."""
    return isinstance(hint, type) and issubclass(hint, tuple) and hasattr(hint, "_fields")
