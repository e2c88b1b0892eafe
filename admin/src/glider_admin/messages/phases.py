"""Where an execution stands, in Flyte's words and in ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flyteidl.core import execution_pb2

from glider_core.api.phases import Phase
from glider_core.api.status import Attempt

Json = Mapping[str, Any]

_Workflow, _Node, _Task = execution_pb2.WorkflowExecution, execution_pb2.NodeExecution, execution_pb2.TaskExecution

_WORKFLOW = {
    Phase.PENDING: _Workflow.QUEUED,
    Phase.SUSPENDED: _Workflow.QUEUED,
    Phase.QUEUED: _Workflow.QUEUED,
    Phase.INITIALIZING: _Workflow.QUEUED,
    Phase.RUNNING: _Workflow.RUNNING,
    Phase.RETRYING: _Workflow.RUNNING,
    Phase.SUCCEEDED: _Workflow.SUCCEEDED,
    Phase.FAILED: _Workflow.FAILED,
    Phase.ABORTED: _Workflow.ABORTED,
    Phase.TIMED_OUT: _Workflow.TIMED_OUT,
}
_NODE = {
    _Workflow.QUEUED: _Node.QUEUED,
    _Workflow.RUNNING: _Node.RUNNING,
    _Workflow.SUCCEEDED: _Node.SUCCEEDED,
    _Workflow.FAILED: _Node.FAILED,
    _Workflow.ABORTED: _Node.ABORTED,
    _Workflow.TIMED_OUT: _Node.TIMED_OUT,
    _Workflow.ABORTING: _Node.RUNNING,
}
_LIVE_ATTEMPT = {
    Phase.QUEUED: _Task.WAITING_FOR_RESOURCES,
    Phase.INITIALIZING: _Task.INITIALIZING,
    Phase.RUNNING: _Task.RUNNING,
}


def workflow_phase(phase: str, *, cancelled: bool = False) -> execution_pb2.WorkflowExecution.Phase:
    """The phase of a WorkflowExecution for `status.phase`. `cancelled`: it is asked to end, or is being deleted."""
    known = Phase(phase) if phase in tuple(Phase) else Phase.PENDING
    if cancelled and not known.terminal:
        return _Workflow.ABORTING
    return _WORKFLOW[known]


def phase_name(phase: str, *, cancelled: bool = False) -> str:
    """The same by its name, as filters have it."""
    return str(_Workflow.Phase.Name(workflow_phase(phase, cancelled=cancelled)))


def is_cancelled(execution: Json) -> bool:
    """Whether an execution is asked to end."""
    return bool((execution.get("spec") or {}).get("cancel")) or "deletionTimestamp" in execution["metadata"]


def node_phase(workflow: execution_pb2.WorkflowExecution.Phase) -> execution_pb2.NodeExecution.Phase:
    """The phase of the node of an execution in that phase."""
    return _NODE[workflow]


def attempt_phase(attempt: Attempt, *, execution: Phase, last: bool) -> execution_pb2.TaskExecution.Phase:
    """The phase of an attempt. `last`: it is the execution's latest one."""
    if attempt.completed is None and not execution.terminal:
        if attempt.started is not None:
            return _Task.RUNNING
        return _LIVE_ATTEMPT.get(execution, _Task.QUEUED)
    if last and execution is Phase.SUCCEEDED:
        return _Task.SUCCEEDED
    if attempt.failure is not None or (last and execution in (Phase.FAILED, Phase.TIMED_OUT)):
        return _Task.FAILED
    return _Task.ABORTED
