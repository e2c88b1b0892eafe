"""What is found out about operators and executions, from objects as an API server has them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml

from glider_client.checks.serving import Serving, check_executions, check_operators, read
from glider_client.cluster.errors import ForbiddenError, NotFoundError
from glider_client.cluster.operators import Operator
from glider_core.api.moments import format_time
from glider_core.config import Config

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


class Answers:
    """A cluster's answers: objects and lists by their paths, and nothing elsewhere."""

    def __init__(self, objects: dict[str, Any]) -> None:
        self._objects = objects

    def get(self, path: str) -> Any:
        if path not in self._objects:
            raise NotFoundError(path)
        return self._objects[path]

    def items(self, path: str, *, query: Any = None) -> Any:
        return self._objects.get(path, [])


def examined(config: dict[str, Any], *, lease_at: str) -> dict[str, str]:
    """What is said of each thing, of one operator with that configuration and a Lease at that path."""
    volumes = [{"name": "config", "configMap": {"name": "glider"}}]
    deployment = {
        "metadata": {"name": "glider", "namespace": "system"},
        "spec": {"replicas": 1, "template": {"spec": {"volumes": volumes}}},
        "status": {"readyReplicas": 1},
    }
    document = {"apiVersion": "glider.dev/v1alpha1", "kind": "Configuration"} | config
    lease = {"holderIdentity": "pod-a", "renewTime": format_time(NOW - timedelta(seconds=1)), "leaseDurationSeconds": 15}
    answers: Any = Answers(
        {
            "/apis/apps/v1/deployments": [deployment],
            "/api/v1/namespaces/system/configmaps/glider": {"data": {"config.yaml": yaml.safe_dump(document)}},
            f"/apis/coordination.k8s.io/v1/namespaces/{lease_at}": {"spec": lease},
        }
    )
    return {check.line: check.status for check in check_operators(read(answers), now=NOW)}


@pytest.mark.parametrize(
    ("config", "lease_at"),
    [
        pytest.param({"leaderElection": {"leaderElect": True}}, "system/leases/glider-operator", id="of the name that is set"),
        pytest.param(
            {"leaderElection": {"leaderElect": True, "resourceName": "glider"}, "instanceId": "Blue"},
            "system/leases/glider-blue",
            id="of the instance's own name",
        ),
        pytest.param(
            {"leaderElection": {"leaderElect": True, "resourceNamespace": "leases"}},
            "leases/leases/glider-operator",
            id="in the namespace that is set",
        ),
    ],
)
def test_the_leader_is_looked_up_in_the_lease_that_the_operator_takes(config, lease_at):
    assert examined(config, lease_at=lease_at)["operator system/glider: pod-a leads, renewed 1s ago"] == "ok"


OPERATOR = Operator(namespace="system", name="glider", ready=1, wanted=1, config=Config(), version="0.1.0")
FORBIDDEN = ForbiddenError("the user 'ann' may not list it.")


def execution(name: str) -> dict[str, Any]:
    return {"metadata": {"name": name, "namespace": "team", "creationTimestamp": format_time(NOW - timedelta(hours=1))}}


@pytest.mark.parametrize(
    ("serving", "line"),
    [
        pytest.param(
            Serving(operators=[OPERATOR]),
            "OK operator system/glider: 1 of 1 ready, serves all namespaces, executions without a label glider.dev/instance-id",
            id="one that is ready",
        ),
        pytest.param(
            Serving(operators=[replace(OPERATOR, ready=0)]),
            "PROBLEM operator system/glider: 0 of 1 ready, serves all namespaces, executions without a label glider.dev/instance-id. "
            "See why: kubectl -n system describe deployment/glider, and its pods' logs",
            id="one that isn't ready",
        ),
        pytest.param(
            Serving(operators=[replace(OPERATOR, ready=0, wanted=0)]),
            "PROBLEM operator system/glider: 0 of 0 ready, serves all namespaces, executions without a label glider.dev/instance-id. "
            "Start it: kubectl -n system scale deployment/glider --replicas=1",
            id="one that is scaled down",
        ),
        pytest.param(
            Serving(operators=[replace(OPERATOR, version="0.9.1")]),
            "WARNING operator system/glider: its version is 0.9.1, this client's is 0.1.0. "
            "Bring both to one minor version: helm upgrade, or pip install glider-client.",
            id="one of another minor version",
        ),
        pytest.param(
            Serving(operators=[replace(OPERATOR, config=Config(watch_namespaces=("a",)))], watched={"a": NotFoundError("a")}),
            "PROBLEM operator system/glider: it watches the namespace a, which isn't there. "
            "Create it, or take it out of config.watchNamespaces: kubectl create namespace a",
            id="a watched namespace that isn't there",
        ),
        pytest.param(
            Serving(operators=[]),
            "PROBLEM operator: there is no Deployment with the labels app.kubernetes.io/name=glider,app.kubernetes.io/component=operator. "
            "Install it: helm install glider charts/glider",
            id="none",
        ),
        pytest.param(
            Serving(operators=FORBIDDEN),
            "WARNING operators: not checked, since the user 'ann' may not list it.",
            id="a user who may not see them",
        ),
    ],
)
def test_operators(serving: Serving, line: str):
    assert line in [f"{check.status.upper()} {check.line}" for check in check_operators(serving, now=NOW)]


@pytest.mark.parametrize(
    ("lease", "line"),
    [
        pytest.param(NotFoundError("no"), "PROBLEM operator system/glider: nobody leads by the Lease glider-operator", id="no Lease"),
        pytest.param({"spec": {}}, "PROBLEM operator system/glider: nobody leads by the Lease glider-operator", id="a Lease of nobody"),
        pytest.param(
            {"spec": {"holderIdentity": "a", "renewTime": format_time(NOW - timedelta(minutes=5)), "leaseDurationSeconds": 15}},
            "PROBLEM operator system/glider: a leads, renewed 5m ago",
            id="a Lease that has ended",
        ),
        pytest.param(FORBIDDEN, "WARNING operator system/glider: not checked, since the user 'ann' may not list it.", id="forbidden"),
    ],
)
def test_leaders(lease: Any, line: str):
    serving = Serving(operators=[OPERATOR], leases={"system/glider": lease})
    lines = [f"{check.status.upper()} {check.name}: {check.message}" for check in check_operators(serving, now=NOW)]
    assert line in lines


@pytest.mark.parametrize(
    ("serving", "lines"),
    [
        pytest.param(
            Serving(operators=[], executions=[execution("a")]),
            ["PROBLEM execution team/a: there is no operator in this cluster, or none that you may see"],
            id="one that no operator serves",
        ),
        pytest.param(
            Serving(operators=[], executions=[execution(f"e{number}") for number in range(23)]),
            [
                *[f"PROBLEM execution team/e{n}: there is no operator in this cluster, or none that you may see" for n in range(20)],
                "PROBLEM executions: 3 more that no operator serves",
            ],
            id="many",
        ),
        pytest.param(
            Serving(operators=FORBIDDEN, executions=[execution("a")], scope="the namespace 'team'"),
            ["OK executions: 1 in the namespace 'team'"],
            id="a user who doesn't see operators",
        ),
        pytest.param(Serving(operators=[OPERATOR]), ["OK executions: 0 in all namespaces, none without an operator"], id="none"),
        pytest.param(Serving(operators=[], executions=NotFoundError("no CRD")), [], id="no CRD, which has its own line"),
    ],
)
def test_executions(serving: Serving, lines: list[str]):
    assert [f"{check.status.upper()} {check.line}" for check in check_executions(serving, now=NOW)] == lines
