"""What people see with kubectl before anything runs."""

from __future__ import annotations

from tests.cluster.fixtures import Cluster
from tests.resources import divider, execution, to_yaml


def test_kubectl_explain_reads_well(crds: Cluster):
    text = crds.kubectl("explain", "te.spec")
    for field in ("inputs", "inputsUri", "taskRef", "task", "retries"):
        assert field in text
    assert "<no description>" not in crds.kubectl("explain", "te.spec", "--recursive=false")


def test_a_new_execution_shows_as_pending_before_anything_has_looked_at_it(crds: Cluster, namespace: str):
    crds.kubectl("--namespace", namespace, "apply", "-f", "-", input=to_yaml(execution("new", task=divider(), inputs={"a": 1, "b": 1})))
    assert "Pending" in crds.kubectl("--namespace", namespace, "get", "te", "new")


def test_executions_and_templates_share_a_category(crds: Cluster, namespace: str):
    crds.kubectl("--namespace", namespace, "apply", "-f", "-", input=to_yaml(execution("new", task=divider(), inputs={"a": 1, "b": 1})))
    assert "taskexecution.glider.dev/new" in crds.kubectl("--namespace", namespace, "get", "glider", "-o", "name")
