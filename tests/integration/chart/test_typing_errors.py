"""What people mistype is refused before anything changes, with a message that names the value."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.chart.conftest import Helm, HelmError
from tests.reference.values import CHART

#: What is mistyped, the values, and where Helm's message finds it: a path, or the name that isn't known there.
MISTAKES: dict[str, tuple[dict[str, Any], str]] = {
    "a value in other capitals": ({"Replicas": 2}, "'Replicas' not allowed"),
    "a value of another chart": ({"replicaCount": 2}, "'replicaCount' not allowed"),
    "a number in words": ({"replicas": "two"}, "at '/replicas'"),
    "a number below zero": ({"replicas": -1}, "at '/replicas'"),
    "an image in one text": ({"image": "glider-operator:0.1.0"}, "at '/image'"),
    "an image's tag that is a number": ({"image": {"tag": 1.0}}, "at '/image/tag'"),
    "a digest that is cut short": ({"image": {"tag": "1.2.3@sha256:0123abcd"}}, "at '/image/tag'"),
    "an image's name with its tag": ({"image": {"repository": "registry.internal:5000/glider:1.2.3"}}, "at '/image/repository'"),
    "an image's name as a URL": ({"executor": {"image": {"repository": "https://registry.internal/a"}}}, "at '/executor/image/repository'"),
    "an image's name with spaces": ({"image": {"repository": "glider operator"}}, "at '/image/repository'"),
    "a pull policy in other capitals": ({"image": {"pullPolicy": "always"}}, "at '/image/pullPolicy'"),
    "a mistyped pull policy": (
        {"executor": {"image": {"pullpolicy": "Always"}}},
        "at '/executor/image': additional properties 'pullpolicy'",
    ),
    "a registry with its scheme": ({"global": {"imageRegistry": "https://registry.internal"}}, "at '/global/imageRegistry'"),
    "a mistyped registry": ({"global": {"imageRegistery": "registry.internal"}}, "at '/global': additional properties 'imageRegistery'"),
    "pull secrets that are names alone": ({"imagePullSecrets": ["registry"]}, "at '/imagePullSecrets/0'"),
    "a pull secret without its name": ({"imagePullSecrets": [{"secret": "registry"}]}, "at '/imagePullSecrets/0'"),
    "a quoted boolean": ({"crds": {"install": "false"}}, "at '/crds/install'"),
    "a mistyped part": ({"crds": {"enabled": False}}, "at '/crds': additional properties 'enabled'"),
    "a boolean in words": ({"rbac": {"aggregate": "yes"}}, "at '/rbac/aggregate'"),
    "a name with capitals": ({"serviceAccount": {"name": "Glider"}}, "at '/serviceAccount/name'"),
    "an annotation that is a number": ({"serviceAccount": {"annotations": {"a": 1}}}, "at '/serviceAccount/annotations/a'"),
    "a label with a space": ({"commonLabels": {"team": "data science"}}, "at '/commonLabels/team'"),
    "a label's key with a space": ({"podLabels": {"my team": "a"}}, "at '/podLabels': additional properties 'my team'"),
    "labels in a list": ({"podLabels": ["team=a"]}, "at '/podLabels'"),
    "an amount of memory": ({"resources": {"limits": {"memory": "512MB"}}}, "at '/resources/limits/memory'"),
    "a mistyped part of resources": ({"resources": {"request": {"cpu": 1}}}, "at '/resources': additional properties 'request'"),
    "a mistyped security context": ({"securityContext": {"readOnlyRootFileSystem": True}}, "at '/securityContext': additional properties"),
    "a user by name": ({"podSecurityContext": {"runAsUser": "nobody"}}, "at '/podSecurityContext/runAsUser'"),
    "variables in a map": ({"env": {"A": "1"}}, "at '/env'"),
    "a variable's value that is a number": ({"env": [{"name": "A", "value": 1}]}, "at '/env/0/value'"),
    "a variable without its name": ({"env": [{"value": "1"}]}, "at '/env/0'"),
    "a Secret in a variable": ({"env": [{"name": "A", "valueFrom": {"secretRef": {"name": "a"}}}]}, "at '/env/0/valueFrom'"),
    "a source of variables": ({"envFrom": [{"secret": {"name": "a"}}]}, "at '/envFrom/0'"),
    "a toleration in one text": ({"tolerations": ["gpu"]}, "at '/tolerations/0'"),
    "a mistyped affinity": ({"affinity": {"nodeaffinity": {}}}, "at '/affinity': additional properties 'nodeaffinity'"),
    "a spread without its key": (
        {"topologySpreadConstraints": [{"maxSkew": 1, "whenUnsatisfiable": "DoNotSchedule"}]},
        "at '/topologySpreadConstraints/0'",
    ),
    "a volume's kind in lower case": (
        {"extraVolumes": [{"name": "a", "configmap": {"name": "b"}}]},
        "at '/extraVolumes/0': additional properties 'configmap'",
    ),
    "a mount without its path": ({"extraVolumeMounts": [{"name": "a"}]}, "at '/extraVolumeMounts/0'"),
    "an argument that is a number": ({"extraArgs": ["--namespace", 1]}, "at '/extraArgs/1'"),
    "an object without its kind": ({"extraObjects": [{"metadata": {"name": "a"}}]}, "at '/extraObjects/0'"),
    "a probe's time with a unit": ({"livenessProbe": {"periodSeconds": "10s"}}, "at '/livenessProbe/periodSeconds'"),
    "a probe of another kind": ({"livenessProbe": {"exec": {"command": ["true"]}}}, "at '/livenessProbe': additional properties 'exec'"),
    "a DNS policy": ({"dnsPolicy": "clusterFirst"}, "at '/dnsPolicy'"),
    "a share above all": ({"podDisruptionBudget": {"minAvailable": "150%"}}, "at '/podDisruptionBudget/minAvailable'"),
    "a port that is none": ({"networkPolicy": {"apiServerPorts": [70000]}}, "at '/networkPolicy/apiServerPorts/0'"),
    "a peer of a network policy": ({"networkPolicy": {"metricsFrom": [{"namespace": "monitoring"}]}}, "at '/networkPolicy/metricsFrom/0'"),
    "a token's key with a slash": ({"metrics": {"bearerTokenSecret": {"key": "a/b"}}}, "at '/metrics/bearerTokenSecret/key'"),
    "a namespace with a dot": ({"taskNamespaces": ["team.a"]}, "at '/taskNamespaces/0'"),
    "namespaces in one text": ({"taskNamespaces": "team-a,team-b"}, "at '/taskNamespaces'"),
    "a store that there isn't": ({"storage": {"s4": {"bucket": "data"}}}, "at '/storage': additional properties 's4'"),
    "a bucket as a URI": ({"storage": {"s3": {"bucket": "s3://data"}}}, "at '/storage/s3/bucket'"),
    "a prefix with a slash before it": ({"storage": {"s3": {"bucket": "data", "prefix": "/glider"}}}, "at '/storage/s3/prefix'"),
    "a prefix that leads elsewhere": ({"storage": {"s3": {"bucket": "data", "prefix": "a/../b"}}}, "at '/storage/s3/prefix'"),
    "an endpoint without its scheme": ({"storage": {"s3": {"bucket": "data", "endpoint": "minio:9000"}}}, "at '/storage/s3/endpoint'"),
    "a key with a line's end": ({"storage": {"s3": {"bucket": "data", "accessKeyId": "id\n"}}}, "at '/storage/s3/accessKeyId'"),
    "a service account's key as its file's name": (
        {"storage": {"gcs": {"bucket": "data", "serviceAccountKey": "key.json"}}},
        "at '/storage/gcs/serviceAccountKey'",
    ),
    "a storage account with a dash": (
        {"storage": {"azure": {"container": "data", "accountName": "my-account"}}},
        "at '/storage/azure/accountName'",
    ),
    "a Secret without its name": ({"storage": {"secretRef": {"optional": True}}}, "at '/storage/secretRef'"),
    "a Secret with an empty name": ({"storage": {"secretRef": {"name": ""}}}, "at '/storage/secretRef/name'"),
    "a claim in one text": ({"storage": {"persistentVolumeClaim": "data"}}, "at '/storage/persistentVolumeClaim'"),
    "a relative mount path": (
        {"storage": {"persistentVolumeClaim": {"claimName": "data", "mountPath": "data"}}},
        "at '/storage/persistentVolumeClaim/mountPath'",
    ),
    "a host with its scheme": ({"console": {"ingress": {"host": "https://glider.example.com"}}}, "at '/console/ingress/host'"),
    "a network without its length": (
        {"console": {"auth": {"impersonation": {"proxies": ["10.1.0.7"]}}}},
        "at '/console/auth/impersonation/proxies/0'",
    ),
    "a header with its value": (
        {"console": {"auth": {"proxyToken": {"header": "Authorization: Bearer"}}}},
        "at '/console/auth/proxyToken/header'",
    ),
    "a way in that there isn't": ({"console": {"auth": {"oidc": {}}}}, "at '/console/auth': additional properties 'oidc'"),
    "a mistyped setting": ({"config": {"storge": {}}}, "at '/config': additional properties 'storge'"),
    "a setting's duration": ({"config": {"timeouts": {"queued": "soon"}}}, "at '/config/timeouts/queued'"),
    "a setting's label with a space": ({"config": {"taskPod": {"labels": {"my team": "a"}}}}, "at '/config/taskPod/labels'"),
    "YAML in a name": ({"priorityClassName": "x\n      hostNetwork: true"}, "at '/priorityClassName'"),
    "YAML in a namespace": ({"config": {"watchNamespaces": ['a"\nb']}}, "at '/config/watchNamespaces/0'"),
    "YAML in a selector": ({"nodeSelector": {"disk": "ssd\n      hostNetwork: true"}}, "at '/nodeSelector/disk'"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_is_refused_by_name(helm: Helm, mistake: str):
    values, named = MISTAKES[mistake]
    with pytest.raises(HelmError, match="values don't meet the specifications") as refused:
        helm.template(values, crds=True)
    assert named in str(refused.value)


@pytest.mark.parametrize(
    ("argument", "named"),
    [
        pytest.param("replicas=two", "at '/replicas'", id="on the command line"),
        pytest.param("storage.s3.acessKeyId=id", "at '/storage/s3': additional properties 'acessKeyId'", id="in a part"),
    ],
)
def test_an_installation_is_refused_before_it_asks_the_cluster(helm: Helm, argument: str, named: str):
    with pytest.raises(HelmError, match="values don't meet the specifications") as refused:
        helm("install", "glider", str(CHART), "--dry-run=client", "--set", argument)
    assert named in str(refused.value)


def test_a_parent_charts_own_globals_and_its_condition_are_no_mistakes(helm: Helm):
    helm.template({"global": {"storageClass": "fast", "security": {"allowInsecureImages": True}}, "enabled": True})
