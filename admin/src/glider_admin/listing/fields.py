"""What an entity can be filtered and sorted by: each field by its name in FlyteAdmin, whatever is listed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any, Generic, TypeVar

from glider.wire.durations import parse_duration
from glider.wire.jsonform import FieldError
from glider_core.api.moments import parse_time

T = TypeVar("T")

_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")


class Kind(Enum):
    """What values of a field are."""

    TEXT = "text"
    TIME = "a time such as 2026-11-29T12:00:00Z"
    DURATION = "seconds, or a duration such as 1h30m"
    NUMBER = "a number"


@dataclass(frozen=True, kw_only=True, slots=True)
class Field(Generic[T]):
    """A field: `read` returns its value, None where there is none, or a collection of several. A time is text, as in Kubernetes."""

    read: Callable[[T], Any]
    kind: Kind = Kind.TEXT

    def values(self, item: T) -> tuple[Any, ...]:
        """What `item` has there."""
        found = self.read(item)
        if self.kind is Kind.TIME:
            found = parse_time(found)
        if found is None:
            return ()
        if isinstance(found, str) or not isinstance(found, Iterable):
            return (found,)
        return tuple(found)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fields(Generic[T]):
    """The fields of an entity.

    Attributes:
        entity: its name in filters, where execution.phase is the same as phase.
        by_name: all that there are, also those of other entities, such as workflow.name of a launch plan.
        key: identifies an item, so that the order is the same each time.
    """

    entity: str
    by_name: Mapping[str, Field[T]]
    key: Callable[[T], str]

    def named(self, name: str, *, where: str) -> Field[T]:
        """The field of that name; CreatedAt is created_at, too.

        Raises:
            FieldError: there is none.
        """
        own = _CAPITAL.sub("_", name.strip().removeprefix(f"{self.entity}.")).lower()
        found = self.by_name.get(own)
        if found is None:
            raise FieldError(where, expected=f"a field of {self.entity}: {', '.join(sorted(self.by_name))}", found=name)
        return found


def value_of(text: str, kind: Kind, *, where: str) -> Any:
    """The value that `text` is, in a filter.

    Raises:
        FieldError: it is another kind of value.
    """
    try:
        match kind:
            case Kind.TEXT:
                return text
            case Kind.NUMBER:
                return float(text)
            case Kind.TIME:
                return _time(text)
            case Kind.DURATION:
                return _duration(text)
    except (ValueError, OverflowError) as error:
        raise FieldError(where, expected=kind.value, found=text) from error


def _time(text: str) -> datetime:
    moment = parse_time(text)
    if moment is None:
        raise ValueError("a time is expected")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _duration(text: str) -> timedelta:
    try:
        return timedelta(seconds=float(text))
    except ValueError:
        return parse_duration(text)
