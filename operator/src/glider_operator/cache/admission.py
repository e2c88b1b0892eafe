"""Who has a place where only some executions may have a pod, and who waits for one.

An execution takes a place with its first pod and keeps it until it is finished or suspended, through retries too; one that can't have
its pod for now (a missing Secret, a quota) has none. Who finds a group full waits in that group's line, by priority and then by age,
and nobody overtakes there. An execution waits in one line at a time, so that one task's full line doesn't hold up the others of its
namespace. A question costs O(log n). What is kept can be forgotten: after a restart places are taken again by the pods that are
there, before anybody is asked for.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from glider_core.reconcile.admission import Group, Limit, Rank, Turn


@dataclass(slots=True)
class _Line:
    running: set[str] = field(default_factory=set)
    waiting: list[Rank] = field(default_factory=list)


class Admission:
    """Who runs and who waits."""

    def __init__(self) -> None:
        self._lines: defaultdict[Group, _Line] = defaultdict(_Line)
        self._places: defaultdict[str, set[Group]] = defaultdict(set)
        self._waits: dict[str, tuple[Group, Rank]] = {}

    def full(self, rank: Rank, limits: tuple[Limit, ...]) -> Limit | None:
        """The first of `limits` that the execution has to wait for; None if it may run. Nothing changes by the question."""
        for limit in limits:
            line = self._lines.get(limit.group)
            if line is None or rank.uid in line.running:
                continue
            if len(line.running) >= limit.most or self._overtakes(limit.group, rank):
                return limit
        return None

    def claim(self, uid: str, groups: tuple[Group, ...]) -> tuple[str, ...]:
        """The execution runs, whatever the limits are. Who should ask again."""
        self._leave_line(uid)
        for group in groups:
            self._lines[group].running.add(uid)
            self._places[uid].add(group)
        return self._firsts(groups)

    def wait(self, turn: Turn) -> tuple[str, ...]:
        """The execution waits for its turn, in this line and no other. Who should ask again."""
        group, rank = turn.limit.group, turn.rank
        was_in = self._waits.get(rank.uid)
        if was_in != (group, rank):
            self._waits[rank.uid] = (group, rank)
            heapq.heappush(self._lines[group].waiting, rank)
        return () if was_in is None or was_in[0] == group else self._firsts((was_in[0],))

    def release(self, uid: str) -> tuple[str, ...]:
        """The execution is finished, suspended, gone, or can't have its pod for now. Return which executions to requeue."""
        groups = self._places.pop(uid, set())
        waited = self._waits.get(uid)
        if waited is not None and self._first(waited[0]) == waited[1]:
            groups = groups | {waited[0]}  # its turn may have come, and then it is the next one's
        self._leave_line(uid)
        for group in groups:
            self._lines[group].running.discard(uid)
        answer = self._firsts(groups)
        for group in groups:
            if not (self._lines[group].running or self._lines[group].waiting):
                del self._lines[group]
        return answer

    def _firsts(self, groups: Iterable[Group]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(first.uid for group in groups if (first := self._first(group)) is not None))

    def _overtakes(self, group: Group, rank: Rank) -> bool:
        first = self._first(group)
        return first is not None and first.uid != rank.uid and first < rank

    def _leave_line(self, uid: str) -> None:
        self._waits.pop(uid, None)  # what stands in the heap is dropped when it comes up

    def _first(self, group: Group) -> Rank | None:
        waiting = self._lines[group].waiting
        while waiting and self._waits.get(waiting[0].uid) != (group, waiting[0]):
            heapq.heappop(waiting)
        return waiting[0] if waiting else None
