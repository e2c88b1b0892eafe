"""flyteidl's identifiers of an execution, its one node, and its attempts.

FlyteAdmin runs a single task as a workflow of one node. So does its client expect it: here that node is always called n0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flyteidl.core import identifier_pb2

from glider.wire.jsonform import FieldError
from glider_core.api.task import TaskId

Json = Mapping[str, Any]

#: The node that a task's execution has.
NODE = "n0"


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A project and a domain, as a request has them."""

    project: str
    domain: str


def place_of(identifier: Any) -> Place:
    """That of any identifier."""
    return Place(project=identifier.project, domain=identifier.domain)


def execution_id(place: Place, name: str) -> identifier_pb2.WorkflowExecutionIdentifier:
    """The execution of that name."""
    return identifier_pb2.WorkflowExecutionIdentifier(project=place.project, domain=place.domain, name=name)


def node_id(execution: identifier_pb2.WorkflowExecutionIdentifier) -> identifier_pb2.NodeExecutionIdentifier:
    """An execution's node."""
    return identifier_pb2.NodeExecutionIdentifier(node_id=NODE, execution_id=execution)


def attempt_id(
    execution: identifier_pb2.WorkflowExecutionIdentifier, *, task: identifier_pb2.Identifier, attempt: int
) -> identifier_pb2.TaskExecutionIdentifier:
    """An attempt of an execution of `task`."""
    return identifier_pb2.TaskExecutionIdentifier(task_id=task, node_execution_id=node_id(execution), retry_attempt=attempt)


def task_id(place: Place, task: TaskId) -> identifier_pb2.Identifier:
    """A task, in the place that was asked about: there a client finds it."""
    kind = identifier_pb2.TASK
    return identifier_pb2.Identifier(resource_type=kind, project=place.project, domain=place.domain, name=task.name, version=task.version)


def check_node(identifier: identifier_pb2.NodeExecutionIdentifier) -> None:
    """Raises a FieldError where that isn't the one node that an execution has."""
    if identifier.node_id != NODE:
        raise FieldError("id.node_id", expected=f"{NODE}, the one node of a task's execution", found=identifier.node_id)
