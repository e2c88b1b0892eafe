"""The ValidatingAdmissionPolicy on a real API server: it refuses what the operator would, and says the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.fixtures import Cluster, KubectlError
from tests.conftest import ROOT
from tests.integration.test_install import CHART, rendered
from tests.resources import execution, task, to_yaml

TASK = task(["a"])
BY_TEMPLATE = {"taskRef": {"name": "divider"}, "inputs": {"a": 1}}
REFUSED = "spec: expected only the fields taskRef, inputs, suspend"


def apply(cluster: Cluster, namespace: str, **spec: Any) -> str:
    """Why an execution is refused; empty where it isn't."""
    document = execution("tried", **spec)
    try:
        cluster.kubectl("--namespace", namespace, "create", "--dry-run=server", "-f", "-", input=to_yaml(document))
    except KubectlError as error:
        return str(error)
    return ""


@pytest.fixture(scope="module")
def policy(crds: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """The chart's policy, for a configuration with a namespace of each kind."""
    values = {
        "admissionPolicy": {"enabled": True},
        "config": {
            "restrictions": {"templates": "Optional"},
            "namespaceDefaults": [
                {"namespaces": ["policy-open"], "restrictions": {"templates": "Optional"}},
                {"namespaces": ["policy-few"], "restrictions": {"allowed": ["taskRef"]}},
                {"namespaces": ["policy-*"], "restrictions": {"templates": "Required"}},
            ],
        },
    }
    file = tmp_path_factory.mktemp("policy") / "values.json"
    file.write_text(json.dumps(values))
    arguments = ("--namespace", "policy-home", "--values", str(file), "--show-only", "templates/admissionpolicy.yaml")
    manifest = crds.helm("template", "policy-test", CHART, *arguments)
    for name in NAMESPACES:
        crds.kubectl("create", "namespace", name)
    crds.kubectl("apply", "-f", "-", input=manifest)
    wait_until_it_counts(crds, "policy-team")
    yield crds
    crds.kubectl("delete", "-f", "-", input=manifest)
    crds.kubectl("delete", "namespace", "--wait=false", *NAMESPACES)


NAMESPACES = ("policy-team", "policy-open", "policy-few", "policy-home", "other-team")


def wait_until_it_counts(cluster: Cluster, namespace: str) -> None:
    """An admission policy is taken up by the API server's own watch."""
    for _ in range(300):
        if apply(cluster, namespace, task=TASK):
            return
    raise AssertionError("the policy was never taken up")


@pytest.mark.parametrize(
    ("namespace", "spec", "refused"),
    [
        pytest.param("policy-team", {**BY_TEMPLATE, "labels": {"a": "b"}, "priority": 1}, "", id="a template, inputs and labels"),
        pytest.param("policy-team", {"task": TASK}, REFUSED, id="a task of one's own"),
        pytest.param("policy-team", {**BY_TEMPLATE, "hostNetwork": True}, "found hostNetwork", id="the node's network"),
        pytest.param(
            "policy-team", {**BY_TEMPLATE, "podTemplate": {"spec": {"hostPID": True}}}, "found podTemplate", id="a field of the pod"
        ),
        pytest.param("policy-open", {"task": TASK, "hostNetwork": True}, "", id="in a namespace that is left out"),
        pytest.param("policy-few", {"taskRef": {"name": "divider"}}, "", id="what a shorter list allows"),
        pytest.param("policy-few", BY_TEMPLATE, "expected only the fields taskRef in this namespace, found inputs", id="what it doesn't"),
        pytest.param("other-team", {"task": TASK, "hostNetwork": True}, "", id="where nothing is restricted"),
        pytest.param("policy-home", BY_TEMPLATE, "expected another namespace than the operator's own", id="in the operator's namespace"),
    ],
)
def test_the_policy_says_what_the_configuration_says(policy: Cluster, namespace: str, spec: dict[str, Any], refused: str):
    found = apply(policy, namespace, **spec)
    assert refused in found and bool(found) == bool(refused)


def test_the_plain_policy_is_for_namespaces_with_a_label(crds: Cluster, namespace: str):
    manifest = str(ROOT / "manifests" / "restrictions.yaml")
    crds.kubectl("apply", "-f", manifest)
    try:
        crds.kubectl("label", "namespace", namespace, "glider.dev/restricted=true")
        wait_until_it_counts(crds, namespace)
        assert apply(crds, namespace, **BY_TEMPLATE) == ""
        crds.kubectl("label", "namespace", namespace, "glider.dev/restricted-")
        for _ in range(300):
            if not apply(crds, namespace, task=TASK):
                return
        raise AssertionError("the namespace stays restricted without the label")
    finally:
        crds.kubectl("delete", "-f", manifest)


def test_the_policy_allows_what_the_operator_allows(cluster: Cluster, tmp_path: Path):
    from glider_operator.model.restrictions import ALLOWED_FIELDS

    [policy] = [one for one in rendered(cluster, "--set", "admissionPolicy.enabled=true") if one["kind"] == "ValidatingAdmissionPolicy"]
    allowed = next(variable["expression"] for variable in policy["spec"]["variables"] if variable["name"] == "allowed")
    assert json.loads(allowed) == list(ALLOWED_FIELDS)
