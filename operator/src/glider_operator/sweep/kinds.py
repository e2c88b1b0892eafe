"""What is swept: a kind of objects, their cached state, and the functions that get the differences."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """Objects that are watched.

    Attributes:
        resource: their resource's name.
        selector, fields: the watch's selectors, of labels and of fields.
        known: the resource versions of the cached objects, by UID.
        selected: whether the cached object with this UID is selected.
        saw: called with the whole object where the cache doesn't have it, or has an older version.
        gone: called with the UIDs of objects that no longer exist; returns how many of them were still cached.
        left: of objects that were deleted lately, or that `fields` no longer selects, the resource versions of that, by UID.
    """

    resource: str
    selector: str
    fields: str = ""
    known: Callable[[], Mapping[str, int]]
    selected: Callable[[str], bool] = lambda _: True
    saw: Callable[[Mapping[str, Any]], None]
    gone: Callable[[Collection[str]], int]
    left: Callable[[], Mapping[str, int]] = dict


@dataclass(frozen=True, kw_only=True, slots=True)
class Unwatched:
    """Objects that aren't watched, although some of them matter.

    Attributes:
        resource: their resource's name.
        selector, fields: selectors, of labels and of fields.
        known: the resource versions of the cached objects, by UID.
        saw: called with each whole object.
        gone: called with the UID of each cached object that no longer exists.
    """

    resource: str
    selector: str
    fields: str
    known: Callable[[], Mapping[str, int]]
    saw: Callable[[Mapping[str, Any]], None]
    gone: Callable[[str], None]
