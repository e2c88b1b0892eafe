"""The one node of a task's execution, and its attempts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flyteidl.admin import node_execution_pb2, task_execution_pb2

from glider_admin.errors import Code, RefusedError
from glider_admin.front import Call
from glider_admin.handlers.handler import Handler
from glider_admin.handlers.reading import execution_of, task_of, type_of
from glider_admin.messages.attempts import attempt_messages
from glider_admin.messages.identifiers import check_node, place_of
from glider_admin.messages.nodes import node_message

Json = Mapping[str, Any]


async def list_nodes(call: Call, request: node_execution_pb2.NodeExecutionListRequest) -> node_execution_pb2.NodeExecutionList:
    """The node; none below it."""
    found = await execution_of(call, request.workflow_execution_id)
    nodes = [] if request.unique_parent_id else [node_message(found, place=place_of(request.workflow_execution_id))]
    return node_execution_pb2.NodeExecutionList(node_executions=nodes)


async def list_children(call: Call, request: node_execution_pb2.NodeExecutionForTaskListRequest) -> node_execution_pb2.NodeExecutionList:
    """No nodes: an attempt is a pod, and no workflow."""
    check_node(request.task_execution_id.node_execution_id)
    await execution_of(call, request.task_execution_id.node_execution_id.execution_id)
    return node_execution_pb2.NodeExecutionList()


async def get_node(call: Call, request: node_execution_pb2.NodeExecutionGetRequest) -> node_execution_pb2.NodeExecution:
    """The node."""
    check_node(request.id)
    return node_message(await execution_of(call, request.id.execution_id), place=place_of(request.id.execution_id))


async def list_attempts(call: Call, request: task_execution_pb2.TaskExecutionListRequest) -> task_execution_pb2.TaskExecutionList:
    """All attempts on record: the last ten."""
    check_node(request.node_execution_id)
    identifier = request.node_execution_id.execution_id
    return task_execution_pb2.TaskExecutionList(task_executions=_attempts(call, await execution_of(call, identifier), identifier))


async def get_attempt(call: Call, request: task_execution_pb2.TaskExecutionGetRequest) -> task_execution_pb2.TaskExecution:
    """One attempt."""
    check_node(request.id.node_execution_id)
    identifier = request.id.node_execution_id.execution_id
    attempts = _attempts(call, await execution_of(call, identifier), identifier)
    for attempt in attempts:
        if attempt.id.retry_attempt == request.id.retry_attempt:
            return attempt
    numbers = ", ".join(str(one.id.retry_attempt) for one in attempts) or "none"
    message = f"The execution {identifier.name} has no attempt {request.id.retry_attempt} on record. On record: {numbers}."
    raise RefusedError(Code.NOT_FOUND, message)


def _attempts(call: Call, execution: Json, identifier: Any) -> list[task_execution_pb2.TaskExecution]:
    place = place_of(identifier)
    return attempt_messages(execution, task=task_of(call, execution, place=place), place=place, task_type=type_of(call, execution))


HANDLERS: Mapping[str, Handler] = {
    "ListNodeExecutions": list_nodes,
    "ListNodeExecutionsForTask": list_children,
    "GetNodeExecution": get_node,
    "ListTaskExecutions": list_attempts,
    "GetTaskExecution": get_attempt,
}
