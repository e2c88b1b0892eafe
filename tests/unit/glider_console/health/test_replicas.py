"""An operator and its pods as the health page reads them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from glider_client.cluster.operators import Operator
from glider_console.health.replicas import Replica, health_port, is_running, operator_document
from glider_core.config import Config
from glider_core.config.model import Health

OPERATOR = Operator(namespace="glider-system", name="glider", ready=1, wanted=2, config=Config(), version="0.1.0")
ENDED = {"terminated": {"reason": "Error", "exitCode": 2, "message": "starting\nconfig.yaml: expected a mapping, found a list\n"}}
POD: dict[str, Any] = {
    "metadata": {"name": "glider-1"},
    "spec": {"nodeName": "node-a"},
    "status": {
        "phase": "Running",
        "startTime": "2026-01-31T12:00:00Z",
        "conditions": [{"type": "Ready", "status": "True"}],
        "containerStatuses": [{"image": "glider-operator:0.1.0", "restartCount": 3, "lastState": ENDED}],
    },
}


def test_a_pod_is_shown_with_what_it_reports() -> None:
    assert Replica(pod=POD, debug={"leads": True}).document() == {
        "pod": "glider-1",
        "node": "node-a",
        "phase": "Running",
        "started": "2026-01-31T12:00:00Z",
        "ready": True,
        "restarts": 3,
        "lastEnd": "Error, exit code 2: config.yaml: expected a mapping, found a list",
        "images": ["glider-operator:0.1.0"],
        "debug": {"leads": True},
        "problem": "",
    }


def test_a_pod_that_nothing_is_known_of_is_shown_too() -> None:
    pod = {"metadata": {"name": "glider-2"}}
    shown = Replica(pod=pod, problem="The pod doesn't run.").document()
    assert (shown["ready"], shown["restarts"], shown["problem"]) == (False, 0, "The pod doesn't run.")
    assert not is_running(pod)


def test_an_operator_is_shown_with_its_pods() -> None:
    shown = operator_document(OPERATOR, [Replica(pod=POD)])
    assert (shown["ready"], shown["wanted"], [one["pod"] for one in shown["replicas"]]) == (1, 2, ["glider-1"])
    assert shown["serves"] == "all namespaces, executions without a label glider.dev/instance-id"


def test_what_is_wrong_with_its_configuration_comes_before_what_the_viewer_may_not() -> None:
    assert operator_document(replace(OPERATOR, problem="it is refused"), [], problem="you may not")["problem"] == "it is refused"
    assert operator_document(OPERATOR, [], problem="you may not")["problem"] == "you may not"


def test_the_port_is_that_of_its_configuration() -> None:
    config = Config(health=Health(health_probe_bind_address="[::]:9000"))
    assert (health_port(OPERATOR), health_port(replace(OPERATOR, config=config))) == (8081, 9000)
