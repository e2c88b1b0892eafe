"""When to requeue which key: a heap of times, one of which counts for each key.

A time that was cancelled, or replaced by an earlier one, stays in the heap until there are more of these than valid ones: so the
heap is bounded by the number of keys that have a time.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Hashable, Iterator
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)

_SLACK = 64


class Timers(Generic[K]):
    """The times at which keys are requeued, by the caller's clock."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, K]] = []
        self._due: dict[K, float] = {}
        self._sequence = itertools.count()

    def __len__(self) -> int:
        return len(self._due)

    def set(self, key: K, due: float) -> None:
        """Requeue `key` at `due`, unless it has an earlier time."""
        if self._due.get(key, due + 1) <= due:
            return
        self._due[key] = due
        heapq.heappush(self._heap, (due, next(self._sequence), key))
        if len(self._heap) > 2 * len(self._due) + _SLACK:
            self._heap = [entry for entry in self._heap if self._due.get(entry[2]) == entry[0]]
            heapq.heapify(self._heap)

    def forget(self, key: K) -> None:
        """Cancel the time of `key`."""
        self._due.pop(key, None)

    def due(self, key: K) -> float | None:
        """The time of `key`; None if it has none."""
        return self._due.get(key)

    def next(self) -> float | None:
        """The time at which to `pop`."""
        return self._heap[0][0] if self._heap else None

    def pop(self, now: float) -> Iterator[K]:
        """The keys whose time has come."""
        while self._heap and self._heap[0][0] <= now:
            due, _, key = heapq.heappop(self._heap)
            if self._due.get(key) == due:
                del self._due[key]
                yield key
