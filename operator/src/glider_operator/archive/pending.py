"""The executions that are still to be archived, in the order in which they ended.

Each is there from its end until its row is in the index, so that what has to wait for that can ask. Their documents are bounded by
bytes: where there are too many, of those that came last only the names are kept, some 500 bytes each, and the documents are fetched again
in their turn, from the API server. Executions that a list has
found, and that may be archived already, are bounded in their number, too: the next list finds the others.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from glider_core.api.execution import Identity

MOST_BYTES = 64 << 20
MOST_FOUND = 20_000
#: For how long an execution waits for its pods to end, before it is archived with what there is.
SETTLES = 60.0
#: How soon one is tried again whose record can't be made, or isn't accepted.
UNFIT_AGAIN = 3_600.0
#: The same of one that wasn't stored, at most; the first time after a second.
STORED_AGAIN = 300.0


@dataclass(slots=True, eq=False)
class Pending:
    """An execution that is to be archived.

    Attributes:
        namespace, name, uid: which one.
        day: that under which it will be.
        since: when it was added, in seconds of a monotonic clock.
        body: its document; None where it has to be fetched.
        sure: whether it can't be archived yet, since it has just ended; else the index shows it.
        resolved: what its task got besides what is written in it, where that is known. It goes with the document.
        template: the document of its template, likewise.
        failed: whether it failed, so that Events about its pod may have more.
        problem: why it can't be archived by itself; empty where it can.
        tries: how often it couldn't be stored.
        not_before: when it is tried again.
    """

    namespace: str
    name: str
    uid: str
    day: date
    since: float
    body: bytes | None
    sure: bool
    resolved: Mapping[str, Any] | None = None
    template: Mapping[str, Any] | None = None
    failed: bool = False
    problem: str = ""
    tries: int = 0
    not_before: float = 0.0
    size: int = field(init=False, default=0)

    @property
    def identity(self) -> Identity:
        """What its pods are known by."""
        return self.namespace, self.uid

    @property
    def title(self) -> str:
        """What people call it."""
        return f"{self.namespace}/{self.name}"


class PendingExecutions:
    """All of them, by UID. `most`: bytes of documents. `clock`: seconds, monotonic."""

    def __init__(self, *, clock: Callable[[], float], most: int = MOST_BYTES, most_found: int = MOST_FOUND) -> None:
        self._clock = clock
        self._most = most
        self._most_found = most_found
        self._by_uid: dict[str, Pending] = {}
        self.size = 0

    def __len__(self) -> int:
        return len(self._by_uid)

    def __contains__(self, uid: object) -> bool:
        return uid in self._by_uid

    @property
    def is_full(self) -> bool:
        """Whether there is no room for more that a list finds."""
        return len(self._by_uid) >= self._most_found

    def add(self, entry: Pending) -> bool:
        """Add it, unless it is there, or there are too many of its kind. Whether it is there now."""
        if entry.uid in self._by_uid:
            return True
        if not entry.sure and self.is_full:
            return False
        if entry.body is None or self.size + len(entry.body) > self._most:
            entry.body = entry.resolved = entry.template = None
        entry.size = len(entry.body or b"")
        self.size += entry.size
        self._by_uid[entry.uid] = entry
        return True

    def done(self, uid: str) -> None:
        """It is archived, or never will be."""
        if (entry := self._by_uid.pop(uid, None)) is not None:
            self.size -= entry.size

    def due(self, *, most: int, settled: Callable[[Pending], bool]) -> list[Pending]:
        """Those to be archived now, the first ones first. `settled`: whether nothing more will happen to one."""
        now, found = self._clock(), list[Pending]()
        for entry in self._by_uid.values():
            if entry.not_before <= now and (now - entry.since >= SETTLES or settled(entry)):
                found.append(entry)
                if len(found) >= most:
                    break
        return found

    def unfit(self, entry: Pending, problem: str) -> bool:
        """It can't be archived for a reason of its own: others go before it from now on. Whether nobody knows that yet."""
        fresh, entry.problem = not entry.problem, problem
        entry.not_before = self._clock() + UNFIT_AGAIN
        return fresh

    def not_stored(self, entry: Pending) -> None:
        """The store didn't take it, which may be for a reason of its own: others are tried before it."""
        entry.not_before = self._clock() + min(STORED_AGAIN, 2.0 ** min(entry.tries, 16)) * random.uniform(0.5, 1.0)
        entry.tries += 1

    def oldest(self) -> float:
        """For how many seconds the first that can be archived has waited; 0 where none waits."""
        first = next((entry for entry in self._by_uid.values() if not entry.problem), None)
        return 0.0 if first is None else self._clock() - first.since

    def problems(self) -> Iterator[Pending]:
        """Those that can't be archived for reasons of their own."""
        return (entry for entry in self._by_uid.values() if entry.problem)
