"""Which executions may have a pod, where only some may: `maxConcurrent` of a task and of a namespace.

An execution takes a place with its first pod and keeps it until it is over or suspended, through retries too; one that can't have
its pod for now (a missing Secret, a quota) has none. Who finds a group
full waits in that group's line, by priority and then by age, and nobody overtakes there. An execution waits in one line at a
time, so that one task's full line doesn't hold up the others of its namespace. No I/O and no clock; a question costs O(log n).
What is kept can be forgotten: after a restart places are taken again by the pods that are there, before anybody is asked for.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from glider_core.api import labels
from glider_core.api.execution import Execution
from glider_core.api.policies import Policies
from glider_core.resolve.resolution import Resolved

Group: TypeAlias = Hashable


@dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """How many of a group may run. `name` says for people which limit it is."""

    group: Group
    most: int
    name: str


@dataclass(frozen=True, order=True, slots=True)
class Rank:
    """An execution's place in a line: higher priority first, then the older one."""

    negative_priority: int
    created: datetime
    uid: str


def groups_of(execution: Execution, task: Resolved) -> tuple[Group, ...]:
    """The groups in which `execution` takes a place: its namespace, and its task there by name, whatever the version."""
    return (execution.namespace,), (execution.namespace, labels.label_value(task.id.name))


def groups_of_pod(body: Mapping[str, Any]) -> tuple[Group, ...]:
    """The same, of an execution that isn't known yet, by its pod."""
    metadata = body["metadata"]
    return (metadata["namespace"],), (metadata["namespace"], metadata["labels"].get(labels.TASK, ""))


def limits_of(execution: Execution, task: Resolved, policies: Policies) -> tuple[Limit, ...]:
    """The limits that hold for `execution`."""
    namespace, same_task = groups_of(execution, task)
    limits = []
    if task.max_concurrent:
        limits.append(Limit(group=same_task, most=task.max_concurrent, name=f"maxConcurrent of task {task.id.name}"))
    if policies.max_concurrent:
        limits.append(Limit(group=namespace, most=policies.max_concurrent, name=f"maxConcurrent of namespace {execution.namespace}"))
    return tuple(limits)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """`full`: the limit that the execution waits for, or None if it may run. `ask_again`: for whom something has changed."""

    full: Limit | None = None
    ask_again: tuple[str, ...] = ()


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

    def claim(self, uid: str, groups: tuple[Group, ...]) -> None:
        """The execution runs already, whatever the limits are."""
        self._leave_line(uid)
        for group in groups:
            self._lines[group].running.add(uid)
            self._places[uid].add(group)

    def ask(self, rank: Rank, groups: tuple[Group, ...], limits: tuple[Limit, ...]) -> Answer:
        """Whether the execution may run; if so it has its places now."""
        uid = rank.uid
        was_in = self._waits.get(uid)
        for limit in limits:
            line = self._lines[limit.group]
            if uid not in line.running and (len(line.running) >= limit.most or self._overtakes(limit.group, rank)):
                self._wait(limit.group, rank)
                left = () if was_in is None or was_in[0] == limit.group else (was_in[0],)
                return Answer(full=limit, ask_again=self._firsts(left))
        self.claim(uid, groups)
        return Answer(ask_again=self._firsts(groups))

    def release(self, uid: str) -> tuple[str, ...]:
        """The execution is over, suspended, gone, or can't have its pod for now: who should ask again."""
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

    def _wait(self, group: Group, rank: Rank) -> None:
        if self._waits.get(rank.uid) != (group, rank):
            self._waits[rank.uid] = (group, rank)
            heapq.heappush(self._lines[group].waiting, rank)

    def _leave_line(self, uid: str) -> None:
        self._waits.pop(uid, None)  # what stands in the heap is dropped when it comes up

    def _first(self, group: Group) -> Rank | None:
        waiting = self._lines[group].waiting
        while waiting and self._waits.get(waiting[0].uid) != (group, waiting[0]):
            heapq.heappop(waiting)
        return waiting[0] if waiting else None
