"""A TaskExecution as flyteidl's Execution."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flyteidl.admin import execution_pb2
from flyteidl.core import identifier_pb2

from glider.wire.contract import ERROR_FILE
from glider.wire.errors import Kind, Origin
from glider_admin.messages.failures import execution_error
from glider_admin.messages.identifiers import Place, execution_id
from glider_admin.messages.originals import annotations_of, spec_of
from glider_admin.messages.phases import is_cancelled, workflow_phase
from glider_admin.messages.times import duration, timestamp
from glider_client.views.stored import left_uri
from glider_core.api.execution import Execution, parse_execution
from glider_core.api.failure import Failure
from glider_core.api.labels import GROUP
from glider_core.api.moments import parse_time
from glider_core.api.phases import Phase

Json = Mapping[str, Any]

#: Annotations: who terminated an execution, and why; who archived it, and when.
FLYTE_ABORT = f"{GROUP}/flyte-abort"
FLYTE_STATE = f"{GROUP}/flyte-state"


@dataclass(frozen=True, kw_only=True, slots=True)
class Abort:
    """Who terminated an execution, and why."""

    cause: str
    principal: str

    def annotation(self) -> dict[str, str]:
        """As it is kept."""
        return {FLYTE_ABORT: json.dumps({"cause": self.cause, "principal": self.principal})}


def abort_of(execution: Json) -> Abort | None:
    """Who terminated `execution`, and why; None where nobody did by this API."""
    kept = _kept(execution, FLYTE_ABORT)
    return Abort(cause=kept.get("cause", ""), principal=kept.get("principal", "")) if kept else None


@dataclass(frozen=True, kw_only=True, slots=True)
class State:
    """Whether an execution is archived, since when, and by whom."""

    state: int = execution_pb2.EXECUTION_ACTIVE
    at: datetime | None = None
    principal: str = ""

    @property
    def name(self) -> str:
        """Its state in flyteidl's words."""
        return str(execution_pb2.ExecutionState.Name(self.state))

    def annotation(self) -> dict[str, str]:
        """As it is kept."""
        at = self.at.isoformat() if self.at else ""
        return {FLYTE_STATE: json.dumps({"state": self.name, "at": at, "principal": self.principal})}


def state_of(execution: Json) -> State:
    """Whether `execution` is archived. Without a note of it, it is active."""
    kept = _kept(execution, FLYTE_STATE)
    try:
        state, at = execution_pb2.ExecutionState.Value(kept["state"]), parse_time(kept.get("at"))
        return State(state=state, at=at and at.astimezone(UTC), principal=kept.get("principal", ""))
    except (KeyError, ValueError, OverflowError):  # the first, or the last, moment of a calendar may be none in UTC
        return State()


def _kept(execution: Json, annotation: str) -> Mapping[str, str]:
    try:
        kept = json.loads(annotations_of(execution).get(annotation) or "{}")
    except (ValueError, RecursionError):  # somebody wrote it by hand
        return {}
    # halves of surrogate pairs are no text for protobuf
    return {name: str(value).encode(errors="replace").decode() for name, value in kept.items()} if isinstance(kept, Mapping) else {}


def execution_message(document: Json, *, task: identifier_pb2.Identifier, place: Place) -> execution_pb2.Execution:
    """`document`, a TaskExecution that runs `task`, as a client asks for it in `place`."""
    return execution_pb2.Execution(
        id=execution_id(place, document["metadata"]["name"]),
        spec=spec_of(document, task=task, place=place),
        closure=closure_of(document),
    )


def closure_of(document: Json) -> execution_pb2.ExecutionClosure:
    """What has become of an execution so far."""
    execution = parse_execution(document)
    status, state = execution.status, state_of(document)
    closure = execution_pb2.ExecutionClosure(
        phase=workflow_phase(status.phase, cancelled=is_cancelled(document)),
        created_at=timestamp(execution.created),
        updated_at=timestamp(updated(execution)),
        started_at=timestamp(status.started),
        duration=duration(status.started, status.completed),
        state_change_details={
            "state": state.state,
            "occurred_at": timestamp(state.at or execution.created),
            "principal": state.principal,
        },
    )
    _set_result(closure, document, execution)
    return closure


def _set_result(closure: execution_pb2.ExecutionClosure, document: Json, execution: Execution) -> None:
    status = execution.status
    if status.phase is Phase.SUCCEEDED:
        closure.outputs.uri = status.outputs_uri or ""
    elif (failure := failure_of(execution)) is not None:
        closure.error.CopyFrom(execution_error(failure, uri=error_uri(document), at=status.completed, worker=_last_pod(execution)))
    elif status.phase is Phase.ABORTED or is_cancelled(document):
        abort = abort_of(document) or Abort(cause=status.condition.message, principal="")
        closure.abort_metadata.cause, closure.abort_metadata.principal = abort.cause, abort.principal


def failure_of(execution: Execution) -> Failure | None:
    """Why `execution` failed; None where it didn't, or hasn't yet."""
    status = execution.status
    if status.phase not in (Phase.FAILED, Phase.TIMED_OUT):
        return None
    condition = status.condition
    unnamed = Failure(code=condition.reason, kind=Kind.NON_RECOVERABLE, origin=Origin.SYSTEM, message=condition.message)
    return status.failure or unnamed


def error_uri(document: Json, *, attempt: int | None = None) -> str:
    """Where the error.pb of an attempt is, of the latest one without a number; empty without a store."""
    return left_uri(document, ERROR_FILE, attempt=attempt) or ""


def updated(execution: Execution) -> datetime:
    """When anything about `execution` last changed, by what is on record."""
    status = execution.status
    moments = [status.started, status.completed, status.condition.since]
    moments += [moment for one in status.attempts for moment in (one.started, one.completed)]
    return max(execution.created, *(moment for moment in moments if moment is not None), execution.created)


def _last_pod(execution: Execution) -> str:
    last = execution.status.last_attempt
    return last.pod_name if last else ""
