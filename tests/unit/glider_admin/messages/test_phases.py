"""Where an execution stands, in Flyte's words."""

from __future__ import annotations

from typing import Any

import pytest
from flyteidl.core import execution_pb2

from glider_admin.messages.attempts import attempt_messages
from glider_admin.messages.executions import closure_of
from glider_admin.messages.nodes import node_message
from glider_admin.messages.phases import phase_name
from glider_core.api.phases import Phase
from tests.unit.glider_admin.messages.documents import PLACE, TASK, attempt, document

#: By our phase: that of the execution, of its node, and of an attempt that has started, where it can have one.
PHASES = {
    Phase.PENDING: ("QUEUED", "QUEUED", None),
    Phase.SUSPENDED: ("QUEUED", "QUEUED", None),
    Phase.QUEUED: ("QUEUED", "QUEUED", None),
    Phase.INITIALIZING: ("QUEUED", "QUEUED", None),
    Phase.RUNNING: ("RUNNING", "RUNNING", "RUNNING"),
    Phase.RETRYING: ("RUNNING", "RUNNING", "FAILED"),
    Phase.SUCCEEDED: ("SUCCEEDED", "SUCCEEDED", "SUCCEEDED"),
    Phase.FAILED: ("FAILED", "FAILED", "FAILED"),
    Phase.ABORTED: ("ABORTED", "ABORTED", "ABORTED"),
    Phase.TIMED_OUT: ("TIMED_OUT", "TIMED_OUT", "FAILED"),
}


def workflow(phase: int) -> str:
    return str(execution_pb2.WorkflowExecution.Phase.Name(phase))


@pytest.mark.parametrize("phase", Phase)
def test_every_phase_has_one_of_flytes(phase: Phase) -> None:
    """Phases that are added later have to be in the table, too."""
    execution, node, last = PHASES[phase]
    ended: dict[str, Any] = {"completionTime": "2026-01-31T12:00:20Z"} if phase.terminal or phase is Phase.RETRYING else {}
    failed: dict[str, Any] = {"error": {"code": "E", "kind": "RECOVERABLE", "origin": "USER", "message": "no"}} if last == "FAILED" else {}
    found = document(status={"phase": phase.value, "attempts": [attempt(**ended, **failed)] if last else []})
    assert workflow(closure_of(found).phase) == execution
    assert execution_pb2.NodeExecution.Phase.Name(node_message(found, place=PLACE).closure.phase) == node
    attempts = [execution_pb2.TaskExecution.Phase.Name(one.closure.phase) for one in attempt_messages(found, task=TASK, place=PLACE)]
    assert attempts == ([last] if last else [])


@pytest.mark.parametrize(
    ("phase", "expected"),
    [
        pytest.param("Queued", "WAITING_FOR_RESOURCES", id="its pod waits for a node"),
        pytest.param("Initializing", "INITIALIZING", id="its container is being started"),
        pytest.param("Suspended", "QUEUED", id="nothing is known of it yet"),
    ],
)
def test_an_attempt_that_has_not_started_waits(phase: str, expected: str) -> None:
    found = document(status={"phase": phase, "attempts": [attempt(startTime=None)]})
    [one] = attempt_messages(found, task=TASK, place=PLACE)
    assert execution_pb2.TaskExecution.Phase.Name(one.closure.phase) == expected


@pytest.mark.parametrize(
    ("changes", "phase", "expected"),
    [
        pytest.param({"spec": {"cancel": True}}, "Running", "ABORTING", id="cancelled and still running"),
        pytest.param({"deletionTimestamp": "2026-01-31T12:00:30Z"}, "Running", "ABORTING", id="being deleted"),
        pytest.param({"spec": {"cancel": True}}, "Aborted", "ABORTED", id="cancelled and ended"),
        pytest.param({"spec": {"cancel": True}}, "Succeeded", "SUCCEEDED", id="cancelled too late"),
        pytest.param({}, "Daydreaming", "QUEUED", id="a phase that nobody knows"),
    ],
)
def test_who_is_asked_to_end_is_aborting_until_it_has(changes: dict[str, object], phase: str, expected: str) -> None:
    found = document(status={"phase": phase}, **changes)  # type: ignore[arg-type]
    assert workflow(closure_of(found).phase) == expected


def test_filters_have_phases_by_their_names() -> None:
    assert phase_name("Retrying") == "RUNNING"
    assert phase_name("Running", cancelled=True) == "ABORTING"
