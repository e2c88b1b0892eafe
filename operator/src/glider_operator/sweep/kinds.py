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
        selector: the watch's label selector.
        known: the resource versions of those that memory takes to be there, by UID.
        saw: told of the whole object where memory doesn't know it, or not as it is now.
        gone: told the UIDs of those that aren't there any more; says of how many of them that is news.
    """

    resource: str
    selector: str
    known: Callable[[], Mapping[str, int]]
    saw: Callable[[Mapping[str, Any]], None]
    gone: Callable[[Collection[str]], int]
