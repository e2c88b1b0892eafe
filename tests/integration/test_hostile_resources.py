"""One resource that anybody may create harms itself alone: the operator stays ready, and executions of others go on."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from tests.cluster.fixtures import Cluster, KubectlError
from tests.integration.conftest import HEALTH, http_get
from tests.resources import divider, execution, task, template, to_yaml

DEEP = "DEEP"


def nested(levels: int, *, opening: str = '{"a":', closing: str = "}") -> str:
    """JSON of so many levels, as text: no encoder here goes as deep as the API server does."""
    return opening * levels + "1" + closing * levels


def apply(cluster: Cluster, namespace: str, resource: dict[str, Any], *, deep: str = "") -> None:
    """Create `resource`, with the JSON `deep` in place of the word for it."""
    text = json.dumps(resource).replace(f'"{DEEP}"', deep)
    cluster.kubectl("--namespace", namespace, "create", "-f", "-", input=text)


def assert_others_go_on(cluster: Cluster, namespace: str, name: str) -> None:
    """The operator is ready, and an execution that is created now gets its pod."""
    cluster.kubectl("--namespace", namespace, "apply", "-f", "-", input=to_yaml(execution(name, task=divider(), inputs={"a": 10, "b": 2})))
    deadline = time.monotonic() + 15
    while not json.loads(cluster.kubectl("--namespace", namespace, "get", "pods", "-l", f"glider.dev/execution={name}", "-o", "json"))[
        "items"
    ]:
        assert time.monotonic() < deadline, "a good execution got no pod"
        time.sleep(0.2)
    assert http_get(f"http://{HEALTH}/readyz")[0] == 200


def message_at_the_end(cluster: Cluster, namespace: str, name: str, *, timeout: float = 20) -> str:
    """Reason and message of the condition at the end of an execution that may be too deep to be read here."""
    path = '{.status.conditions[?(@.type=="Succeeded")].status} {.status.error.reason}: {.status.error.message}'
    deadline = time.monotonic() + timeout
    while not (said := cluster.kubectl("--namespace", namespace, "get", f"te/{name}", "-o", f"jsonpath={path}")).startswith("False "):
        assert time.monotonic() < deadline, f"no end after {timeout} s: {said}"
        time.sleep(0.2)
    return said.removeprefix("False ").strip()


@pytest.mark.parametrize(
    "deep",
    [
        pytest.param(nested(1_500), id="1,500 objects in each other"),
        pytest.param(nested(1_500, opening="[", closing="]"), id="1,500 lists in each other"),
        pytest.param(nested(300), id="300 objects in each other"),
    ],
)
def test_inputs_that_are_nested_too_deep(operator: Cluster, namespace: str, deep: str):
    resource = execution("deep", task=task(["pyflyte-execute"], inputs={"s": "struct"}), inputs={"s": DEEP})
    apply(operator, namespace, resource, deep=deep)
    said = message_at_the_end(operator, namespace, "deep")
    assert said == "InvalidSpec: spec.inputs.s: expected at most 64 levels of nesting, found more"
    assert_others_go_on(operator, namespace, "good")


def test_a_template_that_is_nested_too_deep(operator: Cluster, namespace: str):
    apply(operator, namespace, template("deep", divider(custom={"x": DEEP})), deep=nested(1_500))
    assert_others_go_on(operator, namespace, "good")
    operator.kubectl("--namespace", namespace, "apply", "-f", "-", input=to_yaml(execution("x", taskRef={"name": "deep"})))
    said = message_at_the_end(operator, namespace, "x")
    assert said == "InvalidSpec: TaskTemplate deep: spec.custom: expected at most 64 levels of nesting, found more"


LARGE_TASK = task(["pyflyte-execute"], inputs={"s": "struct"})


def test_suspended_executions_of_a_megabyte_each(operator: Cluster, namespace: str):
    """Each would take 28 MB while it waits: how little those take that may wait is the unit tests' business."""
    deep = "[" + "{}," * 350_000 + "{}]"
    for number in range(2):
        apply(operator, namespace, execution(f"large-{number}", task=LARGE_TASK, inputs={"s": DEEP}, suspend=True), deep=f'{{"a": {deep}}}')
    for number in range(2):
        said = message_at_the_end(operator, namespace, f"large-{number}")
        assert said.startswith("InvalidSpec: spec: expected at most 1000000 bytes as JSON, found 105")
    assert_others_go_on(operator, namespace, "good")


def test_an_execution_at_the_limit_of_size_is_told_of_by_an_event(operator: Cluster, namespace: str):
    """It has no room for a status, nor for `cancel`; it can be deleted."""
    largest, too_large = 1_570_000, 1_573_500
    while too_large - largest > 150:  # less than any status takes
        size = (largest + too_large) // 2
        try:
            apply(operator, namespace, execution("dry", task=task(["x"], inputs={"s": "string"}), inputs={"s": "x" * size}, suspend=True))
        except KubectlError as refused:
            assert "request is too large" in str(refused)
            too_large = size
        else:
            operator.kubectl("--namespace", namespace, "delete", "te/dry")
            largest = size
    apply(operator, namespace, execution("big", task=task(["x"], inputs={"s": "string"}), inputs={"s": "x" * largest}, suspend=True))
    deadline = time.monotonic() + 20
    path = "jsonpath={.items[?(@.reason=='InvalidSpec')].message}"
    while "spec: expected at most 1000000 bytes as JSON, found 15" not in (
        said := operator.kubectl("--namespace", namespace, "get", "events", "--field-selector", "involvedObject.name=big", "-o", path)
    ):
        assert time.monotonic() < deadline, f"no Event but {said}"
        time.sleep(0.3)
    assert_others_go_on(operator, namespace, "good")
    operator.kubectl("--namespace", namespace, "delete", "te/big", "--timeout=20s")
