"""Who owns which fields: `metadata.managedFields` on a real API server."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cluster.fixtures import Cluster, KubectlError
from tests.e2e.conftest import wait_until
from tests.integration.cli import Cli
from tests.integration.test_life_cycle import SUCCESS, Kubelet
from tests.resources import divider, execution, to_yaml


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


def test_two_field_managers_share_an_execution_and_its_lists(crds: Cluster, namespace: str):
    kubelet = Kubelet(crds, namespace)
    env = [{"name": "LEVEL", "value": "info"}, {"name": "HOST", "value": "x"}]
    spec = {"task": divider(), "suspend": True, "env": env, "volumes": [{"name": "scratch", "emptyDir": {}}], "tolerations": [{"key": "a"}]}
    first, second = execution("shared", **spec), execution("shared", env=env[:1], priority=3)
    for manager, document in (("first", first), ("second", second), ("first", first)):  # none takes away what is the other's
        kubelet.kubectl("apply", "--server-side", "--field-manager", manager, "-f", "-", input=to_yaml(document))
    found = managers(kubelet, "te/shared")
    assert found["second", ""]["f:spec"] == {"f:env": {'k:{"name":"LEVEL"}': {}}, "f:priority": {}}
    assert found["first", ""]["f:spec"]["f:volumes"] == {'k:{"name":"scratch"}': {}}
    against = to_yaml(execution("shared", suspend=False, priority=3))
    with pytest.raises(KubectlError, match=r'conflict with "first": \.spec\.suspend'):
        kubelet.kubectl("apply", "--server-side", "--field-manager=second", "-f", "-", input=against)


@pytest.mark.parametrize(
    ("field", "entries", "key"),
    [
        pytest.param("env", [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}], "name", id="a variable"),
        pytest.param("volumes", [{"name": "v", "emptyDir": {}}, {"name": "v", "configMap": {"name": "x"}}], "name", id="a volume"),
        pytest.param("volumeMounts", [{"name": "v", "mountPath": "/v"}, {"name": "w", "mountPath": "/v"}], "mountPath", id="a mount"),
        pytest.param(
            "hostAliases", [{"ip": "10.0.0.1", "hostnames": ["a"]}, {"ip": "10.0.0.1", "hostnames": ["b"]}], "ip", id="an address"
        ),
    ],
)
def test_an_entry_that_is_there_twice_is_refused_by_its_key(crds: Cluster, namespace: str, field: str, entries: list[Any], key: str):
    document = to_yaml(execution("twice", task=divider(), inputs={"a": 1, "b": 1}, **{field: entries}))
    with pytest.raises(KubectlError, match=rf'spec\.{field}\[1\]: Duplicate value: {{"{key}":"{entries[0][key]}"}}'):
        Kubelet(crds, namespace).kubectl("create", "--dry-run=server", "-f", "-", input=document)


def test_a_toleration_may_be_there_twice(crds: Cluster, namespace: str):
    document = to_yaml(execution("twice", task=divider(), inputs={"a": 1, "b": 1}, tolerations=[{"key": "a"}, {"key": "a"}]))
    assert "created" in Kubelet(crds, namespace).kubectl("create", "--dry-run=server", "-f", "-", input=document)
