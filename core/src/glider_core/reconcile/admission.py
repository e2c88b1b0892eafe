"""How many executions may have a pod, where only some may: `maxConcurrent` of a task and of a namespace."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from glider_core.api import labels
from glider_core.api.execution import Execution
from glider_core.api.policies import Policies
from glider_core.resolve.resolution import Resolved

Group: TypeAlias = Hashable


@dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """How many of a group may run. `name` states for people which limit it is."""

    group: Group
    most: int
    name: str


@dataclass(frozen=True, order=True, slots=True)
class Rank:
    """An execution's place in a line: higher priority first, then the older one."""

    negative_priority: int
    created: datetime
    uid: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """The line that an execution waits in, which is the limit's, and its place there."""

    limit: Limit
    rank: Rank


def rank_of(execution: Execution, task: Resolved) -> Rank:
    """The place of `execution` in any line."""
    return Rank(negative_priority=-task.priority, created=execution.created, uid=execution.uid)


def groups_of(execution: Execution, task: Resolved) -> tuple[Group, ...]:
    """The groups in which `execution` takes a place: its namespace, and its task there by name, whatever the version."""
    return (execution.namespace,), (execution.namespace, labels.label_value(task.id.name))


def groups_of_pod(body: Mapping[str, Any]) -> tuple[Group, ...]:
    """The same, of an execution that isn't known yet, by its pod."""
    metadata = body["metadata"]
    return (metadata["namespace"],), (metadata["namespace"], metadata["labels"].get(labels.TASK, ""))


def limits_of(execution: Execution, task: Resolved, policies: Policies) -> tuple[Limit, ...]:
    """The limits that hold for `execution`."""
    if not (task.max_concurrent or policies.max_concurrent):
        return ()
    namespace, same_task = groups_of(execution, task)
    limits = []
    if task.max_concurrent:
        limits.append(Limit(group=same_task, most=task.max_concurrent, name=f"maxConcurrent of task {task.id.name}"))
    if policies.max_concurrent:
        limits.append(Limit(group=namespace, most=policies.max_concurrent, name=f"maxConcurrent of namespace {execution.namespace}"))
    return tuple(limits)
