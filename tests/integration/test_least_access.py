"""What an installed operator asks the API server for, by the audit log: all that its Role gives, and nothing else.

Two operators run with the tokens and the rights that the chart gives them: one for all namespaces, one for a listed one. Each meets what
makes it use every right; tests/e2e/test_least_access.py searches the log of all installations there. The same operators hold secrets, and
nothing that they write may show one.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.audit import Audit, Right, right_for, rights_in
from tests.cluster.fixtures import Cluster, KubectlError
from tests.conftest import MissingServer
from tests.e2e.conftest import wait_until
from tests.integration.conftest import http_get, wait_until_ready, write_kubeconfig
from tests.integration.test_install import CHART
from tests.integration.test_life_cycle import NOWHERE
from tests.resources import divider, execution, task, template, to_yaml
from tests.unit.glider_operator.server.test_http import free_address

INPUTS = {"a": 1, "b": 1}
#: What must not be shown, by where it is planted. Each has a word of its own, so that a hit names its place.
CANARIES = {
    what: f"canary{what}{uuid.uuid4().hex[:12]}"
    for what in ("secret", "key", "password", "signature", "credential", "storekey", "storetoken", "bearer", "config")
}


@dataclass(frozen=True, kw_only=True)
class Installed:
    """An operator with the rights of its service account."""

    cluster: Cluster
    home: str
    team: str
    name: str
    process: subprocess.Popen[bytes]
    folder: Path
    health: str
    metrics: str
    granted: frozenset[Right]
    audit: Audit
    log_began: int

    def log(self) -> str:
        return (self.folder / "log").read_text()

    def kubectl(self, *arguments: str, input: str | None = None) -> str:
        return self.cluster.kubectl("--namespace", self.team, *arguments, input=input)

    def apply(self, *documents: dict[str, Any]) -> None:
        for document in documents:
            document["metadata"].setdefault("labels", {})["glider.dev/instance-id"] = self.name
        self.kubectl("apply", "-f", "-", input=to_yaml(*documents))

    def pod(self, name: str) -> dict[str, Any]:
        def found() -> Any:
            pods = self.cluster.kubectl_json("--namespace", self.team, "get", "pods", "-l", f"glider.dev/execution={name}")
            return next(iter(pods["items"]), None)

        return wait_until(found, timeout=60, what=f"the pod of {name}")

    def wait_for_reason(self, name: str, reason: str) -> None:
        path = '{.status.conditions[?(@.type=="Succeeded")].reason}'
        self.kubectl("wait", f"te/{name}", f"--for=jsonpath={path}={reason}", "--timeout=60s")


@pytest.fixture(scope="module")
def installed(crds: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Installed]]:
    """Both at once: most of the time they wait."""
    if crds.audit_log is None:
        raise MissingServer("no audit log: this cluster is the user's own")
    started: dict[str, Installed] = {}
    try:
        for kind in ("all", "listed"):
            started[kind] = install(crds, kind, tmp_path_factory.mktemp(kind))
        for one in started.values():
            wait_until_ready(one.process, one.folder / "log", health=one.health)
            use(one)
        yield started
    finally:
        for one in started.values():
            one.process.terminate()
        for one in started.values():
            one.process.wait(timeout=20)
            crds.kubectl("delete", "-f", str(one.folder / "roles.yaml"), "--ignore-not-found", "--wait=false")
            crds.kubectl("delete", "namespace", "--wait=false", one.home, one.team)


def install(cluster: Cluster, kind: str, folder: Path) -> Installed:
    suffix = uuid.uuid4().hex[:8]
    name, home, team = f"least-{kind}-{suffix}", f"least-{kind}-home-{suffix}", f"least-{kind}-team-{suffix}"
    for namespace in (home, team):
        cluster.kubectl("create", "namespace", namespace)
    config: dict[str, Any] = {
        "instanceId": name,
        "leaderElection": {"leaderElect": True, "resourceName": name, "resourceNamespace": home},
        "logging": {"level": "DEBUG", "format": "json"},
        "storage": {"metadataPrefix": "s3://nowhere/meta"},
        "apiBudget": {"adaptive": False},  # Events are looked up whatever else the API server has to do
        **({"watchNamespaces": [team]} if kind == "listed" else {}),
    }
    values = folder / "values.json"
    values.write_text(json.dumps({"config": config, "fullnameOverride": name, "rbac": {"getSecrets": True, "aggregate": False}}))
    show = ("--show-only", "templates/rbac.yaml", "--show-only", "templates/serviceaccount.yaml")
    roles = cluster.helm("template", name, CHART, "--namespace", home, "--values", str(values), *show)
    (folder / "roles.yaml").write_text(roles)
    cluster.kubectl("apply", "-f", "-", input=roles)
    write_kubeconfig(folder / "kubeconfig", cluster, account=name, namespace=home)
    (folder / "bearer").write_text(CANARIES["bearer"])
    health, metrics, store = free_address(), free_address(), free_address()
    document = {
        "apiVersion": "glider.dev/v1alpha1",
        "kind": "Configuration",
        **config,
        "health": {"healthProbeBindAddress": health},
        "metrics": {"bindAddress": metrics, "bearerTokenFile": str(folder / "bearer")},
        "taskPod": {"env": [{"name": "FROM_THE_CONFIGURATION", "valueFrom": {"secretKeyRef": {"name": "planted", "key": "password"}}}]},
    }
    (folder / "config.yaml").write_text(yaml.safe_dump(document))
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "FLYTE_", "GOOGLE_", "AZURE_"))}
    environment = {
        **inherited,
        "POD_NAMESPACE": home,
        "POD_NAME": name,
        "POD_UID": str(uuid.uuid4()),
        "FLYTE_AWS_ENDPOINT": f"http://{store}",  # nobody is there
        "FLYTE_AWS_ACCESS_KEY_ID": CANARIES["key"],
        "FLYTE_AWS_SECRET_ACCESS_KEY": CANARIES["storekey"],
        "AWS_SESSION_TOKEN": CANARIES["storetoken"],
    }
    command = [str(Path(sys.executable).parent / "glider-operator"), "--config", str(folder / "config.yaml")]
    assert cluster.audit_log is not None
    began, account, granted = cluster.audit_log.stat().st_size, f"system:serviceaccount:{home}:{name}", frozenset(rights_in(roles))
    audit = Audit(cluster.audit_log, user=account)
    for verb, resource, namespace in (("list", "pods", team), ("create", "leases", home), ("create", "events", home)):
        wait_until(lambda: may(cluster, account, verb, resource, namespace), timeout=30, what=f"the right to {verb} {resource}")  # noqa: B023
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [*command, "--kubeconfig", str(folder / "kubeconfig")], stdout=log, stderr=subprocess.STDOUT, env=environment
        )
    return Installed(
        cluster=cluster,
        home=home,
        team=team,
        name=name,
        process=process,
        folder=folder,
        health=health,
        metrics=metrics,
        granted=granted,
        audit=audit,
        log_began=began,
    )


def may(cluster: Cluster, account: str, verb: str, resource: str, namespace: str) -> bool:
    """Whether a Role that was just made counts already."""
    try:
        cluster.kubectl("auth", "can-i", verb, resource, "--namespace", namespace, "--as", account)
    except KubectlError:
        return False
    return True


SECRETIVE = f"s3://user:{CANARIES['password']}@bucket/x?X-Amz-Signature={CANARIES['signature']}&X-Amz-Credential={CANARIES['credential']}"
REFERS = {
    "podTemplateRef": {"name": "base"},  # in the operator's own namespace
    "env": [{"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": "planted", "key": "password"}}}],
    "envFrom": [{"secretRef": {"name": "planted"}}, {"configMapRef": {"name": "settings"}}],
    "secrets": [{"group": "planted", "key": "password"}],
}
IMAGE: dict[str, Any] = {"executor": {"mode": "Image"}}


def pod_template(*, namespace: str) -> dict[str, Any]:
    spec = {"containers": [{"name": "default", "image": "unused:1"}]}
    return {"apiVersion": "v1", "kind": "PodTemplate", "metadata": {"name": "base", "namespace": namespace}, "template": {"spec": spec}}


def use(one: Installed) -> None:
    """What makes the operator use all of its rights."""
    one.cluster.kubectl("create", "-f", "-", input=to_yaml(pod_template(namespace=one.home)))
    planted = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "planted"}, "stringData": {"password": CANARIES["secret"]}}
    settings = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}, "data": {"A": "1"}}
    good = {"task": divider(), "inputs": INPUTS, "nodeSelector": NOWHERE}
    one.kubectl("create", "-f", "-", input=to_yaml(planted, settings))
    one.apply(template("divider", divider()))
    one.apply(
        execution("refers", taskRef={"name": "divider"}, inputs=INPUTS, nodeSelector=NOWHERE, **REFERS),
        execution("silent", **good),
        execution("cancelled", **good),
        execution("deleted", **good),
        execution("nameless", taskRef={"name": "nothing"}, inputs=INPUTS, ttlSecondsAfterFinished=0),
        execution("needs-a-key", **good, env=[{"name": "X", "valueFrom": {"secretKeyRef": {"name": "planted", "key": "other"}}}]),
        execution("reads-elsewhere", task=task(["run", "{{.inputs.a}}"], inputs={"a": "string"}), inputsUri=SECRETIVE, **IMAGE),
        execution("writes-nowhere", **good, **IMAGE),
        execution("keeps-elsewhere", **good, storage={"metadataPrefix": SECRETIVE.partition("?")[0]}, **IMAGE),
    )
    pod = one.pod("silent")["metadata"]["name"]
    node = {"apiVersion": "v1", "kind": "Node", "name": "nowhere"}
    binding = {"apiVersion": "v1", "kind": "Binding", "metadata": {"name": pod}, "target": node}
    one.kubectl("create", "-f", "-", input=to_yaml(binding))
    one.pod("cancelled")
    one.kubectl("patch", "te", "cancelled", "--type=merge", "--patch", '{"spec": {"cancel": true}}')
    one.pod("deleted")
    one.kubectl("delete", "te", "deleted", "--wait=false")  # whether it is gone, or finished and so watched no more, has to be asked
    one.pod("refers")
    config = one.folder / "config.yaml"
    (one.folder / "good.yaml").write_text(config.read_text())
    config.write_text(config.read_text() + f"statsd: {{port: 'https://user:{CANARIES['config']}@example.com/'}}\n")


def used(one: Installed, log: Audit) -> frozenset[Right]:
    log.read_on()
    return frozenset(filter(None, (right_for(asked, one.granted) for asked in log.asked)))


def shown(one: Installed) -> dict[str, str]:
    """All that anybody is shown of it, but for Secrets and for what stands in a user's own specification."""
    resources = one.kubectl("api-resources", "--namespaced", "--verbs=list", "--output=name").split()
    listed = ",".join(name for name in resources if name not in ("secrets", "taskexecutions.glider.dev"))
    executions = one.cluster.kubectl_json("--namespace", one.team, "get", "te")["items"]
    token = {"Authorization": f"Bearer {CANARIES['bearer']}"}
    with urllib.request.urlopen(urllib.request.Request(f"http://{one.metrics}/metrics", headers=token), timeout=5) as answer:
        metrics = answer.read().decode()
    files = one.kubectl("get", "tt/divider", "te/refers", "-o", "yaml") + "---\n" + to_yaml(pod_template(namespace=one.team))
    (one.folder / "te.yaml").write_text(files)
    assert one.cluster.audit_log is not None
    return {
        "statuses": json.dumps([document.get("status") for document in executions]),
        "objects of the team's namespace": one.kubectl("get", listed, "-o", "json"),
        "objects of the operator's": one.cluster.kubectl("--namespace", one.home, "get", listed, "-o", "json"),
        "the log": one.log(),
        "/metrics": metrics,
        **{f"/{path}": http_get(f"http://{one.health}/{path}")[1] for path in ("readyz", "healthz", "debug")},
        "glider describe": glider(one, "describe", "refers", "-o", "yaml").replace(SECRETIVE, ""),
        "glider events": glider(one, "events", "reads-elsewhere", "-o", "json"),
        "glider render": glider(one, "render", "-f", str(one.folder / "te.yaml"), "--config", str(one.folder / "good.yaml")),
    }


