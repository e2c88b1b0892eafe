"""What a real API server takes as the code of a task, in a template and in an execution."""

from __future__ import annotations

from typing import Any

import pytest

from glider_core.api.code import MOST_PARTS
from tests.cluster.fixtures import Cluster, KubectlError
from tests.resources import execution, task, template, to_yaml

SHA256 = "0123456789abcdef" * 4
URI = {"sha256": SHA256, "uri": "s3://bucket/code.tar.gz"}


def refusal(cluster: Cluster, namespace: str, document: dict[str, Any]) -> str:
    """Why a resource is refused; empty where it isn't."""
    try:
        cluster.kubectl("--namespace", namespace, "create", "--dry-run=server", "-f", "-", input=to_yaml(document))
    except KubectlError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("code", "refused"),
    [
        pytest.param(URI, "", id="an object in the store"),
        pytest.param({"sha256": SHA256, "configMaps": ["b", "a"], "pythonVersion": "3.11"}, "", id="ConfigMaps"),
        pytest.param({"sha256": SHA256}, "needs exactly one of uri and configMaps", id="neither"),
        pytest.param(URI | {"configMaps": ["a"]}, "needs exactly one of uri and configMaps", id="both"),
        pytest.param({"uri": "s3://b/c"}, "spec.code.sha256: Required value", id="no SHA-256"),
        pytest.param(URI | {"sha256": "abc"}, "spec.code.sha256: Invalid value", id="half a SHA-256"),
        pytest.param(URI | {"uri": "code.tar.gz"}, "must be a URI such as s3://bucket/code.tar.gz", id="a path"),
        pytest.param({"sha256": SHA256, "configMaps": []}, "spec.code.configMaps: Invalid value", id="no ConfigMap"),
        pytest.param({"sha256": SHA256, "configMaps": ["A"]}, "spec.code.configMaps[0]: Invalid value", id="no name of one"),
        pytest.param(
            {"sha256": SHA256, "configMaps": [f"c-{i}" for i in range(MOST_PARTS + 1)]}, "spec.code.configMaps: Too many", id="too many"
        ),
        pytest.param(URI | {"pythonVersion": "3"}, "spec.code.pythonVersion: Invalid value", id="half a version"),
    ],
)
def test_a_template(crds: Cluster, namespace: str, code: dict[str, Any], refused: str):
    found = refusal(crds, namespace, template("coded", task(["run"], code=code)))
    assert refused in found
    assert bool(refused) == bool(found)


def test_an_execution_may_bring_its_own(crds: Cluster, namespace: str):
    spec = task(["run"], code=URI)
    del spec["container"]["image"]
    assert refusal(crds, namespace, execution("coded", task=spec)) == ""
    assert "needs exactly one of uri and configMaps" in refusal(
        crds, namespace, execution("coded", task=spec | {"code": {"sha256": SHA256}})
    )
