"""Executions are read, listed, terminated and archived."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flyteidl.admin import execution_pb2

from glider.wire.jsonform import FieldError
from glider_admin.errors import Code, RefusedError
from glider_admin.front import Call
from glider_admin.handlers.handler import Handler
from glider_admin.handlers.reading import execution_of, task_of
from glider_admin.messages.executions import Abort, State, abort_of, execution_message
from glider_admin.messages.identifiers import place_of
from glider_admin.messages.metrics import span_of
from glider_client.cluster.paths import executions
from glider_client.sdk.acting import act
from glider_client.sdk.verbs import CANCEL, phase_of
from glider_core.api.execution import is_finished
from glider_core.api.phases import Phase

Json = Mapping[str, Any]


async def get_execution(call: Call, request: execution_pb2.WorkflowExecutionGetRequest) -> execution_pb2.Execution:
    """One execution."""
    place = place_of(request.id)
    found = await execution_of(call, request.id)
    return execution_message(found, task=task_of(call, found, place=place), place=place)


async def terminate_execution(call: Call, request: execution_pb2.ExecutionTerminateRequest) -> execution_pb2.ExecutionTerminateResponse:
    """Cancel one. As in FlyteAdmin, who comes after its end is refused; but not whose own request it is, sent again."""
    found = await execution_of(call, request.id)
    abort = Abort(cause=request.cause, principal=call.caller.user)
    if is_finished(found):
        if phase_of(found) == Phase.ABORTED and abort_of(found) == abort:
            return execution_pb2.ExecutionTerminateResponse()
        message = f"The execution {request.id.name} can't be terminated: it has finished ({phase_of(found)})."
        raise RefusedError(Code.FAILED_PRECONDITION, message)
    acted = await call.ask(lambda cluster: act(cluster, CANCEL, found, annotations=abort.annotation()))
    call.front.cache.executions.remember(acted.execution)
    return execution_pb2.ExecutionTerminateResponse()


async def update_execution(call: Call, request: execution_pb2.ExecutionUpdateRequest) -> execution_pb2.ExecutionUpdateResponse:
    """Archive one, or take it out of the archive. It is a note on the execution: its TTL goes on all the same."""
    if request.state not in execution_pb2.ExecutionState.values():
        raise FieldError("state", expected=" or ".join(execution_pb2.ExecutionState.keys()), found=request.state)
    found = await execution_of(call, request.id)
    metadata = found["metadata"]
    state = State(state=request.state, at=datetime.now(UTC), principal=call.caller.user)
    patch = {"metadata": {"uid": metadata["uid"], "annotations": state.annotation()}}
    written = await call.ask(lambda cluster: cluster.patch(executions(metadata["namespace"], metadata["name"]), patch))
    call.front.cache.executions.remember(written)
    return execution_pb2.ExecutionUpdateResponse()


async def get_metrics(
    call: Call, request: execution_pb2.WorkflowExecutionGetMetricsRequest
) -> execution_pb2.WorkflowExecutionGetMetricsResponse:
    """Where one's time has gone."""
    place = place_of(request.id)
    found = await execution_of(call, request.id)
    span = span_of(found, task=task_of(call, found, place=place), place=place, depth=request.depth)
    return execution_pb2.WorkflowExecutionGetMetricsResponse(span=span)


HANDLERS: Mapping[str, Handler] = {
    "GetExecution": get_execution,
    "GetExecutionMetrics": get_metrics,
    "TerminateExecution": terminate_execution,
    "UpdateExecution": update_execution,
}
