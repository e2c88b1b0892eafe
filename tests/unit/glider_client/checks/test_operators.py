"""Which operator serves an execution, and why none takes it up."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from glider_client.checks.operators import unserved
from glider_client.cluster.operators import Operator, config_map_name, operator_of
from glider_core.api.labels import INSTANCE
from tests.unit.glider_core.builders import CONFIGURATION, MINUTE, SECOND, T0, execution_body

DEPLOYMENT: dict[str, Any] = {
    "metadata": {"namespace": "glider-system", "name": "glider"},
    "spec": {"replicas": 2, "template": {"spec": {"volumes": [{"name": "tmp"}, {"name": "config", "configMap": {"name": "glider"}}]}}},
    "status": {"readyReplicas": 1},
}


def operator(*, ready: int = 1, **config: Any) -> Operator:
    text = yaml.safe_dump(CONFIGURATION | config)
    return operator_of(DEPLOYMENT | {"status": {"readyReplicas": ready}}, {"data": {"config.yaml": text}})


def execution(*, instance: str | None = None, namespace: str = "default", phase: str | None = None) -> dict[str, Any]:
    body = execution_body(status={"phase": phase, "observedGeneration": 1} if phase else {"phase": "Pending"})
    body["metadata"] |= {"namespace": namespace, "labels": {INSTANCE: instance} if instance else {}}
    return body


OF_ALL, OF_BLUE, OF_TEAM = operator(), operator(instanceId="blue"), operator(watchNamespaces=["team"])


@pytest.mark.parametrize(
    ("body", "operators", "words"),
    [
        pytest.param(execution(), [], "there is no operator in this cluster", id="no operator"),
        pytest.param(
            execution(instance="green"), [OF_ALL, OF_BLUE], f"no operator serves its label {INSTANCE}=green (there are: blue)", id="a label"
        ),
        pytest.param(execution(), [OF_BLUE], f"it has no label {INSTANCE}, and every operator serves only", id="no label"),
        pytest.param(
            execution(namespace="other"),
            [OF_TEAM],
            "no operator watches the namespace other: glider-system/glider serves",
            id="a namespace",
        ),
        pytest.param(execution(), [operator(ready=0)], "the operator that serves it isn't ready: glider-system/glider", id="not ready"),
        pytest.param(execution(), [OF_ALL], "", id="an operator that has nothing to write for a while"),
        pytest.param(execution(phase="Running"), [], "", id="it has a phase, so somebody serves it"),
        pytest.param(execution(instance="blue"), [OF_ALL, OF_BLUE], "", id="the operator of its label"),
    ],
)
def test_why_an_execution_stays_blank(body, operators, words):
    found = unserved(body, operators, now=T0 + MINUTE)
    assert found.startswith(words) if not words or (words[0] != "h" and "serves it" not in words) else words in found


def test_a_fresh_one_may_yet_be_taken_up():
    assert unserved(execution(), [], now=T0 + 9 * SECOND) == ""


def test_an_operator_and_what_it_serves():
    found = operator_of(
        DEPLOYMENT, {"data": {"config.yaml": yaml.safe_dump(CONFIGURATION | {"watchNamespaces": ["a"], "instanceId": "i"})}}
    )
    assert (found.ready, found.wanted, found.problem) == (1, 2, "")
    assert found.serves == f"the namespaces a, executions labelled {INSTANCE}=i"
    assert config_map_name(DEPLOYMENT) == "glider"


@pytest.mark.parametrize(
    ("config_map", "problem"),
    [
        pytest.param(None, "its configuration can't be found", id="no ConfigMap"),
        pytest.param({"data": {"config.yaml": "a: ["}}, "its configuration is refused: config.yaml: expected YAML", id="a bad one"),
    ],
)
def test_an_operator_whose_configuration_cannot_be_read(config_map, problem):
    assert operator_of(DEPLOYMENT, config_map).problem.startswith(problem)