def glider(one: Installed, *arguments: str) -> str:
    command = [str(Path(sys.executable).parent / "glider"), *arguments]
    if arguments[0] != "render":
        command += ["--kubeconfig", str(one.cluster.kubeconfig), "--namespace", one.team]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr
    return result.stdout + result.stderr


def test_nothing_that_is_shown_has_a_secret_in_it(installed: dict[str, Installed]):
    one = installed["all"]
    one.wait_for_reason("reads-elsewhere", "InvalidSpec")
    one.wait_for_reason("keeps-elsewhere", "InvalidSpec")
    one.wait_for_reason("needs-a-key", "SecretNotFound")
    one.wait_for_reason("writes-nowhere", "StoreUnavailable")
    wait_until(
        lambda: "ConfigurationRefused" in one.cluster.kubectl("--namespace", one.home, "get", "events"), what="the configuration's end"
    )
    places = shown(one)
    assert {place: what for place, text in places.items() for what, canary in CANARIES.items() if canary in text} == {}
    assert "***@bucket" in places["statuses"] and "X-Amz-Signature=***" in places["statuses"]
    assert "***@example.com" in places["objects of the operator's"]


def test_the_audit_log_has_none_either(installed: dict[str, Installed]):
    [log] = {one.cluster.audit_log for one in installed.values() if one.cluster.audit_log}
    with log.open("rb") as file:
        file.seek(min(one.log_began for one in installed.values()))
        found = file.read()
    assert [what for what, canary in CANARIES.items() if canary.encode() in found] == []


def test_metrics_take_a_token(installed: dict[str, Installed]):
    assert http_get(f"http://{installed['all'].metrics}/metrics")[0] == 401


@pytest.mark.parametrize("kind", ["all", "listed"])
def test_the_operator_uses_each_of_its_rights_and_asks_for_nothing_else(installed: dict[str, Installed], kind: str):
    one = installed[kind]
    deadline = time.monotonic() + 90
    while left := one.granted - used(one, one.audit):
        assert time.monotonic() < deadline, f"not used: {sorted(left)}\n{one.log()}"
        time.sleep(0.5)
    assert [asked for asked in one.audit.asked if right_for(asked, one.granted) is None] == []
    assert one.audit.refused == []
