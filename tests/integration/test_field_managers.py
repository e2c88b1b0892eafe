"""Who owns which fields: `metadata.managedFields` on a real API server."""

from __future__ import annotations

import json
from typing import Any

from tests.cluster.fixtures import Cluster
from tests.e2e.conftest import wait_until
from tests.integration.cli import Cli
from tests.integration.test_life_cycle import SUCCESS, Kubelet


def managers(kubelet: Kubelet, what: str) -> dict[tuple[str, str], Any]:
    """The fields of an object by their manager and its subresource."""
    document = json.loads(kubelet.kubectl("get", what, "-o", "json", "--show-managed-fields"))
    entries = document["metadata"]["managedFields"]
    return {(entry["manager"], entry.get("subresource", "")): entry["fieldsV1"] for entry in entries}


def test_what_the_operator_writes_is_owned_by_it(operator: Cluster, namespace: str):
    kubelet = Kubelet(operator, namespace)
    kubelet.run("owned")
    pod = f"pod/{kubelet.pod('owned')['metadata']['name']}"
    assert "f:spec" in managers(kubelet, pod)["glider-operator", ""]
    kubelet.ends("owned", 0, message=SUCCESS)
    kubelet.wait_for("owned", "Succeeded")
    found = managers(kubelet, "te/owned")
    assert found["glider-operator", "status"] == {"f:status": {}}
    assert {manager for manager, _ in found} == {"glider-operator", "kubectl-client-side-apply"}
    ours = ("get", "events", "-o", "name", "--field-selector", "involvedObject.kind=TaskExecution")
    event = wait_until(lambda: kubelet.kubectl(*ours).split(), what="an Event")[0]
    assert set(managers(kubelet, event)) == {("glider-operator", "")}


def test_what_the_command_line_writes_is_owned_by_it(crds: Cluster, namespace: str):
    cli = Cli(crds, namespace)
    cli.create("mine")
    assert cli("suspend", "mine").exit_code == 0
    found = managers(Kubelet(crds, namespace), "te/mine")
    assert set(found) == {("glider", "")}
    assert "f:suspend" in found["glider", ""]["f:spec"]
