"""One page of a list: what passes the filters, in the order that was asked for, from a token on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from flyteidl.admin import common_pb2

from glider.wire.jsonform import FieldError
from glider_admin.listing.fields import Field, Fields
from glider_admin.listing.filters import parse_filters

T = TypeVar("T")

#: How many items a page has at most, and where the request names no number.
MOST, DEFAULT = 1000, 100
#: A page ends early where its messages would have more bytes together: clients take 20 MiB at most.
MOST_BYTES = 8 << 20
_DIGITS = 18  # nothing has more items
NEWEST = common_pb2.Sort(key="created_at", direction=common_pb2.Sort.DESCENDING)


class Message(Protocol):
    """One of protobuf's."""

    def ByteSize(self) -> int:  # noqa: N802
        """How long it is."""


M = TypeVar("M", bound=Message)


@dataclass(frozen=True, kw_only=True, slots=True)
class Page(Generic[T]):
    """Some items of a list, and the token that the next page begins with; an empty one where there is none."""

    items: Sequence[T]
    token: str


def page_of(
    items: Iterable[T], request: Any, *, fields: Fields[T], message: Callable[[T], M], default: common_pb2.Sort = NEWEST
) -> Page[M]:
    """The page of `items` that a request for a list asks for, as messages.

    Args:
        items: all that there are, in any order.
        request: one of flyteidl's: it may have `filters`, `sort_by`, `token` and `limit`.
        fields: of the items.
        message: makes the message of an item.
        default: the order where the request has none.

    Raises:
        FieldError: something of the request isn't what it should be.
    """
    chosen = selection_of(items, request, fields=fields, default=default)
    filling: Filling[M] = Filling(limit=chosen.limit)
    for item in chosen.items:
        if filling.is_full or not filling.takes(message(item)):
            break
    return chosen.page(filling.messages, passed=len(filling.messages))


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection(Generic[T]):
    """What a request for a list asks for: all items from the token on, in order. A page has at most `limit` of them."""

    items: Sequence[T]
    offset: int
    limit: int

    def page(self, messages: Sequence[M], *, passed: int) -> Page[M]:
        """The page of `messages`, which are all of the first `passed` items that have one."""
        return Page(items=messages, token=str(self.offset + passed) if passed < len(self.items) else "")


class Filling(Generic[M]):
    """The messages of one page, which is full at `limit` messages, or where they have too many bytes together."""

    def __init__(self, *, limit: int) -> None:
        self.messages: list[M] = []
        self._limit, self._room = limit, MOST_BYTES

    @property
    def missing(self) -> int:
        """How many messages it can have yet."""
        return self._limit - len(self.messages) if self._room > 0 else 0

    @property
    def is_full(self) -> bool:
        """Whether no other message fits."""
        return self.missing <= 0

    def takes(self, message: M) -> bool:
        """Whether `message` fits: then it is on the page. The first one always is."""
        self._room -= message.ByteSize()
        if self._room < 0 and self.messages:
            return False
        self.messages.append(message)
        return True


def selection_of(items: Iterable[T], request: Any, *, fields: Fields[T], default: common_pb2.Sort = NEWEST) -> Selection[T]:
    """What of `items` a request asks for; the arguments are those of page_of.

    Raises:
        FieldError: something of the request isn't what it should be.
    """
    offset = _offset(request.token)
    filters = parse_filters(getattr(request, "filters", ""), fields)
    found = _in_order([item for item in items if all(one.takes(item) for one in filters)], request, fields=fields, default=default)
    return Selection(items=found[offset:], offset=offset, limit=_limit(request.limit))


def _in_order(items: Sequence[T], request: Any, *, fields: Fields[T], default: common_pb2.Sort) -> Sequence[T]:
    asked = request.sort_by if hasattr(request, "sort_by") else default
    sort = asked if asked.key else default
    field = fields.named(sort.key, where="sort_by.key")
    named = sorted(items, key=fields.key)
    return sorted(named, key=lambda item: _place(item, field), reverse=sort.direction == common_pb2.Sort.DESCENDING)


def _place(item: T, field: Field[T]) -> tuple[bool, Any]:
    """Whatever has no value comes first where small values do."""
    values = field.values(item)
    return (bool(values), min(values) if values else None)


def _limit(limit: int) -> int:
    return min(limit, MOST) if limit > 0 else DEFAULT


def _offset(token: str) -> int:
    if not token:
        return 0
    if not (token.isascii() and token.isdigit()):
        raise FieldError("token", expected="the token of the page before, which is a number", found=token)
    return int(token[:_DIGITS])
