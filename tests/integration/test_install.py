"""The two ways of installing are one: the chart's copies and the plain manifests are what they are made from."""

from __future__ import annotations

import os
import subprocess
from typing import Any

import pytest
import yaml

from glider_operator.config import Config
from glider_operator.config.loading import read_config
from tests.cluster.fixtures import Cluster, KubectlError
from tests.conftest import ROOT

CHART = str(ROOT / "charts" / "glider")


def test_the_plain_manifests_are_what_the_chart_renders(cluster: Cluster):
    environment = os.environ | {"HELM": str(cluster.helm_path)}
    done = subprocess.run([str(ROOT / "tests" / "generate.sh"), "--check"], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_kustomization_is_accepted_by_the_api_server(cluster: Cluster):
    answer = cluster.kubectl("create", "--dry-run=client", "-o", "name", "-k", str(ROOT / "manifests"))
    assert "deployment.apps/glider" in answer


def test_a_value_that_does_not_exist_is_refused(cluster: Cluster):
    with pytest.raises(KubectlError, match="storge"):
        cluster.helm("template", "glider", CHART, "--set", "config.storge.metadataPrefix=s3://b/p")


def configuration(cluster: Cluster, *arguments: str) -> tuple[Config, dict[str, Any]]:
    """What the operator reads, and its Deployment's pod."""
    rendered = {
        document["kind"]: document for document in yaml.safe_load_all(cluster.helm("template", "glider", CHART, *arguments)) if document
    }
    config = read_config(rendered["ConfigMap"]["data"]["config.yaml"].encode(), name="config.yaml")
    return config, rendered["Deployment"]["spec"]["template"]


def test_the_configuration_is_what_the_values_say(cluster: Cluster, tmp_path):
    values = {
        "config": {
            "storage": {"metadataPrefix": "s3://b/p"},
            "metrics": {"bindAddress": ":9090"},
            "taskPod": {"labels": {"a": "b"}},
            "namespaceDefaults": [{"namespaces": ["team-*"], "retries": {"user": 3}}],
        },
        "storage": {"secretRef": {"name": "store"}},
    }
    (tmp_path / "values.yaml").write_text(yaml.safe_dump(values))
    config, pod = configuration(cluster, "--values", str(tmp_path / "values.yaml"))
    assert config.storage.metadata_prefix == "s3://b/p"
    assert config.for_namespace("team-a").retries.user == 3
    assert config.executor.image.startswith("glider-executor:")
    container = pod["spec"]["containers"][0]
    assert {port["name"]: port["containerPort"] for port in container["ports"]} == {"metrics": 9090, "health": 8081}
    assert container["envFrom"] == [{"secretRef": {"name": "store"}}]


def test_the_operator_only_restarts_for_what_it_reads_at_start(cluster: Cluster):
    def checksum(*arguments: str) -> str:
        return configuration(cluster, *arguments)[1]["metadata"]["annotations"]["checksum/config"]

    assert checksum("--set", "config.retries.user=3") == checksum()
    assert checksum("--set", "config.watchNamespaces={a}") != checksum()


def test_the_chart_passes_helms_own_checks(cluster: Cluster):
    assert "0 chart(s) failed" in cluster.helm("lint", "--strict", CHART)


def test_watching_some_namespaces_needs_no_cluster_wide_access(cluster: Cluster):
    rendered = list(yaml.safe_load_all(cluster.helm("template", "glider", CHART, "--set", "config.watchNamespaces={a,b}")))
    kinds = [document["kind"] for document in rendered if document]
    assert kinds.count("Role") == 2
    assert "ClusterRole" not in kinds


def test_the_operator_may_do_no_more_than_it_needs(cluster: Cluster):
    rendered = yaml.safe_load_all(cluster.helm("template", "glider", CHART, "--set", "rbac.getSecrets=false"))
    rules = next(document["rules"] for document in rendered if document and document["kind"] == "ClusterRole")
    allowed = {(resource, verb) for rule in rules for resource in rule["resources"] for verb in rule["verbs"]}
    assert not [pair for pair in allowed if "*" in pair or pair[0] in ("secrets", "nodes", "customresourcedefinitions", "namespaces")]
    assert ("pods", "patch") not in allowed


def test_of_secrets_the_operator_may_only_get_one_by_name(cluster: Cluster):
    rendered = yaml.safe_load_all(cluster.helm("template", "glider", CHART))
    rules = next(document["rules"] for document in rendered if document and document["kind"] == "ClusterRole")
    assert [rule["verbs"] for rule in rules if "secrets" in rule["resources"]] == [["get"]]


def test_several_replicas_elect_a_leader_and_one_needs_no_lease(cluster: Cluster):
    def rendered(*arguments: str) -> dict[tuple[str, str], Any]:
        documents = yaml.safe_load_all(cluster.helm("template", "glider", CHART, *arguments))
        return {(document["kind"], document["metadata"]["name"]): document for document in documents if document}

    alone, several = rendered(), rendered("--set", "replicas=2")
    assert alone["Deployment", "glider"]["spec"]["strategy"] == {"type": "Recreate"}
    assert ("Role", "glider-leader") not in alone
    assert several["Deployment", "glider"]["spec"]["replicas"] == 2
    assert several["Deployment", "glider"]["spec"]["strategy"]["type"] == "RollingUpdate"
    assert several["Role", "glider-leader"]["rules"][0]["resources"] == ["leases"]
    assert several["PodDisruptionBudget", "glider"]["spec"]["minAvailable"] == 1
    config = yaml.safe_load(several["ConfigMap", "glider"]["data"]["config.yaml"])
    assert config["leaderElection"] == {"leaderElect": True, "resourceName": "glider"}
    spread = several["Deployment", "glider"]["spec"]["template"]["spec"]["topologySpreadConstraints"]
    assert [(one["topologyKey"], one["whenUnsatisfiable"]) for one in spread] == [("kubernetes.io/hostname", "ScheduleAnyway")]
    assert "topologySpreadConstraints" not in alone["Deployment", "glider"]["spec"]["template"]["spec"]
    with pytest.raises(KubectlError, match="leaderElect"):
        cluster.helm("template", "glider", CHART, "--set", "replicas=2", "--set", "config.leaderElection.leaderElect=false")


def test_replicas_can_be_added_and_taken_away(cluster: Cluster, namespace: str):
    common = ("replicas", CHART, "--namespace", namespace, "--set", "crds.install=false")
    cluster.helm("install", *common)
    try:
        for replicas, strategy in ((2, "RollingUpdate"), (1, "Recreate")):
            cluster.helm("upgrade", *common, "--set", f"replicas={replicas}")
            deployment = cluster.kubectl_json("--namespace", namespace, "get", "deployment/replicas-glider")
            assert (deployment["spec"]["replicas"], deployment["spec"]["strategy"]["type"]) == (replicas, strategy)
    finally:
        cluster.helm("uninstall", "replicas", "--namespace", namespace)
