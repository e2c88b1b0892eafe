"""Executions by flyteidl's RPCs: what CreateExecution makes, and what is answered about it at each stage of its life."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import grpc
import pytest
from flyteidl.admin import common_pb2, execution_pb2, node_execution_pb2, task_execution_pb2
from flyteidl.core import execution_pb2 as core_pb2
from flyteidl.core import identifier_pb2

from glider.wire.interface import parse_type
from glider.wire.jsonform import from_literal_map, to_literal
from glider_client.cluster.paths import executions
from tests.cluster.fixtures import Cluster
from tests.integration.admin.conftest import Address, Users
from tests.integration.admin.objects import DIVIDER, DOMAIN, Lab, lab, until

CreateRequest = execution_pb2.ExecutionCreateRequest


@pytest.fixture(scope="module")
def ada(front: Address, users: Users, crds: Cluster) -> Iterator[Lab]:
    with lab(front, users, crds) as found:
        found.task()
        yield found


def request(ada: Lab, *, name: str = "", task: str = "app.divider", inputs: dict[str, Any] | None = None, **spec: Any) -> CreateRequest:
    identity = {"project": ada.namespace, "domain": DOMAIN}
    launch_plan = {"resource_type": identifier_pb2.TASK, "name": task, "version": "v1", **identity}
    values = {"a": 7, "b": 2} if inputs is None else inputs
    forms = {int: "integer", str: "string"}
    literals = {key: to_literal(value, parse_type(forms[type(value)]), field=key) for key, value in values.items()}
    given = {"launch_plan": {**launch_plan, **spec.pop("launch_plan", {})}, **spec}
    return CreateRequest(name=name, spec=given, inputs={"literals": literals}, **identity)


def create(ada: Lab, **given: Any) -> str:
    return str(ada.stubs.admin.CreateExecution(request(ada, **given)).id.name)


def refused(ada: Lab, **given: Any) -> tuple[grpc.StatusCode, str]:
    with pytest.raises(grpc.RpcError) as error:
        create(ada, **given)
    return error.value.code(), str(error.value.details())


def get(ada: Lab, name: str) -> execution_pb2.Execution:
    found: execution_pb2.Execution = ada.stubs.admin.GetExecution(execution_pb2.WorkflowExecutionGetRequest(id=ada.identifier(name)))
    return found


def _fails(call: Callable[[], object]) -> bool:
    try:
        call()
    except grpc.RpcError:
        return True
    return False


def wait_for(ada: Lab, name: str, phase: str) -> execution_pb2.ExecutionClosure:
    value = core_pb2.WorkflowExecution.Phase.Value(phase)
    until(lambda: get(ada, name).closure.phase == value, what=f"{name} to be {phase} for the front")
    return get(ada, name).closure


def test_an_execution_runs_the_task_with_plain_inputs_and_is_read_back_as_it_was_asked_for(ada: Lab) -> None:
    name = create(
        ada,
        name="first",
        envs={"values": [{"key": "A", "value": "1"}]},
        labels={"values": {"team": "x"}},
        tags=["nightly"],
        security_context={"run_as": {"k8s_service_account": "trainer"}},
        raw_output_data_config={"output_location_prefix": "s3://b/raw"},
        metadata={"mode": "MANUAL", "principal": "placeholder"},
        max_parallelism=3,
    )
    spec = ada.execution(name)["spec"]
    assert spec["inputs"] == {"a": 7, "b": 2}
    assert spec["env"] == [{"name": "A", "value": "1"}]
    assert (spec["serviceAccountName"], spec["storage"]) == ("trainer", {"rawOutputDataPrefix": "s3://b/raw"})
    found = get(ada, name)
    assert (found.id.name, found.spec.launch_plan.name, found.spec.launch_plan.version) == ("first", "app.divider", "v1")
    assert found.spec.launch_plan.resource_type == identifier_pb2.TASK
    assert found.spec.metadata.principal == f"system:serviceaccount:{ada.namespace}:ada"
    assert (list(found.spec.tags), found.spec.max_parallelism) == (["nightly"], 3)
    assert found.closure.phase == core_pb2.WorkflowExecution.QUEUED


def test_without_a_version_the_newest_runs(ada: Lab) -> None:
    ada.task("app.newest")
    until(lambda: not _fails(lambda: create(ada, task="app.newest", launch_plan={"version": ""}, name="newest")), what="the task")
    assert get(ada, "newest").spec.launch_plan.version == "v1"


@pytest.mark.parametrize(
    ("given", "code", "words"),
    [
        pytest.param({"task": "app.none"}, "NOT_FOUND", "There is no task app.none of version v1", id="a task that there isn't"),
        pytest.param({"inputs": {"a": 7}}, "INVALID_ARGUMENT", "inputs.b: expected integer, found nothing", id="an input is missing"),
        pytest.param(
            {"inputs": {"a": 7, "b": "x"}}, "INVALID_ARGUMENT", 'inputs.b: expected integer (64 bits), found "x"', id="another type"
        ),
        pytest.param({"inputs": {"a": 7, "b": 2, "c": 1}}, "INVALID_ARGUMENT", "inputs.c: expected one of a, b", id="an unknown input"),
        pytest.param({"name": "Not_A_Name"}, "INVALID_ARGUMENT", "name: expected at most 63", id="a name that can't be one"),
        pytest.param({"labels": {"values": {"a b": "c"}}}, "INVALID_ARGUMENT", "a b", id="a label that can't be one"),
        pytest.param(
            {"cluster_assignment": {"cluster_pool_name": "gpus"}}, "INVALID_ARGUMENT", "spec.cluster_assignment", id="what isn't honoured"
        ),
        pytest.param(
            {"launch_plan": {"resource_type": identifier_pb2.LAUNCH_PLAN}}, "NOT_FOUND", "There is no launch plan", id="what is no task"
        ),
    ],
)
def test_what_cannot_run_is_refused_with_words(ada: Lab, given: dict[str, Any], code: str, words: str) -> None:
    before = len(ada.executions())
    found, details = refused(ada, **given)
    assert (found.name, words in details) == (code, True), details
    assert len(ada.executions()) == before


def test_inputs_that_are_too_large_need_a_store(ada: Lab) -> None:
    ada.task("app.text", interface={"inputs": {"t": "string"}})
    assert create(ada, name="small", task="app.text", inputs={"t": "x" * 90_000}) == "small"
    code, details = refused(ada, task="app.text", inputs={"t": "x" * 100_000})
    assert (code, "has no store for them" in details) == (grpc.StatusCode.FAILED_PRECONDITION, True), details


def test_a_taken_name_is_refused_and_the_same_request_again_is_not(ada: Lab) -> None:
    assert create(ada, name="taken") == "taken"
    assert create(ada, name="taken") == "taken"
    assert refused(ada, name="taken", inputs={"a": 8, "b": 2})[0] is grpc.StatusCode.ALREADY_EXISTS


def test_an_unnamed_request_whose_answer_was_lost_makes_one_and_a_deliberate_one_another(ada: Lab) -> None:
    first = create(ada, inputs={"a": 1, "b": 1})
    assert create(ada, inputs={"a": 1, "b": 1}) == first
    get(ada, first)
    second = create(ada, inputs={"a": 1, "b": 1})
    assert second != first
    assert create(ada, inputs={"a": 2, "b": 1}) not in (first, second)


def test_a_failure_is_reported_by_execution_node_and_attempts(ada: Lab) -> None:
    name = create(ada, name="fails")
    error = {
        "code": "USER:RuntimeError",
        "kind": "NON_RECOVERABLE",
        "origin": "USER",
        "message": "ZeroDivisionError",
        "reason": "UserError",
    }
    started, ended = "2026-01-31T12:00:00Z", "2026-01-31T12:00:30Z"
    attempts = [
        {"number": number, "podName": f"fails-{number}", "startTime": started, "completionTime": ended, "error": error} for number in (0, 1)
    ]
    ada.report(name, phase="Failed", startTime=started, completionTime=ended, error=error, attempts=attempts)
    closure = wait_for(ada, name, "FAILED")
    assert (closure.error.code, closure.error.message, closure.error.kind) == (
        "USER:RuntimeError",
        "ZeroDivisionError",
        core_pb2.ExecutionError.USER,
    )
    assert closure.duration.ToSeconds() == 30
    listed = ada.stubs.admin.ListNodeExecutions(
        node_execution_pb2.NodeExecutionListRequest(workflow_execution_id=ada.identifier(name), limit=100)
    )
    [node] = listed.node_executions
    assert ada.stubs.admin.GetNodeExecution(node_execution_pb2.NodeExecutionGetRequest(id=node.id)) == node
    assert (node.id.node_id, node.closure.phase) == ("n0", core_pb2.NodeExecution.FAILED)
    tasks = ada.stubs.admin.ListTaskExecutions(task_execution_pb2.TaskExecutionListRequest(node_execution_id=node.id, limit=100))
    assert [one.id.retry_attempt for one in tasks.task_executions] == [0, 1]
    last = tasks.task_executions[1]
    assert last.id.task_id.name == "app.divider"
    assert ada.stubs.admin.GetTaskExecution(task_execution_pb2.TaskExecutionGetRequest(id=last.id)) == last
    below = node_execution_pb2.NodeExecutionForTaskListRequest(task_execution_id=last.id)
    assert not ada.stubs.admin.ListNodeExecutionsForTask(below).node_executions
    missing = task_execution_pb2.TaskExecutionGetRequest(id=last.id)
    missing.id.retry_attempt = 7
    with pytest.raises(grpc.RpcError, match="has no attempt 7 on record") as refusal:
        ada.stubs.admin.GetTaskExecution(missing)
    assert refusal.value.code() is grpc.StatusCode.NOT_FOUND


def test_inputs_and_outputs_are_inline_for_execution_node_and_attempts(ada: Lab) -> None:
    name = create(ada, name="gives")
    ended = {"completionTime": "2026-01-31T12:00:30Z"}
    attempts = [{"number": 0, "reason": "UserError", **ended}, {"number": 1, "reason": "Completed", **ended}]
    ada.report(name, phase="Succeeded", outputs={"o0": 3}, attempts=attempts, **ended)
    wait_for(ada, name, "SUCCEEDED")
    identifier = ada.identifier(name)
    node = identifier_pb2.NodeExecutionIdentifier(node_id="n0", execution_id=identifier)
    given = ada.stubs.admin.GetExecutionData(execution_pb2.WorkflowExecutionGetDataRequest(id=identifier))
    assert from_literal_map(given.full_inputs) == {"a": 7, "b": 2}
    assert from_literal_map(given.full_outputs) == {"o0": 3}
    by_node = ada.stubs.admin.GetNodeExecutionData(node_execution_pb2.NodeExecutionGetDataRequest(id=node))
    assert (by_node.full_inputs, by_node.full_outputs) == (given.full_inputs, given.full_outputs)
    assert by_node.flyte_urls.outputs == f"flyte://v1/{ada.namespace}/{DOMAIN}/{name}/n0/o"
    for number, outputs in ((0, {}), (1, {"o0": 3})):
        attempt = identifier_pb2.TaskExecutionIdentifier(node_execution_id=node, retry_attempt=number)
        of_attempt = ada.stubs.admin.GetTaskExecutionData(task_execution_pb2.TaskExecutionGetDataRequest(id=attempt))
        assert from_literal_map(of_attempt.full_inputs) == {"a": 7, "b": 2}
        assert from_literal_map(of_attempt.full_outputs) == outputs
    with pytest.raises(grpc.RpcError, match="has no dynamic workflow"):
        ada.stubs.admin.GetDynamicNodeWorkflow(node_execution_pb2.GetDynamicNodeWorkflowRequest(id=node))


def test_a_terminated_one_is_cancelled_with_cause_and_principal(ada: Lab) -> None:
    name = create(ada, name="stops")
    terminate = execution_pb2.ExecutionTerminateRequest(id=ada.identifier(name), cause="too expensive")
    ada.stubs.admin.TerminateExecution(terminate)
    assert ada.execution(name)["spec"]["cancel"] is True
    assert get(ada, name).closure.phase == core_pb2.WorkflowExecution.ABORTING
    ada.stubs.admin.TerminateExecution(execution_pb2.ExecutionTerminateRequest(id=ada.identifier(name), cause="again"))
    ada.report(name, phase="Aborted")
    closure = wait_for(ada, name, "ABORTED")
    assert closure.abort_metadata.cause == "too expensive"
    assert closure.abort_metadata.principal.endswith(":ada")
    ada.stubs.admin.TerminateExecution(terminate)  # its own request, whose answer was lost
    with pytest.raises(grpc.RpcError, match="it has finished") as late:
        ada.stubs.admin.TerminateExecution(execution_pb2.ExecutionTerminateRequest(id=ada.identifier(name), cause="late"))
    assert late.value.code() is grpc.StatusCode.FAILED_PRECONDITION


@pytest.mark.parametrize("verb", ["Relaunch", "Recover"])
def test_a_relaunched_one_runs_the_same_again(ada: Lab, verb: str) -> None:
    first = create(ada, name=f"{verb.lower()}-first", envs={"values": [{"key": "A", "value": "1"}]}, annotations={"values": {"note": "y"}})
    call = getattr(ada.stubs.admin, f"{verb}Execution")
    message = getattr(execution_pb2, f"Execution{verb}Request")
    second = call(message(id=ada.identifier(first), name=f"{verb.lower()}-second")).id.name
    document, original = ada.execution(second), ada.execution(first)
    assert document["spec"] == original["spec"]
    assert document["metadata"]["annotations"]["note"] == "y"
    assert document["metadata"]["labels"]["glider.dev/rerun-of"] == original["metadata"]["uid"]
    metadata = get(ada, second).spec.metadata
    assert metadata.mode == execution_pb2.ExecutionMetadata.ExecutionMode.Value({"Relaunch": "RELAUNCH", "Recover": "RECOVERED"}[verb])
    assert metadata.reference_execution.name == first
    unnamed = call(message(id=ada.identifier(first))).id.name
    assert call(message(id=ada.identifier(first))).id.name == unnamed not in (first, second)


def test_an_archived_one_has_its_state(ada: Lab) -> None:
    name = create(ada, name="archived")
    ada.stubs.admin.UpdateExecution(execution_pb2.ExecutionUpdateRequest(id=ada.identifier(name), state="EXECUTION_ARCHIVED"))
    details = get(ada, name).closure.state_change_details
    assert (details.state, details.principal.endswith(":ada")) == (execution_pb2.EXECUTION_ARCHIVED, True)


def listed(ada: Lab, **given: Any) -> list[str]:
    """The names of all pages."""
    names: list[str] = []
    message = common_pb2.ResourceListRequest(id={"project": ada.namespace, "domain": DOMAIN}, **{"limit": 2, **given})
    while True:
        page = ada.stubs.admin.ListExecutions(message)
        names += [one.id.name for one in page.executions]
        if not page.token:
            return names
        message.token = page.token


def test_lists_are_filtered_sorted_and_paged(front: Address, users: Users, crds: Cluster) -> None:
    with lab(front, users, crds) as ada:
        ada.task()
        ada.task("app.other")
        names = ["a", "b", "c", "d", "e"]
        for name in names:
            create(ada, name=name, task="app.other" if name == "b" else "app.divider", tags=["nightly"] if name in "cd" else [])
        ada.report("a", phase="Running", startTime="2026-01-31T12:00:00Z")
        ada.report("e", phase="Failed", startTime="2026-01-31T12:00:00Z", completionTime="2026-01-31T12:05:00Z")
        ada.stubs.admin.UpdateExecution(execution_pb2.ExecutionUpdateRequest(id=ada.identifier("d"), state="EXECUTION_ARCHIVED"))
        until(
            lambda: listed(ada, filters="value_in(phase,RUNNING;FAILED)") in (["e", "a"], ["a", "e"]), what="the front to know all phases"
        )
        assert sorted(listed(ada)) == names
        by_name = {"key": "name", "direction": "ASCENDING"}
        assert listed(ada, sort_by=by_name) == names
        assert listed(ada, filters="eq(execution.phase,QUEUED)+ne(state,1)", sort_by={"key": "name", "direction": "ASCENDING"}) == [
            "b",
            "c",
        ]
        assert sorted(listed(ada, filters="eq(admin_tag.name,nightly)")) == ["c", "d"]
        until(lambda: listed(ada, filters="eq(task.name,app.other)") == ["b"], what="the front's watch to have the templates, too")
        assert listed(ada, filters="gt(execution.duration,60)") == ["e"]
        with pytest.raises(grpc.RpcError, match="expected a field of execution") as refusal:
            listed(ada, filters="eq(colour,red)")
        assert refusal.value.code() is grpc.StatusCode.INVALID_ARGUMENT
        with lab(front, users, crds) as bob, pytest.raises(grpc.RpcError) as refusal:
            bob.stubs.admin.ListExecutions(common_pb2.ResourceListRequest(id={"project": ada.namespace, "domain": DOMAIN}))
        assert refusal.value.code() is grpc.StatusCode.PERMISSION_DENIED


def test_one_that_was_applied_by_hand_is_read_too(ada: Lab) -> None:
    task = {"container": {"image": "app:1", "args": ["run"]}, "interface": DIVIDER}
    document = {"apiVersion": "glider.dev/v1alpha1", "kind": "TaskExecution", "metadata": {"name": "by-hand", "namespace": ada.namespace}}
    ada.client.create(
        f"/apis/glider.dev/v1alpha1/namespaces/{ada.namespace}/taskexecutions",
        {**document, "spec": {"task": task, "inputs": {"a": 1, "b": 2}}},
    )
    found = get(ada, "by-hand")
    assert (found.spec.launch_plan.name, found.spec.launch_plan.version) == ("by-hand", "unversioned")


def test_one_that_there_is_not_or_no_more_is_not_found(ada: Lab) -> None:
    name = create(ada, name="gone")
    ada.client.delete(executions(ada.namespace, name))
    until(lambda: _fails(lambda: get(ada, name)), what="the front to know that it is gone")
    with pytest.raises(grpc.RpcError, match="There is no execution gone in the project") as refusal:
        get(ada, name)
    assert refusal.value.code() is grpc.StatusCode.NOT_FOUND


def test_nobody_else_reads_terminates_or_relaunches_it(ada: Lab, front: Address, users: Users, crds: Cluster) -> None:
    name = create(ada, name="private")
    with lab(front, users, crds) as bob:
        calls = [
            (bob.stubs.admin.GetExecution, execution_pb2.WorkflowExecutionGetRequest),
            (bob.stubs.admin.TerminateExecution, execution_pb2.ExecutionTerminateRequest),
            (bob.stubs.admin.RelaunchExecution, execution_pb2.ExecutionRelaunchRequest),
            (bob.stubs.admin.UpdateExecution, execution_pb2.ExecutionUpdateRequest),
        ]
        for there in (name, "none"):
            for call, message in calls:
                with pytest.raises(grpc.RpcError) as refusal:
                    call(message(id=ada.identifier(there)))
                assert refusal.value.code() is grpc.StatusCode.PERMISSION_DENIED
        with pytest.raises(grpc.RpcError) as refusal:
            bob.stubs.admin.CreateExecution(request(ada))
        assert refusal.value.code() is grpc.StatusCode.PERMISSION_DENIED
    assert json.dumps(ada.execution(name)["spec"]).find("cancel") == -1
