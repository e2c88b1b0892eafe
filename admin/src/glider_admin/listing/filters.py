"""The filters of a request, as flytekit's and flytectl's builders write them: eq(name,x)+value_in(phase,A;B)."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from glider.wire.jsonform import FieldError, words
from glider_admin.listing.fields import Field, Fields, Kind, value_of

T = TypeVar("T")

_WHERE = "filters"
#: As FlyteAdmin reads them: the value may have commas and brackets, too. A plus joins filters only where another one begins.
_BETWEEN = re.compile(r"(?<=\))\+(?=[A-Za-z_]+\()")
_FILTER = re.compile(r"([A-Za-z_]+)\(([^,]+),\s?(.*)\)", re.DOTALL)
_SEPARATOR = ";"
_LONGEST = 64 << 10
#: Each is compared with all that there is, on the one loop that answers everybody. Clients send a handful.
_MOST, _MOST_CONTAINED = 50, 50

_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
    "contains": lambda value, wanted: wanted in value,
    "value_in": lambda value, wanted: value in wanted,
}
#: What holds where another function doesn't.
_OPPOSITES = {"ne": "eq", "value_not_in": "value_in"}
#: These take several values, the second as a set.
_MANY = frozenset({"contains", "value_in"})
_FUNCTIONS = (*_COMPARE, *_OPPOSITES)


@dataclass(frozen=True, kw_only=True, slots=True)
class Filter(Generic[T]):
    """One condition: `field` compares as one of `wanted`, or, where it `opposes`, as none of them."""

    field: Field[T]
    compare: Callable[[Any, Any], bool]
    wanted: tuple[Any, ...]
    opposes: bool

    def takes(self, item: T) -> bool:
        """Whether `item` meets it. Without a value, an item only meets what opposes."""
        found = any(self.compare(value, wanted) for value in self.field.values(item) for wanted in self.wanted)
        return found is not self.opposes


def parse_filters(text: str, fields: Fields[T]) -> Sequence[Filter[T]]:
    """The filters in `text`, all of which an item has to meet.

    Raises:
        FieldError: they are too long, or a filter has another form, an unknown function or field, or a value of another kind.
    """
    if len(text) > _LONGEST:
        raise FieldError(_WHERE, expected=f"at most {_LONGEST:,} characters", found=words(f"{len(text):,}"))
    parts = _BETWEEN.split(text) if text else []
    if len(parts) > _MOST:
        raise FieldError(_WHERE, expected=f"at most {_MOST} filters", found=words(f"{len(parts):,}"))
    return [_parse(part, fields) for part in parts]


def _parse(text: str, fields: Fields[T]) -> Filter[T]:
    match = _FILTER.fullmatch(text.strip())
    if match is None:
        raise FieldError(
            _WHERE, expected="function(field,value), joined by +, such as eq(name,x)+gte(created_at,2026-11-29T00:00:00Z)", found=text
        )
    name, written, value = match.groups()
    if name not in _FUNCTIONS:
        raise FieldError(_WHERE, expected=f"one of the functions {', '.join(_FUNCTIONS)}", found=name)
    field = fields.named(written, where=_WHERE)
    function = _OPPOSITES.get(name, name)
    if function == "contains" and field.kind is not Kind.TEXT:
        raise FieldError(_WHERE, expected=f"contains only for text; {written} is {field.kind.value}", found=text)
    values = value.split(_SEPARATOR) if function in _MANY else [value]
    if function == "contains" and len(values) > _MOST_CONTAINED:
        raise FieldError(_WHERE, expected=f"contains with at most {_MOST_CONTAINED} values", found=words(f"{len(values):,}"))
    read = [value_of(one.strip(), field.kind, where=f"{_WHERE}: {written}") for one in values]
    wanted = (frozenset(read),) if function == "value_in" else tuple(read)
    return Filter(field=field, compare=_COMPARE[function], wanted=wanted, opposes=name in _OPPOSITES)
