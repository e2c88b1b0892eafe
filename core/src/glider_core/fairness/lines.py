"""Whose turn it is: round robin between the groups of keys, which are namespaces, and in a group first those that go ahead.

A group gets a worker only while fewer of them work for it than are idle. So one that fills them all with slow calls (a webhook
that hangs, a store that is gone) leaves half of them to the others, two leave a third, and there is always one for the next.
"""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)


class Line(Generic[K]):
    """The keys of one group, each of them once."""

    def __init__(self) -> None:
        self._ahead: OrderedDict[K, None] = OrderedDict()
        self._behind: OrderedDict[K, None] = OrderedDict()

    def __len__(self) -> int:
        return len(self._ahead) + len(self._behind)

    def add(self, key: K, *, ahead: bool) -> int:
        """At the end of its part; one that waited behind may go ahead by now. By how much this makes the line longer."""
        before = len(self)
        if ahead:
            self._behind.pop(key, None)
            self._ahead[key] = None
        elif key not in self._ahead:
            self._behind[key] = None
        return len(self) - before

    def remove(self, key: K) -> None:
        """`key`, which is in it, doesn't wait any more."""
        del (self._ahead if key in self._ahead else self._behind)[key]

    def take(self) -> K:
        """Whose turn it is."""
        key, _ = (self._ahead or self._behind).popitem(last=False)
        return key


class FairLines(Generic[K]):
    """Keys that are ready, in a line for each group; `workers` is how many can be worked on at once."""

    def __init__(self, *, workers: int) -> None:
        self._idle = workers
        self._lines: dict[Hashable, Line[K]] = {}
        self._turns: deque[Hashable] = deque()
        self._busy: Counter[Hashable] = Counter()
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def add(self, group: Hashable, key: K, *, ahead: bool = False) -> None:
        """`key` is ready, and goes `ahead` of those of its group that don't."""
        line = self._lines.get(group)
        if line is None:
            line = self._lines[group] = Line()
            self._turns.append(group)
        self._length += line.add(key, ahead=ahead)

    def remove(self, group: Hashable, key: K) -> None:
        """`key`, which is ready, isn't any more."""
        line = self._lines[group]
        line.remove(key)
        self._length -= 1
        if not line:
            del self._lines[group]
            self._turns.remove(group)

    def take(self) -> K | None:
        """The key whose turn it is, for which a worker is busy from now on; None where nobody may be served."""
        for _ in range(len(self._turns)):
            group = self._turns.popleft()
            if self._busy[group] >= self._idle:
                self._turns.append(group)
                continue
            key = self._first_of(group)
            if group in self._lines:
                self._turns.append(group)
            self._busy[group] += 1
            self._idle -= 1
            return key
        return None

    def drop(self, group: Hashable) -> K:
        """The first in the group's line leaves it without having been served."""
        key = self._first_of(group)
        if group not in self._lines:
            self._turns.remove(group)
        return key

    def done(self, group: Hashable) -> None:
        """A worker that was busy for `group` is idle again."""
        self._idle += 1
        self._busy[group] -= 1
        if not self._busy[group]:
            del self._busy[group]

    def depth(self, group: Hashable) -> int:
        """How many keys of `group` wait."""
        return len(self._lines.get(group, ()))

    def depths(self) -> dict[Hashable, int]:
        """How many keys wait in each group."""
        return {group: len(line) for group, line in self._lines.items()}

    def _first_of(self, group: Hashable) -> K:
        line = self._lines[group]
        key = line.take()
        self._length -= 1
        if not line:
            del self._lines[group]
        return key
