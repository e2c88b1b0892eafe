"""TaskExecutions, their nodes and attempts as flyteidl's messages."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from flyteidl.admin import execution_pb2
from flyteidl.core import execution_pb2 as core_pb2

from glider_admin.cache.rows import execution_row
from glider_admin.messages.attempts import attempt_messages
from glider_admin.messages.executions import FLYTE_ABORT, FLYTE_STATE, Abort, State, abort_of, closure_of, execution_message, state_of
from glider_admin.messages.nodes import node_message
from glider_admin.messages.originals import FLYTE_EXECUTION, FLYTE_TAGS, original_of, tags_of
from glider_core.api.labels import API_VERSION, EXECUTION_KIND
from tests.unit.glider_admin.messages.documents import PLACE, TASK, attempt, document, error

SUCCEEDED = {
    "phase": "Succeeded",
    "startTime": "2026-01-31T12:00:05Z",
    "completionTime": "2026-01-31T12:01:05Z",
    "outputsUri": "s3://b/m/lab/f1-u/1/outputs.pb",
    "links": [{"name": "Logs", "uri": "https://logs/f1"}],
    "attempts": [
        attempt(0, completionTime="2026-01-31T12:00:20Z", reason="UserError", error=error(kind="RECOVERABLE")),
        attempt(1, startTime="2026-01-31T12:00:30Z", completionTime="2026-01-31T12:01:04Z", reason="Completed"),
    ],
}


def test_times_are_those_of_the_status() -> None:
    closure = closure_of(document(status=SUCCEEDED))
    assert closure.created_at.ToDatetime(tzinfo=UTC) == datetime(2026, 1, 31, 12, tzinfo=UTC)
    assert closure.started_at.ToDatetime(tzinfo=UTC) == datetime(2026, 1, 31, 12, 0, 5, tzinfo=UTC)
    assert closure.updated_at.ToDatetime(tzinfo=UTC) == datetime(2026, 1, 31, 12, 1, 5, tzinfo=UTC)
    assert closure.duration.ToSeconds() == 60
    assert closure.outputs.uri == "s3://b/m/lab/f1-u/1/outputs.pb"


def test_of_one_without_a_status_there_is_its_creation() -> None:
    closure = closure_of({name: part for name, part in document().items() if name != "status"})
    assert closure.created_at == closure.updated_at
    assert not closure.HasField("started_at")
    assert not closure.HasField("duration")
    assert closure.WhichOneof("output_result") is None


@pytest.mark.parametrize(
    ("status", "kind", "code", "message"),
    [
        pytest.param({"phase": "Failed", "error": error()}, "USER", "USER:RuntimeError", "ZeroDivisionError: by zero", id="the task's own"),
        pytest.param(
            {"phase": "Failed", "error": error(code="NodeLost", origin="SYSTEM", message="gone")},
            "SYSTEM",
            "NodeLost",
            "gone",
            id="a node's",
        ),
        pytest.param({"phase": "TimedOut", "error": error(code="TotalTimeout", message="1h")}, "USER", "TotalTimeout", "1h", id="too slow"),
        pytest.param(
            {"phase": "Failed", "conditions": [{"type": "Succeeded", "status": "False", "reason": "InvalidSpec", "message": "spec.x: no"}]},
            "SYSTEM",
            "InvalidSpec",
            "spec.x: no",
            id="a status that somebody edited",
        ),
    ],
)
def test_a_failure_has_code_message_and_whose_it_is(status: dict[str, Any], kind: str, code: str, message: str) -> None:
    found = document(status=status)
    for result in (closure_of(found).error, node_message(found, place=PLACE).closure.error):
        assert (core_pb2.ExecutionError.ErrorKind.Name(result.kind), result.code, result.message) == (kind, code, message)


def test_a_failure_in_the_store_has_its_place() -> None:
    found = document(status={"phase": "Failed", "error": error(), "outputsUri": "s3://b/m/f1/0/outputs.pb", "attempts": [attempt()]})
    closure = closure_of(found)
    assert (closure.error.error_uri, closure.error.worker) == ("s3://b/m/f1/0/error.pb", "f1-0")


def test_who_terminated_it_and_why() -> None:
    abort = Abort(cause="too expensive", principal="ada")
    found = document(status={"phase": "Aborted"}, spec={"cancel": True}, annotations=abort.annotation())
    assert abort_of(found) == abort
    assert closure_of(found).abort_metadata == execution_pb2.AbortMetadata(cause="too expensive", principal="ada")


def test_one_that_was_cancelled_elsewhere_has_the_conditions_words() -> None:
    condition = {"type": "Succeeded", "status": "False", "reason": "Aborted", "message": "It was cancelled."}
    found = document(status={"phase": "Aborted", "conditions": [condition]}, spec={"cancel": True})
    assert closure_of(found).abort_metadata == execution_pb2.AbortMetadata(cause="It was cancelled.")


def test_its_spec_is_the_one_that_it_was_created_with() -> None:
    spec = execution_pb2.ExecutionSpec(launch_plan=TASK, metadata={"principal": "ada", "mode": "RELAUNCH"}, tags=["nightly"])
    kept = {"launchPlan": {"resourceType": "TASK", "project": "lab", "domain": "development", "name": "app.divider", "version": "v1"}}
    text = json.dumps({**kept, "metadata": {"principal": "ada", "mode": "RELAUNCH"}, "tags": ["nightly"]})
    message = execution_message(document(annotations={FLYTE_EXECUTION: text}), task=TASK, place=PLACE)
    assert message.spec.metadata.system_metadata.namespace == "lab-development"
    message.spec.metadata.ClearField("system_metadata")
    assert message.spec == spec
    assert (message.id.project, message.id.domain, message.id.name) == ("lab", "development", "f1")


@pytest.mark.parametrize("annotation", ["", "{", "[]", '{"launchPlan": 3}'], ids=["none", "no JSON", "a list", "another form"])
def test_the_spec_of_one_that_came_another_way_is_made_of_its_own(annotation: str) -> None:
    spec = {
        "env": [{"name": "A", "value": "1"}, {"name": "SECRET", "valueFrom": {}}],
        "serviceAccountName": "trainer",
        "storage": {"rawOutputDataPrefix": "s3://b/raw"},
        "interruptible": False,
    }
    found = execution_message(document(spec=spec, annotations={FLYTE_EXECUTION: annotation}, labels={"a": "b"}), task=TASK, place=PLACE)
    assert found.spec.launch_plan == TASK
    assert [(one.key, one.value) for one in found.spec.envs.values] == [("A", "1")]
    assert found.spec.security_context.run_as.k8s_service_account == "trainer"
    assert found.spec.raw_output_data_config.output_location_prefix == "s3://b/raw"
    assert found.spec.HasField("interruptible")
    assert dict(found.spec.labels.values) == {"a": "b"}


def test_a_child_names_its_parents_node() -> None:
    owner = {"apiVersion": API_VERSION, "kind": EXECUTION_KIND, "name": "fan", "uid": "u-0"}
    found = execution_message(document(ownerReferences=[owner]), task=TASK, place=PLACE)
    assert found.spec.metadata.parent_node_execution.execution_id.name == "fan"


def test_an_archived_one_has_who_and_when() -> None:
    state = State(state=execution_pb2.EXECUTION_ARCHIVED, at=datetime(2026, 2, 1, tzinfo=UTC), principal="ada")
    found = document(annotations=state.annotation())
    assert state_of(found) == state
    details = closure_of(found).state_change_details
    assert (details.state, details.principal) == (execution_pb2.EXECUTION_ARCHIVED, "ada")


#: What json.loads gives up on.
DEEP = "[" * 100_000


@pytest.mark.parametrize(
    "text",
    ["{", "[]", '{"state": "LOST"}', '{"state": "EXECUTION_ARCHIVED", "at": "0001-01-01T00:00:00+14:00"}', DEEP],
    ids=["no JSON", "a list", "no such state", "before the calendar begins", "too deep"],
)
def test_a_note_that_somebody_wrote_by_hand_counts_for_nothing(text: str) -> None:
    found = document(annotations=dict.fromkeys((FLYTE_STATE, FLYTE_ABORT, FLYTE_TAGS, FLYTE_EXECUTION), text))
    assert (state_of(found), tags_of(found), original_of(found)) == (State(), (), None)
    assert execution_row(found).archived is False
    assert execution_message(found, task=TASK, place=PLACE).spec.launch_plan == TASK


def test_a_cause_that_is_no_text_is_shown_all_the_same() -> None:
    found = document(spec={"cancel": True}, annotations={FLYTE_ABORT: '{"cause": "a\\ud800", "principal": 3}'})
    assert closure_of(found).abort_metadata == execution_pb2.AbortMetadata(cause="a?", principal="3")


def test_attempts_are_task_executions() -> None:
    first, second = attempt_messages(document(status=SUCCEEDED), task=TASK, place=PLACE, task_type="python-task")
    assert (first.id.retry_attempt, first.closure.error.message) == (0, "ZeroDivisionError: by zero")
    assert first.closure.error.error_uri == "s3://b/m/lab/f1-u/0/error.pb"
    assert not first.closure.logs
    assert (second.id.retry_attempt, second.id.task_id, second.id.node_execution_id.node_id) == (1, TASK, "n0")
    assert [(log.name, log.uri) for log in second.closure.logs] == [("Logs", "https://logs/f1")]
    assert (second.closure.output_uri, second.closure.duration.ToSeconds()) == ("s3://b/m/lab/f1-u/1/outputs.pb", 34)
    assert second.closure.metadata.generated_name == "f1-1"
    assert second.closure.task_type == "python-task"


def test_the_last_attempts_error_is_the_whole_one() -> None:
    short = attempt(completionTime="2026-01-31T12:00:20Z", error=error(message="[…] by zero"))
    [one] = attempt_messages(document(status={"phase": "Failed", "error": error(), "attempts": [short]}), task=TASK, place=PLACE)
    assert one.closure.error.message == "ZeroDivisionError: by zero"


def test_an_attempt_that_was_suspended_is_aborted() -> None:
    ended = attempt(completionTime="2026-01-31T12:00:20Z", reason="Suspended")
    [one] = attempt_messages(document(status={"phase": "Suspended", "attempts": [ended]}), task=TASK, place=PLACE)
    assert core_pb2.TaskExecution.Phase.Name(one.closure.phase) == "ABORTED"


def test_a_compacted_one_has_no_attempts_and_all_else() -> None:
    found = document(status={"phase": "Failed", "error": error(), "completionTime": "2026-01-31T12:01:05Z"})
    assert attempt_messages(found, task=TASK, place=PLACE) == []
    assert closure_of(found).error.code == "USER:RuntimeError"


def test_the_node_is_called_n0_and_has_the_deck() -> None:
    node = node_message(document(status=SUCCEEDED), place=PLACE)
    assert (node.id.node_id, node.metadata.spec_node_id, node.metadata.is_parent_node) == ("n0", "n0", False)
    assert node.closure.deck_uri == "s3://b/m/lab/f1-u/1/deck.html"
    assert node.closure.output_uri == "s3://b/m/lab/f1-u/1/outputs.pb"
