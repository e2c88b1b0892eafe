"""`glider doctor`, of objects as an API server has them. tests/integration tries it on a real one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml

from glider_client.cli.doctor import examine
from glider_client.cluster.errors import NotFoundError
from glider_core.api.moments import format_time

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
CRD = {"status": {"conditions": [{"type": "Established", "status": "True"}]}}


class Answers:
    """A cluster's answers: objects and lists by their paths, and nothing elsewhere."""

    def __init__(self, objects: dict[str, Any]) -> None:
        self._objects = objects

    def get(self, path: str) -> Any:
        if "customresourcedefinitions" in path:
            return CRD
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
    return {text: kind for kind, text in examine(answers, now=NOW)}


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
