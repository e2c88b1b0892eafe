"""The inputs and outputs of executions, of their node and of their attempts."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from flyteidl.admin import common_pb2, execution_pb2, node_execution_pb2, task_execution_pb2

from glider_admin.data.values import Data, inputs_of, outputs_of
from glider_admin.errors import Code, RefusedError
from glider_admin.front import Call
from glider_admin.handlers.handler import Handler
from glider_admin.handlers.reading import execution_of
from glider_admin.messages.identifiers import check_node, place_of
from glider_admin.messages.nodes import flyte_urls

Json = Mapping[str, Any]


async def get_execution_data(
    call: Call, request: execution_pb2.WorkflowExecutionGetDataRequest
) -> execution_pb2.WorkflowExecutionGetDataResponse:
    """Those of an execution."""
    return execution_pb2.WorkflowExecutionGetDataResponse(**await _values(call, await execution_of(call, request.id)))


async def get_node_data(
    call: Call, request: node_execution_pb2.NodeExecutionGetDataRequest
) -> node_execution_pb2.NodeExecutionGetDataResponse:
    """The same, by its node."""
    check_node(request.id)
    identifier = request.id.execution_id
    values = await _values(call, await execution_of(call, identifier))
    return node_execution_pb2.NodeExecutionGetDataResponse(**values, flyte_urls=flyte_urls(place_of(identifier), identifier.name))


async def get_attempt_data(
    call: Call, request: task_execution_pb2.TaskExecutionGetDataRequest
) -> task_execution_pb2.TaskExecutionGetDataResponse:
    """Those of one attempt: the inputs are the execution's, the outputs what it left itself."""
    check_node(request.id.node_execution_id)
    identifier, attempt = request.id.node_execution_id.execution_id, request.id.retry_attempt
    values = await _values(call, await execution_of(call, identifier), attempt=attempt)
    urls = flyte_urls(place_of(identifier), identifier.name, attempt=attempt)
    return task_execution_pb2.TaskExecutionGetDataResponse(**values, flyte_urls=urls)


async def get_dynamic_workflow(call: Call, request: node_execution_pb2.GetDynamicNodeWorkflowRequest) -> Any:
    """Glider makes no workflow of what a dynamic task leaves."""
    check_node(request.id)
    await execution_of(call, request.id.execution_id)
    raise RefusedError(Code.NOT_FOUND, f"The execution {request.id.execution_id.name} has no dynamic workflow: Glider runs tasks alone.")


async def _values(call: Call, execution: Json, *, attempt: int | None = None) -> dict[str, Any]:
    inputs, outputs = await asyncio.gather(inputs_of(call, execution), outputs_of(call, execution, attempt=attempt))
    return {**_fields("inputs", inputs), **_fields("outputs", outputs)}


def _fields(name: str, data: Data) -> dict[str, Any]:
    if data.literals is not None:
        return {f"full_{name}": data.literals}
    return {name: common_pb2.UrlBlob(url=data.url, bytes=data.bytes)}


HANDLERS: Mapping[str, Handler] = {
    "GetExecutionData": get_execution_data,
    "GetNodeExecutionData": get_node_data,
    "GetTaskExecutionData": get_attempt_data,
    "GetDynamicNodeWorkflow": get_dynamic_workflow,
}
