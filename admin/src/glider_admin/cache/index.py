"""Rows by a key, in the order in which they were created: client-go's indexer."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Generic, TypeVar

from glider_admin.cache.rows import Row

R = TypeVar("R", bound=Row)

#: What sorts a row, and then its UID.
_Entry = tuple[str, str, str]


class Index(Generic[R]):
    """The rows for each of the keys that `keys` finds for a row."""

    def __init__(self, keys: Callable[[R], Iterable[Hashable]]) -> None:
        self._keys = keys
        self._entries: dict[Hashable, list[_Entry]] = {}

    def uids(self, key: Hashable, *, newest_first: bool = False) -> Iterator[str]:
        """The UIDs for `key`, the oldest object's first. The index must not change meanwhile."""
        entries = self._entries.get(key, [])
        return (uid for _, _, uid in (reversed(entries) if newest_first else entries))

    def replace(self, old: R | None, new: R | None) -> None:
        """`new` is there instead of `old`."""
        before = {} if old is None else {key: _entry(old) for key in self._keys(old)}
        after = {} if new is None else {key: _entry(new) for key in self._keys(new)}
        for key, entry in before.items():
            if after.get(key) != entry:
                self._remove(key, entry)
        for key, entry in after.items():
            if before.get(key) != entry:
                insort(self._entries.setdefault(key, []), entry)

    def _remove(self, key: Hashable, entry: _Entry) -> None:
        entries = self._entries[key]
        del entries[bisect_left(entries, entry)]
        if not entries:
            del self._entries[key]


def _entry(row: Row) -> _Entry:
    return (*row.order, row.uid)
