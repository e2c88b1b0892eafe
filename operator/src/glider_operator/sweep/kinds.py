"""What is swept: a kind of objects, what memory knows of them, and whom to tell what it doesn't."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """Objects that a watch should have told of.

    Attributes:
        resource: their resource's name.
        selector, fields: the watch's selectors, of labels and of fields.
        known: the resource versions of those that memory takes to be there, by UID.
        selected: whether the one with this UID is selected, if it is as memory has it.
        saw: told of the whole object where memory doesn't know it, or not as it is now.
        gone: told the UIDs of those that aren't there any more; says of how many of them that is news.
    """

    resource: str
    selector: str
    fields: str = ""
    known: Callable[[], Mapping[str, int]]
    selected: Callable[[str], bool] = lambda _: True
    saw: Callable[[Mapping[str, Any]], None]
    gone: Callable[[Collection[str]], int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Unwatched:
    """Objects that no watch tells of, and of which some matter all the same.

    Attributes:
        resource: their resource's name.
        selector, fields: selectors, of labels and of fields.
        known: the resource versions of those that memory keeps, by UID.
        saw: told of each, the whole object.
        gone: told the UIDs of those among the known that aren't there any more.
    """

    resource: str
    selector: str
    fields: str
    known: Callable[[], Mapping[str, int]]
    saw: Callable[[Mapping[str, Any]], None]
    gone: Callable[[str], None]
