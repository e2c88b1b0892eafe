"""One resource that anybody may create harms itself alone: the operator stays ready, and executions of others go on."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from tests.cluster.fixtures import Cluster
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
