"""Restrictions on a real API server: the operator refuses what isn't allowed, and the ValidatingAdmissionPolicy says the same at apply."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from glider_core.config import parse_config
from glider_core.render.pod import render_pod
from tests.cluster.fixtures import Cluster, KubectlError
from tests.conftest import ROOT
from tests.e2e.conftest import wait_until
from tests.integration.conftest import wait_until_ready
from tests.integration.test_install import CHART, rendered
from tests.pod_security import BASELINE, CASES, NEVER, RESTRICTED, Case
from tests.resources import divider, execution, task, template, to_yaml
from tests.unit.glider_core.builders import CONFIGURATION, make_execution, resolved
from tests.unit.glider_operator.server.test_http import free_address

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
                {"namespaces": ["accounts-none"], "restrictions": {"serviceAccounts": []}},
                {"namespaces": ["accounts-*"], "restrictions": {"serviceAccounts": ["team-*", "run.ner"]}},
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


NAMESPACES = ("policy-team", "policy-open", "policy-few", "policy-home", "accounts-team", "accounts-none", "other-team")


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


ACCOUNT = "serviceAccountName: expected one that the operator's configuration lists in restrictions.serviceAccounts, found admin"


@pytest.mark.parametrize(
    ("namespace", "spec", "refused"),
    [
        pytest.param("accounts-team", {"task": TASK, "serviceAccountName": "team-blue"}, "", id="one of the list"),
        pytest.param("accounts-team", {"task": TASK}, "", id="none, whose pod the operator checks"),
        pytest.param("accounts-team", {"task": TASK, "serviceAccountName": "admin"}, ACCOUNT, id="another"),
        pytest.param("accounts-team", {"task": TASK, "serviceAccountName": "run-ner"}, "found run-ner", id="a dot is a dot"),
        pytest.param("accounts-team", {"task": {**TASK, "serviceAccountName": "admin"}}, ACCOUNT, id="another of the task's"),
        pytest.param(
            "accounts-team", {"task": TASK, "podTemplate": {"spec": {"serviceAccount": "admin"}}}, ACCOUNT, id="another by the old name"
        ),
        pytest.param("accounts-none", {"task": TASK, "serviceAccountName": "team-blue"}, "found team-blue", id="where the list is empty"),
        pytest.param("other-team", {"task": TASK, "serviceAccountName": "admin"}, "", id="where there is no list"),
    ],
)
def test_the_policy_knows_the_service_accounts(policy: Cluster, namespace: str, spec: dict[str, Any], refused: str):
    found = apply(policy, namespace, **spec)
    assert refused in found and bool(found) == bool(refused)


def test_the_policy_knows_those_of_templates(policy: Cluster):
    create = ("--namespace", "accounts-team", "create", "--dry-run=server", "-f", "-")
    policy.kubectl(*create, input=to_yaml(template("good", divider(serviceAccountName="team-blue"))))
    with pytest.raises(KubectlError, match=ACCOUNT):
        policy.kubectl(*create, input=to_yaml(template("bad", divider(serviceAccountName="admin"))))


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
    from glider_core.api.restrictions import ALLOWED_FIELDS

    [policy] = [one for one in rendered(cluster, "--set", "admissionPolicy.enabled=true") if one["kind"] == "ValidatingAdmissionPolicy"]
    allowed = next(variable["expression"] for variable in policy["spec"]["variables"] if variable["name"] == "allowed")
    assert json.loads(allowed) == list(ALLOWED_FIELDS)


#: What a tenant would try who wants more than the task that he was given.
ATTACKS: dict[str, dict[str, Any]] = {
    "a task of one's own": {"task": divider()},
    "another image": {"image": "evil:1"},
    "the node's network": {"hostNetwork": True},
    "the node's files": {
        "volumes": [{"name": "root", "hostPath": {"path": "/"}}],
        "volumeMounts": [{"name": "root", "mountPath": "/host"}],
    },
    "a privileged container": {"containerSecurityContext": {"privileged": True}},
    "another service account, with its token": {"serviceAccountName": "admin", "automountServiceAccountToken": True},
    "somebody's Secret": {"envFrom": [{"secretRef": {"name": "db"}}]},
    "a Secret by Flyte's name": {"secrets": [{"group": "db", "key": "password"}]},
    "a pod of one's own": {"podTemplate": {"spec": {"hostPID": True, "nodeName": "control-plane"}}},
    "a PodTemplate of the administrator's": {"podTemplateRef": {"name": "privileged"}},
    "to go before the system": {"priorityClassName": "system-node-critical"},
    "another place for the data": {"storage": {"metadataPrefix": "s3://others/data"}},
    "a file of others as inputs": {"inputs": None, "inputsUri": "s3://others/inputs.pb"},
    "another executor": {"executor": {"mode": "Image"}},
}


#: The operator of the other tests restricts nothing, and mustn't serve these.
INSTANCE = "restricted"


def served(name: str, **spec: Any) -> dict[str, Any]:
    document = execution(name, **spec)
    document["metadata"].setdefault("labels", {})["glider.dev/instance-id"] = INSTANCE
    return document


@pytest.fixture(scope="module")
def restricted(crds: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Cluster, str, str, str]]:
    """An operator that lives in one namespace, requires templates in another, and has a list of service accounts in a third."""
    home, team, opened = (f"restricted-{name}-{uuid.uuid4().hex[:8]}" for name in ("home", "team", "open"))
    folder, address = tmp_path_factory.mktemp("restricted"), free_address()
    config = {
        "apiVersion": "glider.dev/v1alpha1",
        "kind": "Configuration",
        "watchNamespaces": [home, team, opened],
        "instanceId": INSTANCE,
        "health": {"healthProbeBindAddress": address},
        "metrics": {"bindAddress": "0"},
        "namespaceDefaults": [
            {"namespaces": ["restricted-team-*"], "restrictions": {"templates": "Required"}},
            {"namespaces": ["restricted-open-*"], "restrictions": {"serviceAccounts": ["default"]}},
        ],
    }
    (folder / "config.yaml").write_text(json.dumps(config))
    for name in (home, team, opened):
        crds.kubectl("create", "namespace", name)
        crds.kubectl("--namespace", name, "create", "-f", "-", input=to_yaml(template("divider", divider())))
    command = [str(Path(sys.executable).parent / "glider-operator"), "--config", str(folder / "config.yaml")]
    with (folder / "log").open("w") as log:
        environment = os.environ | {"POD_NAMESPACE": home}
        process = subprocess.Popen([*command, "--kubeconfig", str(crds.kubeconfig)], stdout=log, stderr=subprocess.STDOUT, env=environment)
        try:
            wait_until_ready(process, folder / "log", health=address)
            yield crds, home, team, opened
        finally:
            process.terminate()
            process.wait(timeout=20)
            crds.kubectl("delete", "namespace", "--wait=false", home, team, opened)


def test_whatever_else_a_tenant_says_makes_no_pod_and_says_why(restricted: tuple[Cluster, str, str, str]):
    cluster, home, team, _ = restricted
    by_template = {"taskRef": {"name": "divider"}, "inputs": {"a": 10, "b": 2}}
    tried = {f"attack-{number}": {**by_template, **attack} for number, attack in enumerate(ATTACKS.values())}
    tried["attack-0"].pop("taskRef")
    documents = [served(name, **{field: value for field, value in spec.items() if value is not None}) for name, spec in tried.items()]
    cluster.kubectl("--namespace", team, "create", "-f", "-", input=to_yaml(*documents, served("good", **by_template)))
    cluster.kubectl("--namespace", home, "create", "-f", "-", input=to_yaml(served("at-home", **by_template)))
    names = [f"te/{name}" for name in tried]
    cluster.kubectl("--namespace", team, "wait", "--for=condition=Succeeded=False", "--timeout=60s", *names)
    cluster.kubectl("--namespace", home, "wait", "--for=condition=Succeeded=False", "--timeout=60s", "te/at-home")
    for name, what in zip(tried, ATTACKS, strict=True):
        status = cluster.kubectl_json("--namespace", team, "get", f"te/{name}")["status"]
        assert status["error"]["reason"] == "InvalidSpec", what
        assert "spec: expected only the fields taskRef, inputs, suspend" in status["error"]["message"], what
    assert "operatorNamespace" in cluster.kubectl_json("--namespace", home, "get", "te/at-home")["status"]["error"]["message"]
    deadline = time.monotonic() + 30
    while not (pods := cluster.kubectl_json("--namespace", team, "get", "pods")["items"]):
        assert time.monotonic() < deadline, "the good one got no pod"
        time.sleep(0.1)
    assert [pod["metadata"]["labels"]["glider.dev/execution"] for pod in pods] == ["good"]
    assert cluster.kubectl_json("--namespace", home, "get", "pods")["items"] == []


PRIVILEGED = {"name": "side", "image": "x:1", "securityContext": {"privileged": True}}
#: What would give a tenant the node, or somebody else's rights, where nothing but the list of service accounts is configured.
WAYS_TO_THE_NODE: dict[str, tuple[dict[str, Any], str]] = {
    "the node's network": ({"hostNetwork": True}, "execution: spec.hostNetwork"),
    "the node's files": ({"volumes": [{"name": "root", "hostPath": {"path": "/"}}]}, "execution: spec.volumes[root].hostPath"),
    "a privileged container": (
        {"containerSecurityContext": {"privileged": True, "allowPrivilegeEscalation": None}},
        "execution: spec.containers[task].securityContext.privileged",
    ),
    "a privileged container beside it": ({"podTemplate": {"spec": {"containers": [PRIVILEGED]}}}, "execution: spec.containers[side]."),
    "the node's processes": ({"podTemplate": {"spec": {"hostPID": True}}}, "execution: spec.hostPID"),
    "a node of one's choice": ({"podTemplate": {"spec": {"nodeName": "control-plane"}}}, "execution: spec.nodeName"),
    "a PodTemplate of one's own": ({"podTemplateRef": {"name": "privileged"}}, "PodTemplate {namespace}/privileged: spec.hostIPC"),
    "a TaskTemplate of one's own": ({"task": None, "taskRef": {"name": "privileged"}}, "task: spec.hostNetwork"),
    "to go before the system": ({"priorityClassName": "system-node-critical"}, "execution: spec.priorityClassName"),
    "another service account": ({"serviceAccountName": "admin"}, "execution: spec.serviceAccountName"),
    "one by the field's old name": ({"podTemplate": {"spec": {"serviceAccount": "admin"}}}, "execution: spec.serviceAccount"),
    "no filter of system calls": (
        {"securityContext": {"seccompProfile": {"type": "Unconfined"}}},
        "execution: spec.securityContext.seccompProfile.type",
    ),
    "a probe of another address": (
        {"podTemplate": {"spec": {"containers": [{"name": "task", "livenessProbe": {"tcpSocket": {"host": "10.0.0.1", "port": 1}}}]}}},
        "execution: spec.containers[task].livenessProbe.tcpSocket.host",
    ),
}
NO_NODE = {"nodeSelector": {"glider.dev/nowhere": "true"}}


def test_no_pod_is_a_way_to_the_node_though_the_namespace_has_no_pod_security(restricted: tuple[Cluster, str, str, str]):
    cluster, _, _, namespace = restricted
    in_namespace = ("--namespace", namespace)
    spec = {"hostIPC": True, "containers": [{"name": "default", "image": "unused:1"}]}
    base = {"apiVersion": "v1", "kind": "PodTemplate", "metadata": {"name": "privileged"}, "template": {"spec": spec}}
    cluster.kubectl(*in_namespace, "create", "-f", "-", input=to_yaml(base, template("privileged", divider(hostNetwork=True))))
    good = {"task": divider(), "inputs": {"a": 10, "b": 2}, **NO_NODE}
    tried = {f"attack-{number}": {**good, **spec} for number, (spec, _) in enumerate(WAYS_TO_THE_NODE.values())}
    documents = [served(name, **{field: value for field, value in spec.items() if value is not None}) for name, spec in tried.items()]
    cluster.kubectl(*in_namespace, "create", "-f", "-", input=to_yaml(*documents, served("good", **good)))
    cluster.kubectl(*in_namespace, "wait", "--for=condition=Succeeded=False", "--timeout=60s", *(f"te/{name}" for name in tried))
    errors = {one["metadata"]["name"]: one["status"].get("error") for one in cluster.kubectl_json(*in_namespace, "get", "te")["items"]}
    for name, (what, (_, begins)) in zip(tried, WAYS_TO_THE_NODE.items(), strict=True):
        assert errors[name]["reason"] == "InvalidSpec", what
        assert errors[name]["message"].startswith(begins.replace("{namespace}", namespace)), what
        assert "by the configuration's restrictions." in errors[name]["message"], what
    pods = wait_until(lambda: cluster.kubectl_json(*in_namespace, "get", "pods")["items"], what="the pod of the good one")
    assert [pod["metadata"]["labels"]["glider.dev/execution"] for pod in pods] == ["good"]


def of_a_level(case: Case, number: int) -> dict[str, Any]:
    """The pod of a case as the operator makes it where nothing is restricted."""
    config = parse_config(CONFIGURATION | {"restrictions": {"pods": NEVER}})
    made = make_execution(task=divider(), inputs={"a": 10, "b": 2}, **case.fields)
    pod = render_pod(made, resolved(made, config=config), attempt=number, config=config)
    del pod["metadata"]["ownerReferences"], pod["metadata"]["namespace"]
    return pod


@pytest.mark.parametrize("level", [BASELINE, RESTRICTED])
def test_a_level_refuses_what_kubernetes_refuses_by_that_name(crds: Cluster, level: str):
    pods = [of_a_level(case, number) for number, case in enumerate(CASES)]
    name = f"level-{level.lower()}-{uuid.uuid4().hex[:8]}"
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": {ENFORCE: level.lower()}}}
    crds.kubectl("create", "-f", "-", input=to_yaml(namespace))
    try:
        accounts = ("--namespace", name, "get", "serviceaccounts", "-o", "name")
        wait_until(lambda: "serviceaccount/default" in crds.kubectl(*accounts), what="the namespace's service account")
        answers = answers_to(crds, name, pods)
    finally:
        crds.kubectl("delete", "namespace", "--wait=false", name)
    refused = {case.what for case, pod in zip(CASES, pods, strict=True) if f'"{pod["metadata"]["name"]}" is forbidden: violates' in answers}
    assert refused == {case.what for case in CASES if case.level in (BASELINE, level) and not case.ours}


ENFORCE = "pod-security.kubernetes.io/enforce"


def answers_to(cluster: Cluster, namespace: str, pods: list[dict[str, Any]]) -> str:
    try:
        cluster.kubectl("--namespace", namespace, "create", "--dry-run=server", "-f", "-", input=to_yaml(*pods))
    except KubectlError as error:
        return str(error)
    return ""
