"""An execution's attempts as flyteidl's TaskExecutions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flyteidl.admin import task_execution_pb2
from flyteidl.core import execution_pb2, identifier_pb2

from glider.wire.contract import OUTPUTS_FILE
from glider.wire.errors import Kind, Origin
from glider_admin.messages.executions import error_uri, failure_of
from glider_admin.messages.failures import execution_error
from glider_admin.messages.identifiers import Place, attempt_id, execution_id
from glider_admin.messages.phases import attempt_phase
from glider_admin.messages.times import duration, timestamp
from glider_client.views.stored import inputs_uri, left_uri
from glider_core.api.execution import Execution, parse_execution
from glider_core.api.failure import Failure
from glider_core.api.status import Attempt
from glider_core.api.task import PYTHON_TASK

Json = Mapping[str, Any]

#: What runs a task in Flyte where no plugin does.
_PLUGIN = "container"
_FAILED, _SUCCEEDED = execution_pb2.TaskExecution.FAILED, execution_pb2.TaskExecution.SUCCEEDED


def attempt_messages(
    document: Json, *, task: identifier_pb2.Identifier, place: Place, task_type: str = PYTHON_TASK
) -> list[task_execution_pb2.TaskExecution]:
    """The attempts on record of `document`, a TaskExecution that runs `task`, oldest first."""
    execution = parse_execution(document)
    identifier = execution_id(place, execution.name)
    return [
        task_execution_pb2.TaskExecution(
            id=attempt_id(identifier, task=task, attempt=attempt.number),
            input_uri=inputs_uri(document) or "",
            closure=_closure_of(attempt, execution, document, task_type=task_type),
        )
        for attempt in execution.status.attempts
    ]


def _closure_of(attempt: Attempt, execution: Execution, document: Json, *, task_type: str) -> task_execution_pb2.TaskExecutionClosure:
    status = execution.status
    last = attempt is status.last_attempt
    phase, ended = attempt_phase(attempt, execution=status.phase, last=last), attempt.completed or (status.completed if last else None)
    closure = task_execution_pb2.TaskExecutionClosure(
        phase=phase,
        created_at=timestamp(attempt.queued or _earlier(attempt.started, execution)),
        updated_at=timestamp(ended or attempt.started or attempt.queued or execution.created),
        started_at=timestamp(attempt.started),
        duration=duration(attempt.started, ended),
        logs=[execution_pb2.TaskLog(name=link.name, uri=link.uri) for link in status.links] if last else [],
        reason=_reason(attempt, execution, last=last),
        task_type=task_type,
        metadata={"generated_name": attempt.pod_name, "plugin_identifier": _PLUGIN},
    )
    if phase == _FAILED:
        failure = _failure(attempt, execution, last=last)
        closure.error.CopyFrom(execution_error(failure, uri=error_uri(document, attempt=attempt.number), at=ended, worker=attempt.pod_name))
    elif phase == _SUCCEEDED:
        closure.output_uri = left_uri(document, OUTPUTS_FILE, attempt=attempt.number) or ""
    return closure


def _earlier(started: datetime | None, execution: Execution) -> datetime:
    return started or execution.status.started or execution.created


def _failure(attempt: Attempt, execution: Execution, *, last: bool) -> Failure:
    """The execution's own error has more of the last attempt's message."""
    whole = failure_of(execution) if last else None
    unnamed = Failure(code=attempt.reason, kind=Kind.NON_RECOVERABLE, origin=Origin.SYSTEM, message=attempt.reason)
    return whole or attempt.failure or unnamed


def _reason(attempt: Attempt, execution: Execution, *, last: bool) -> str:
    if attempt.failure is not None:
        return attempt.failure.headline
    return execution.status.condition.message if last else attempt.reason
