"""`glider version` against a real API server, with and without Glider's CRDs and operators."""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import Any

import pytest

from glider_client.cluster.operators import SELECTOR
from tests.integration.cli import Cli, glider

pytestmark = pytest.mark.cluster
__all__ = ["glider"]


def deployment(of_chart: str) -> dict[str, Any]:
    labels = dict(pair.split("=") for pair in SELECTOR.split(",")) | {"app.kubernetes.io/version": of_chart}
    template = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "operator", "image": "none"}]}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "glider", "labels": labels},
        "spec": {"replicas": 0, "selector": {"matchLabels": {"a": "b"}}, "template": template},
    }


def test_versions_of_client_server_operator_and_crds(glider: Cli) -> None:
    glider.cluster.create(f"/apis/apps/v1/namespaces/{glider.namespace}/deployments", deployment("9.3.1"))
    result = glider("version")
    assert result.exit_code == 0, result.output
    assert "Server:    v1." in result.stdout
    assert f"Operator:  9.3.1 ({glider.namespace}/glider, 0 ready)" in result.stdout
    assert "CRD:       taskexecutions.glider.dev: v1alpha1, with all" in result.stdout
    assert f"Warning: glider is {version('glider-client')} and the operator {glider.namespace}/glider is 9.3.1" in result.stderr


def test_json_has_the_same(glider: Cli) -> None:
    glider.cluster.create(f"/apis/apps/v1/namespaces/{glider.namespace}/deployments", deployment(version("glider-client")))
    document = json.loads(glider.out("version", "-o", "json"))
    assert set(document) == {"client", "server", "operators", "crds", "warnings"}
    (own,) = [one for one in document["operators"] if one["namespace"] == glider.namespace]
    assert own == {"namespace": glider.namespace, "name": "glider", "version": version("glider-client"), "ready": 0}
    assert [one["status"] for one in document["crds"]] == ["ok", "ok"]
    assert not [warning for warning in document["warnings"] if glider.namespace in warning]


def test_whoever_may_not_see_operators_is_told_so(glider: Cli) -> None:
    result = glider("version", "--as", "nobody-in-particular")
    assert result.exit_code == 0, result.output
    assert "Operator:  none that you may see" in result.stdout
    assert "Warning: operators: " in result.stderr


def test_an_unreachable_cluster_is_an_error_behind_the_clients_version(glider: Cli) -> None:
    result = glider("version", "--context", "nowhere")
    assert result.exit_code == 1
    assert result.stdout.startswith("Client:    ")
    assert "nowhere" in result.stderr
