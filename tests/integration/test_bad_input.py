"""What is wrong is refused: by the API server where the schema can tell, else at the first reconcile, and never with a pod."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from tests.cluster.fixtures import Cluster, KubectlError
from tests.resources import divider, execution, template, to_yaml

TEN_BY_TWO = {"a": 10, "b": 2}
CONFLICTING = execution("both", task=divider(), taskRef={"name": "divider-v1"}, inputs=TEN_BY_TWO)


@pytest.mark.parametrize(
    ("resource", "words"),
    [
        pytest.param(execution("x", task=divider(), imputs=TEN_BY_TWO), ["spec.imputs", "unknown field"], id="an unknown field"),
        pytest.param(execution("x", task=divider(retires={"user": 1}), inputs=TEN_BY_TWO), ["retires"], id="an unknown field of the task"),
        pytest.param(CONFLICTING, ["exactly one of", "taskRef", "task"], id="both taskRef and task"),
        pytest.param(execution("x", inputs=TEN_BY_TWO), ["exactly one of", "taskRef", "task"], id="neither taskRef nor task"),
        pytest.param(
            execution("x", task=divider(), inputs=TEN_BY_TWO, inputsUri="s3://b/i.pb"),
            ["inputs", "inputsUri"],
            id="both inputs and inputsUri",
        ),
        pytest.param(execution("x", task=divider(), inputsUri="no uri"), ["spec.inputsUri"], id="an inputsUri that is no URI"),
        pytest.param(execution("x", taskRef={}), ["spec.taskRef.name", "Required"], id="a taskRef without a name"),
        *(
            pytest.param(execution("x", taskRef={"name": name}), ["spec.taskRef.name", "should match"], id=f"the name {name} of a template")
            for name in ("..", "a%2fb", "../../x", "a/b", "A", "a?b")
        ),
        pytest.param(
            execution("x", task=divider(), inputs=TEN_BY_TWO, podTemplateRef={"name": ".."}),
            ["spec.podTemplateRef.name", "should match"],
            id="a path in place of a PodTemplate's name",
        ),
        pytest.param(
            execution("x", task=divider(secrets=[{"group": "g", "key": "k", "secretName": "../../x"}]), inputs=TEN_BY_TWO),
            ["spec.task.secrets[0].secretName", "should match"],
            id="a path in place of a Secret's name",
        ),
        pytest.param(
            execution("x", task=divider(), inputs=TEN_BY_TWO, serviceAccountName=".."),
            ["spec.serviceAccountName", "should match"],
            id="a path in place of a service account's name",
        ),
        pytest.param(execution("x", task=divider(), inputsUri="s3://b/\x00"), ["spec.inputsUri"], id="an inputsUri with a NUL"),
        pytest.param(
            execution("x", task=divider(storage={"metadataPrefix": "s3://b/\n"}), inputs=TEN_BY_TWO),
            ["spec.task.storage.metadataPrefix"],
            id="a prefix with a line break",
        ),
        pytest.param(execution("x" * 64, task=divider(), inputs=TEN_BY_TWO), ["63"], id="a name too long for a label"),
        pytest.param(
            execution("x", task=divider(retries={"user": -1}), inputs=TEN_BY_TWO),
            ["spec.task.retries.user"],
            id="a negative number of retries",
        ),
    ],
)
def test_the_api_server_refuses(crds: Cluster, namespace: str, resource: dict[str, Any], words: list[str]):
    with pytest.raises(KubectlError) as refused:
        crds.kubectl("--namespace", namespace, "apply", "-f", "-", input=to_yaml(resource))
    for word in words:
        assert word in str(refused.value)


@pytest.mark.parametrize(
    ("resource", "field", "expected", "found"),
    [
        pytest.param(execution("x", task=divider(), inputs={"a": 10}), "spec.inputs.b", "integer", "nothing", id="a missing input"),
        pytest.param(
            execution("x", task=divider(), inputs=TEN_BY_TWO | {"c": 1}), "spec.inputs.c", "one of a, b", '"c"', id="a superfluous input"
        ),
        pytest.param(
            execution("x", task=divider(), inputs={"a": 10, "b": "two"}), "spec.inputs.b", "integer", '"two"', id="a string for an integer"
        ),
        pytest.param(
            execution("x", taskRef={"name": "nope"}), "spec.taskRef.name", "TaskTemplate", '"nope"', id="a template that doesn't exist"
        ),
        pytest.param(
            execution("x", task=divider(envFrom=[{"secretRef": "store"}]), inputs=TEN_BY_TWO),
            "spec.task.envFrom[0].secretRef",
            "an object",
            '"store"',
            id="a Secret that is no object",
        ),
        pytest.param(
            execution("x", task=divider(), inputs=TEN_BY_TWO, podTemplate={"spec": {"volumes": "x"}}),
            "spec.podTemplate.spec.volumes",
            "a list of objects",
            '"x"',
            id="volumes that are no list",
        ),
        pytest.param(
            execution("x", task=divider() | {"interface": {"inputs": {"t": "datetime"}}}, inputs={"t": "0001-01-01T00:00:00+14:00"}),
            "spec.inputs.t",
            "datetime",
            '"0001-01-01',
            id="a moment before all time",
        ),
        pytest.param(
            execution("x", task=divider() | {"interface": {"inputs": {"d": "duration"}}}, inputs={"d": "999999999999999h"}),
            "spec.inputs.d",
            "duration",
            '"999999999999999h"',
            id="a duration longer than all time",
        ),
        pytest.param(
            execution("x", task=divider(secrets=[{"group": "Gro/up", "key": "k"}]), inputs=TEN_BY_TWO),
            "spec.task.secrets[0].secretName",
            "the name of a Secret",
            "nothing",
            id="a group that can't be a Secret's name",
        ),
        pytest.param(
            execution("x", task=divider() | {"interface": {"inputs": {"a": "list[" * 200 + "integer" + "]" * 200}}}),
            "spec.task.interface.inputs.a",
            "at most 24 levels",
            '"list[list[',
            id="a type of 200 levels",
        ),
        pytest.param(
            execution("x", task=divider() | {"interface": {"inputs": {"a": "number"}}}),
            "spec.task.interface.inputs.a",
            "integer",
            '"number"',
            id="a type that doesn't exist",
        ),
    ],
)
def test_the_first_reconcile_refuses(operator: Cluster, namespace: str, resource: dict[str, Any], field: str, expected: str, found: str):
    operator.kubectl("--namespace", namespace, "apply", "-f", "-", input=to_yaml(resource))
    status = final_status(operator, namespace, "x")
    condition = next(c for c in status["conditions"] if c["type"] == "Succeeded")
    assert (status["phase"], condition["status"], condition["reason"]) == ("Failed", "False", "InvalidSpec")
    assert field in condition["message"]
    assert f"expected {expected}" in condition["message"] or expected in condition["message"]
    assert found in condition["message"]
    assert not json.loads(operator.kubectl("--namespace", namespace, "get", "pods", "-o", "json"))["items"]


def test_a_template_may_come_a_moment_after_its_execution(operator: Cluster, namespace: str):
    operator.kubectl(
        "--namespace", namespace, "apply", "-f", "-", input=to_yaml(execution("x", taskRef={"name": "late"}, inputs=TEN_BY_TWO))
    )
    time.sleep(1)
    operator.kubectl("--namespace", namespace, "apply", "-f", "-", input=to_yaml(template("late", divider())))
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        if json.loads(operator.kubectl("--namespace", namespace, "get", "pods", "-o", "json"))["items"]:
            return
        time.sleep(0.3)
    raise AssertionError("no pod was created")


@pytest.mark.parametrize("change", [{"inputs": {"a": 1, "b": 1}}, {"taskRef": {"name": "other"}}])
def test_what_is_to_run_cannot_be_changed_later(crds: Cluster, namespace: str, change: dict[str, Any]):
    spec = {"taskRef": {"name": "late"}, "inputs": TEN_BY_TWO}
    crds.kubectl("--namespace", namespace, "apply", "-f", "-", input=to_yaml(execution("x", **spec)))
    with pytest.raises(KubectlError, match="immutable"):
        crds.kubectl("--namespace", namespace, "apply", "-f", "-", input=to_yaml(execution("x", **(spec | change))))


def final_status(cluster: Cluster, namespace: str, name: str, *, timeout: float = 20) -> dict[str, Any]:
    """The status once it has a final phase."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        found = json.loads(cluster.kubectl("--namespace", namespace, "get", f"te/{name}", "-o", "json")).get("status", {})
        if found.get("phase") in ("Succeeded", "Failed"):
            return found
        time.sleep(0.2)
    raise AssertionError(f"no final phase after {timeout} s: {found}")


def test_a_number_of_which_the_api_server_makes_21_digits_is_one(operator: Cluster, namespace: str):
    resource = execution("x", task=divider() | {"interface": {"inputs": {"a": "struct"}}}, inputs={"a": {"e": 1e20}})
    operator.kubectl("--namespace", namespace, "apply", "-f", "-", input=json.dumps(resource))
    deadline = time.monotonic() + 15
    while not json.loads(operator.kubectl("--namespace", namespace, "get", "pods", "-o", "json"))["items"]:
        assert time.monotonic() < deadline, "no pod was created"
        time.sleep(0.2)


def test_a_field_that_this_api_server_does_not_know_is_named(operator: Cluster, namespace: str):
    resource = execution("x", task=divider(), inputs=TEN_BY_TWO, podTemplate={"spec": {"tolerations": [{"ky": "a"}]}})
    operator.kubectl("--namespace", namespace, "apply", "-f", "-", input=json.dumps(resource))
    assert "did you mean key?" in final_status(operator, namespace, "x")["error"]["message"]
