"""What was worked out from objects that are never changed, only replaced: the last of it, by which objects they were.

To compare the contents of two large documents costs as much as to work it out again; to see that they are one and the same costs nothing.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Remembered(Generic[T]):
    """At most `most` values. Those that nobody has asked for the longest make room."""

    def __init__(self, *, most: int) -> None:
        self._most = most
        self._known: OrderedDict[Hashable, tuple[tuple[object, ...], T]] = OrderedDict()

    def get(self, *sources: object, key: Hashable = None) -> T | None:
        """What was worked out from just these objects, and from what is equal to `key`."""
        place = (key, *map(id, sources))
        if (known := self._known.get(place)) is None:
            return None
        self._known.move_to_end(place)
        return known[1]

    def add(self, value: T, *sources: object, key: Hashable = None) -> None:
        """Remember `value`, and keep `sources`: so no other object gets the identity of one of them."""
        self._known[(key, *map(id, sources))] = (sources, value)
        if len(self._known) > self._most:
            self._known.popitem(last=False)
