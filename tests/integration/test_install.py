"""The two ways of installing are one: the chart's copies and the plain manifests are what they are made from."""

from __future__ import annotations

import os
import subprocess

import pytest
import yaml

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
        cluster.helm("template", "glider", CHART, "--set", "storge.metadataPrefix=s3://b/p")


def test_a_prefix_that_is_no_uri_is_refused(cluster: Cluster):
    with pytest.raises(KubectlError, match="metadataPrefix"):
        cluster.helm("template", "glider", CHART, "--set", "storage.metadataPrefix=bucket")


def test_watching_some_namespaces_needs_no_cluster_wide_access(cluster: Cluster):
    rendered = list(yaml.safe_load_all(cluster.helm("template", "glider", CHART, "--set", "watchNamespaces={a,b}")))
    kinds = [document["kind"] for document in rendered if document]
    assert kinds.count("Role") == 2
    assert "ClusterRole" not in kinds


def test_the_operator_may_do_no_more_than_it_needs(cluster: Cluster):
    rendered = yaml.safe_load_all(cluster.helm("template", "glider", CHART))
    rules = next(document["rules"] for document in rendered if document and document["kind"] == "ClusterRole")
    allowed = {(resource, verb) for rule in rules for resource in rule["resources"] for verb in rule["verbs"]}
    assert not [pair for pair in allowed if "*" in pair or pair[0] in ("secrets", "nodes", "customresourcedefinitions", "namespaces")]
    assert ("pods", "patch") not in allowed
