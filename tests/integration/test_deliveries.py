"""How the executor comes into pods on a real API server that has image volumes, also where a policy forbids them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cluster.fixtures import Cluster, KubectlError
from tests.e2e.conftest import wait_until
from tests.integration.conftest import METRICS, http_get
from tests.integration.test_life_cycle import Kubelet
from tests.resources import to_yaml

POLICY = {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy"}
MOUNTS = {"name": "x", "image": {"reference": "x:1"}}


@pytest.fixture
def forbidden(crds: Cluster, namespace: str) -> Iterator[str]:
    """The namespace, in which no pod may have an image volume."""
    rule = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}
    expression = "!has(object.spec.volumes) || object.spec.volumes.all(one, !has(one.image))"
    spec = {
        "matchConstraints": {
            "resourceRules": [rule],
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
        },
        "validations": [{"expression": expression, "message": "no image volumes here"}],
    }
    named = {"metadata": {"name": namespace}}
    binding = POLICY | {"kind": "ValidatingAdmissionPolicyBinding", "spec": {"policyName": namespace, "validationActions": ["Deny"]}}
    crds.kubectl("apply", "-f", "-", input=to_yaml(POLICY | named | {"spec": spec}, binding | named))
    wait_until(lambda: refuses_image_volumes(crds, namespace), what="the policy to count")
    yield namespace
    crds.kubectl("delete", "validatingadmissionpolicy,validatingadmissionpolicybinding", namespace)


def refuses_image_volumes(cluster: Cluster, namespace: str) -> bool:
    container = {
        "name": "c",
        "image": "x:1",
        "volumeMounts": [{"name": "x", "mountPath": "/x"}],
        "securityContext": {
            "runAsNonRoot": True,
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "seccompProfile": {"type": "RuntimeDefault"},
        },
    }
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}, "spec": {"containers": [container], "volumes": [MOUNTS]}}
    try:
        cluster.kubectl("--namespace", namespace, "create", "--dry-run=server", "-f", "-", input=to_yaml(pod))
    except KubectlError as error:
        assert "no image volumes here" in str(error)
        return True
    return False


def executor_of(pod: dict[str, Any]) -> str:
    volume = next(one for one in pod["spec"]["volumes"] if one["name"] == "glider-executor")
    return "image" if "image" in volume else pod["spec"]["initContainers"][0]["name"]


def fallbacks(cause: str) -> float:
    line = f'glider_image_volume_fallbacks_total{{cause="{cause}"}} '
    _, text = http_get(f"http://{METRICS}/metrics")
    return next((float(found.removeprefix(line)) for found in text.splitlines() if found.startswith(line)), 0.0)


def test_the_restricted_pod_security_standard_allows_the_image_volume(operator: Cluster, namespace: str):
    assert json.loads(operator.kubectl("version", "-o", "json"))["serverVersion"]["minor"] >= "35"
    kubelet = Kubelet(operator, namespace)
    kubelet.run("mounted")
    assert executor_of(kubelet.pod("mounted")) == "image"


def test_where_a_policy_forbids_it_an_init_container_brings_the_executor_at_once(operator: Cluster, forbidden: str):
    before = fallbacks("refused")
    kubelet = Kubelet(operator, forbidden)
    for name in ("first", "second"):
        kubelet.run(name)
        assert executor_of(kubelet.pod(name)) == "glider-executor"
    assert fallbacks("refused") == before + 1
    assert kubelet.status("first").get("failures") is None
