"""The operators of all installations here ask the API server for what the chart's Roles give, and for nothing else; and no secret shows."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.audit import Audit, rights_in
from tests.cluster.fixtures import Cluster
from tests.conftest import ROOT, S3, MissingServer
from tests.e2e.conftest import SYSTEM, Glider
from tests.resources import divider, execution, to_yaml

BEGAN = datetime.now(UTC).isoformat()
CANARIES = {what: f"canary{what}{uuid.uuid4().hex[:12]}" for what in ("secret", "signature", "password")}


@pytest.mark.usefixtures("after_all_others")
def test_no_operator_has_asked_for_more_than_its_rights(node: Cluster):
    """Also where it was refused: a Role counts a moment after it is made, and Secrets only where the values have them."""
    if node.audit_log is None:
        raise MissingServer("no audit log: this cluster is the user's own")
    chart = ROOT / "charts" / "glider"
    values = ("--values", str(chart / "ci" / "history-values.yaml"), "--set", "replicas=2", "--set", "rbac.getSecrets=true")
    granted = {right[1:] for right in rights_in(node.helm("template", "glider", str(chart), *values, "--show-only", "templates/rbac.yaml"))}
    log = Audit(node.audit_log, user=r"system:serviceaccount:[^:]+:glider", since=BEGAN, whole=True)
    log.read_on()
    assert [asked for asked in log.asked if asked[1:] not in granted] == []


@pytest.mark.usefixtures("after_all_others")
def test_no_console_has_asked_for_anything_as_itself(node: Cluster):
    """It asks as whoever views it; its own service account has no rights, and the pod not even a token."""
    if node.audit_log is None:
        raise MissingServer("no audit log: this cluster is the user's own")
    log = Audit(node.audit_log, user=r"system:serviceaccount:[^:]+:glider-console", since=BEGAN, whole=True)
    log.read_on()
    assert (log.asked, log.refused) == ({}, [])


@pytest.mark.usefixtures("after_all_others")
def test_no_front_has_written_anything_as_itself(node: Cluster):
    """It watches, and asks whose tokens are and what their owners may; what its callers write, it writes with their tokens."""
    if node.audit_log is None:
        raise MissingServer("no audit log: this cluster is the user's own")
    log = Audit(node.audit_log, user=r"system:serviceaccount:[^:]+:glider-admin", since=BEGAN, whole=True)
    log.read_on()
    ours = {("", "glider.dev", resource, verb) for resource in ("taskexecutions", "tasktemplates") for verb in ("list", "watch")}
    reviews = {("", "authentication.k8s.io", "tokenreviews", "create"), ("", "authorization.k8s.io", "subjectaccessreviews", "create")}
    assert log.asked.keys() - ours - reviews == set()


SECRET = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "planted"}, "stringData": {"password": CANARIES["secret"]}}
HAS_SECRETS = {
    "env": [{"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": "planted", "key": "password"}}}],
    "envFrom": [{"secretRef": {"name": "planted"}}],
    "secrets": [{"group": "planted", "key": "password"}, {"group": "planted", "key": "password", "mount": "Env"}],
}


def test_nothing_that_a_pod_leaves_has_a_secret_in_it(glider: Glider, s3: S3):
    """Of one that succeeds with its Secrets, and of those whose stores refuse what has a signature or a password in its URI."""
    glider.kubectl("create", "-f", "-", input=to_yaml(SECRET))
    signed = f"{s3.uri}/nothing.pb?X-Amz-Signature={CANARIES['signature']}"
    closed = f"s3://user:{CANARIES['password']}@{s3.bucket}/{s3.prefix}/nothing.pb?sig={CANARIES['signature']}"
    once = {"retries": {"user": 0, "system": 0}, "task": divider()}
    glider.apply(
        execution("has-secrets", task=divider(), inputs={"a": 10, "b": 2}, **HAS_SECRETS),
        execution("signed", inputsUri=signed, **once),
        execution("closed", inputsUri=closed, **once),
    )
    assert glider.wait_for("has-secrets")["phase"] == "Succeeded"
    [pod] = [one for one in glider.pods() if one["metadata"]["labels"]["glider.dev/execution"] == "has-secrets"]
    mounts = [mount["mountPath"] for container in pod["spec"]["containers"] for mount in container.get("volumeMounts", ())]
    assert not any("serviceaccount" in path for path in mounts), "a token of the Kubernetes API"
    statuses = [glider.wait_for(name) for name in ("signed", "closed")]
    assert [status["phase"] for status in statuses] == ["Failed", "Failed"]
    places = shown(glider, s3)
    planted = CANARIES | {"the store's key": glider.cluster.s3_secret_key}
    assert {place: what for place, text in places.items() for what, canary in planted.items() if canary in text} == {}
    assert "X-Amz-Signature=***" in places["statuses"] and f"s3://***@{s3.bucket}" in places["statuses"]
    assert any("error.pb" in place for place in places), "no error document was searched"


def shown(glider: Glider, s3: S3) -> dict[str, str]:
    """All that anybody is shown, but for what stands in a user's own specification, which the pod needs."""
    executions = glider.cluster.kubectl_json("--namespace", glider.namespace, "get", "te")["items"]
    pods = glider.cluster.kubectl_json("--namespace", glider.namespace, "get", "pods")["items"]
    names = [pod["metadata"]["name"] for pod in pods]
    left = dataclasses.replace(s3, prefix=f"e2e/metadata/{glider.namespace}")
    return {
        "statuses": json.dumps([document["status"] for document in executions]),
        "pods": json.dumps([{"status": pod["status"], "metadata": pod["metadata"]} for pod in pods]),
        "the pod with Secrets": json.dumps(
            [pod["spec"] for pod in pods if pod["metadata"]["labels"]["glider.dev/execution"] == "has-secrets"]
        ),
        "Events": glider.kubectl("get", "events", "-o", "json"),
        "ConfigMaps": glider.kubectl("get", "configmaps", "-o", "json"),
        **{f"the log of {name}": glider.kubectl("logs", name, "--all-containers") for name in names},
        "the operator's log": glider.cluster.kubectl("--namespace", SYSTEM, "logs", "deployment/glider", "--tail=-1"),
        "the console's log": glider.cluster.kubectl("--namespace", SYSTEM, "logs", "deployment/glider-console", "--tail=-1"),
        "the front's log": glider.cluster.kubectl("--namespace", SYSTEM, "logs", "deployment/glider-admin", "--tail=-1"),
        "glider logs": command(glider, "logs", "signed"),
        "glider outputs": command(glider, "outputs", "has-secrets", "-o", "json"),
        **{uri: left.read(uri).decode(errors="replace") for uri in left.list()},
    }


def command(glider: Glider, *arguments: str) -> str:
    where = ("--kubeconfig", str(glider.cluster.kubeconfig), "--namespace", glider.namespace)
    program = str(Path(sys.executable).parent / "glider")
    result = subprocess.run([program, *arguments, *where], capture_output=True, text=True, timeout=60)
    return result.stdout + result.stderr
