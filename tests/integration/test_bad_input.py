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
