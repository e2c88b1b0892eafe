"""Where an execution's time has gone, as flyteidl's Span: setting up, the node, its attempts, and what each of them waited and ran."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from flyteidl.core import identifier_pb2, metrics_pb2

from glider_admin.messages.executions import updated
from glider_admin.messages.identifiers import Place, attempt_id, execution_id, node_id
from glider_admin.messages.times import timestamp
from glider_core.api.execution import Execution, parse_execution
from glider_core.api.status import Attempt

Json = Mapping[str, Any]
Span = metrics_pb2.Span


def span_of(document: Json, *, task: identifier_pb2.Identifier, place: Place, depth: int) -> Span:
    """The span of `document`, a TaskExecution that runs `task`, with at most `depth` levels below it."""
    execution = parse_execution(document)
    identifier = execution_id(place, execution.name)
    begun, end = execution.status.started or execution.created, execution.status.completed or updated(execution)
    whole = _span(execution.created, end, workflow_id=identifier)
    if depth > 0:
        attempts = _attempts(execution, task=task, place=place, deep=depth > 2) if depth > 1 else ()
        node = _span(begun, end, node_id=node_id(identifier), spans=attempts)
        whole.spans.extend([_span(execution.created, begun, operation_id="WORKFLOW_SETUP"), node])
    return whole


def _attempts(execution: Execution, *, task: identifier_pb2.Identifier, place: Place, deep: bool) -> Iterator[Span]:
    identifier = execution_id(place, execution.name)
    for attempt in execution.status.attempts:
        start, end = _begin(attempt, execution), attempt.completed or updated(execution)
        span = _span(start, end, task_id=attempt_id(identifier, task=task, attempt=attempt.number))
        if deep:
            running = attempt.started or end
            span.spans.extend([_span(start, running, operation_id="TASK_SETUP"), _span(running, end, operation_id="TASK_RUNTIME")])
        yield span


def _begin(attempt: Attempt, execution: Execution) -> datetime:
    return attempt.queued or attempt.started or execution.created


def _span(start: datetime, end: datetime, **what: Any) -> Span:
    return Span(start_time=timestamp(start), end_time=timestamp(max(start, end)), **what)
