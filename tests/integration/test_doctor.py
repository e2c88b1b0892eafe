"""`glider doctor` and `glider describe` against a real API server: what no operator can tell."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from glider_client.checks import operators
from glider_client.cli.glider import main
from tests.cluster.fixtures import Cluster
from tests.conftest import ROOT

pytestmark = pytest.mark.cluster

EXECUTION: dict[str, Any] = {
    "apiVersion": "glider.dev/v1alpha1",
    "kind": "TaskExecution",
    "spec": {"task": {"container": {"image": "i", "args": ["x"]}}},
}


def glider(cluster: Cluster, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, [*arguments, "--kubeconfig", str(cluster.kubeconfig)])
    return result.exit_code, result.output


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operators, "PATIENCE", operators.PATIENCE * 0)


@pytest.fixture
def chart(crds: Cluster, namespace: str) -> Cluster:
    """The chart's Deployment and ConfigMap with an instance of their own, and no pod: nothing here starts any."""
    values = ["crds.install=false", "replicas=0", f"config.watchNamespaces={{{namespace}}}", f"config.instanceId={namespace}"]
    sets = [word for value in values for word in ("--set", value)]
    rendered = crds.helm("template", "glider", str(ROOT / "charts" / "glider"), "--namespace", namespace, *sets)
    for document in yaml.safe_load_all(rendered):
        if document and document["kind"] in ("Deployment", "ConfigMap"):
            crds.kubectl("--namespace", namespace, "apply", "-f", "-", input=json.dumps(document))
    return crds


def apply(cluster: Cluster, namespace: str, name: str, **labels: str) -> None:
    body = EXECUTION | {
        "metadata": {"name": name, "labels": {f"glider.dev/{key.replace('_', '-')}": value for key, value in labels.items()}}
    }
    cluster.kubectl("--namespace", namespace, "create", "-f", "-", input=json.dumps(body))


def test_the_doctor_names_what_nobody_serves(chart: Cluster, namespace: str, patience: None):
    apply(chart, namespace, "green", instance_id="green")
    code, output = glider(chart, "doctor")
    assert code == 1
    assert "ok       CRD taskexecutions.glider.dev" in output
    assert f"operator {namespace}/glider: 0 of 0 ready, serves the namespaces {namespace}, executions labelled" in output
    assert f"problem  execution {namespace}/green: no operator serves its label glider.dev/instance-id=green (there are: " in output


def test_describe_says_why_an_execution_stays_blank(chart: Cluster, namespace: str, patience: None):
    apply(chart, namespace, "mine", instance_id=namespace)
    code, output = glider(chart, "describe", "mine", "-n", namespace)
    assert code == 0, output
    assert output.startswith(f"Execution:  {namespace}/mine\nTask:       written out in the execution\n")
    assert "Phase:      Pending\n" in output
    assert f"the operator that serves it isn't ready: {namespace}/glider. See its log" in output


def test_an_execution_that_is_not_there_is_told(crds: Cluster, namespace: str):
    code, output = glider(crds, "describe", "nothing", "-n", namespace)
    assert (code, output) == (
        1,
        f"Error: there is no TaskExecution 'nothing' in the namespace '{namespace}'. `glider get` lists those that are there.\n",
    )


def test_a_cluster_without_the_crds_is_told(cluster: Cluster, namespace: str, monkeypatch):
    monkeypatch.setattr("glider_client.cluster.paths._OURS", "/apis/glider.dev/v0")
    code, output = glider(cluster, "describe", "nothing", "-n", namespace)
    assert (code, output.partition(":")[0]) == (1, "Error")
    assert "has no CRD of glider.dev/v1alpha1 for taskexecutions. Install Glider" in output


def test_a_cluster_that_does_not_answer_is_told(tmp_path):
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "x",
        "contexts": [{"name": "x", "context": {"cluster": "x", "user": "x"}}],
    }
    config |= {"clusters": [{"name": "x", "cluster": {"server": "http://127.0.0.1:1"}}], "users": [{"name": "x", "user": {}}]}
    (tmp_path / "config").write_text(json.dumps(config))
    result = CliRunner().invoke(main, ["doctor", "--kubeconfig", str(tmp_path / "config")])
    assert result.exit_code == 1
    expected = "no answer from http://127.0.0.1:1 (context 'x'): Connection refused. Check that the cluster runs, and the context."
    assert result.output == f"Error: {expected}\n"
