"""Each field of the CRDs that is about the pod, on a real API server: the pods that the operator creates have it.

The namespace is under the restricted Pod Security Standard, and the pods are for a scheduler that doesn't exist.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cluster.fixtures import Cluster, KubectlError
from tests.pod_fields import BASE, CASES, NOBODY, Case, shows
from tests.resources import divider, execution, template, to_yaml

TEN_BY_TWO = {"a": 10, "b": 2}
POD_TEMPLATE = {"apiVersion": "v1", "kind": "PodTemplate", "metadata": {"name": "base"}, "template": BASE}
SECRET = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db"}, "stringData": {"password": "x"}}
CONFIG_MAP = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "mine"}, "data": {"A": "1"}}
SERVICE_ACCOUNT = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "runner"}}
PRIORITY_CLASS = {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": "glider-tests"}, "value": 1}
RUNTIME_CLASS = {"apiVersion": "node.k8s.io/v1", "kind": "RuntimeClass", "metadata": {"name": "glider-tests"}, "handler": "runc"}


def executions() -> Iterator[tuple[str, Case, dict[str, Any]]]:
    """An execution for each case, said by the task and said by the execution."""
    for i, case in enumerate(CASES):
        if case.of == "hostNetwork":
            continue  # refused by the operator itself
        scheduler: dict[str, Any] = {} if case.of == "schedulerName" else {"schedulerName": NOBODY}
        name = f"{case.of.lower()}-{i}"
        yield f"e-{name}", case, execution(f"e-{name}", task=divider(**scheduler), inputs=TEN_BY_TWO, **case.fields)
        if not case.execution_only:
            yield f"t-{name}", case, execution(f"t-{name}", task=divider(**scheduler, **case.fields), inputs=TEN_BY_TWO)


@pytest.fixture(scope="module")
def fields_namespace(operator: Cluster) -> Iterator[str]:
    """A namespace with all executions, and all that they refer to."""
    name = f"fields-{time.time_ns() % 10**9}"
    operator.kubectl("create", "namespace", name)
    operator.kubectl("label", "namespace", name, "pod-security.kubernetes.io/enforce=restricted")
    operator.kubectl("apply", "-f", "-", input=to_yaml(PRIORITY_CLASS, RUNTIME_CLASS))
    operator.kubectl("--namespace", name, "apply", "-f", "-", input=to_yaml(POD_TEMPLATE, SECRET, CONFIG_MAP, SERVICE_ACCOUNT))
    operator.kubectl("--namespace", name, "create", "-f", "-", input=to_yaml(*(document for _, _, document in executions())))
    yield name
    operator.kubectl("delete", "namespace", name, "--wait=false")
    operator.kubectl("delete", "priorityclass/glider-tests", "runtimeclass/glider-tests")


@pytest.fixture(scope="module")
def pods(operator: Cluster, fields_namespace: str) -> dict[str, dict[str, Any]]:
    """The pod of each execution, by the execution's name."""
    wanted = {name for name, _, _ in executions()}
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        found = operator.kubectl_json("--namespace", fields_namespace, "get", "pods")["items"]
        by_name = {pod["metadata"]["labels"]["glider.dev/execution"]: pod for pod in found}
        if wanted <= set(by_name):
            return by_name
        time.sleep(0.5)
    missing = sorted(wanted - set(by_name))
    raise AssertionError(f"no pods of {missing}: {operator.kubectl('--namespace', fields_namespace, 'get', 'te', *missing, '-o', 'yaml')}")


@pytest.mark.parametrize(("name", "case"), [pytest.param(name, case, id=f"{name}: {case.path}") for name, case, _ in executions()])
def test_a_field_has_its_effect(pods: dict[str, dict[str, Any]], name: str, case: Case):
    assert shows(pods[name], case)


def test_a_pod_that_the_operator_allows_and_the_namespaces_standard_does_not(operator: Cluster, fields_namespace: str):
    gains = {"containerSecurityContext": {"allowPrivilegeEscalation": True}}
    status = final_status(operator, fields_namespace, execution("gains", task=divider(), inputs=TEN_BY_TWO, **gains))
    assert status["error"]["reason"] == "PodRejected"
    assert "allowPrivilegeEscalation" in status["error"]["message"]


def test_a_pod_template_says_no_more_than_its_author_wrote(pods: dict[str, dict[str, Any]]):
    name = next(name for name, case, _ in executions() if case.of == "podTemplateRef")
    spec = pods[name]["spec"]
    assert (spec["restartPolicy"], spec["securityContext"]["runAsNonRoot"]) == ("Never", True)
    assert (spec["containers"][0]["imagePullPolicy"], spec["containers"][0]["terminationMessagePolicy"]) == (
        "IfNotPresent",
        "FallbackToLogsOnError",
    )


def test_sidecars_and_init_containers_of_a_pod_template(operator: Cluster, namespace: str):
    container = divider()["container"]
    others = [{"name": "log", "image": container["image"], "args": ["{{.outputPrefix}}"]}]
    spec = {
        "containers": [container | {"name": "main"}, *others],
        "initContainers": [others[0] | {"name": "prepare"}],
        "schedulerName": NOBODY,
    }
    task = {name: value for name, value in divider().items() if name != "container"}
    task |= {"podTemplate": {"spec": spec}, "primaryContainerName": "main"}
    apply(operator, namespace, template("sidecars", task), execution("x", taskRef={"name": "sidecars"}, inputs=TEN_BY_TWO))
    pod = eventually(lambda: operator.kubectl_json("--namespace", namespace, "get", "pods")["items"])[0]
    volume = next(one for one in pod["spec"]["volumes"] if one["name"] == "glider-executor")
    ours = [] if "image" in volume else ["glider-executor"]  # an API server without image volumes
    assert [container["name"] for container in pod["spec"]["initContainers"]] == [*ours, "prepare"]
    assert [container["name"] for container in pod["spec"]["containers"]] == ["main", "log"]
    assert pod["metadata"]["annotations"]["kubectl.kubernetes.io/default-container"] == "main"


MISSING = [
    pytest.param({"secrets": [{"group": "late", "key": "k"}]}, "SecretNotFound", "late", id="a Secret"),
    pytest.param({"envFrom": [{"configMapRef": {"name": "late"}}]}, "ConfigMapNotFound", "late", id="a ConfigMap"),
    pytest.param({"podTemplateRef": {"name": "late"}}, "PodTemplateNotFound", "late", id="a PodTemplate"),
    pytest.param({"serviceAccountName": "late"}, "ServiceAccountNotFound", "late", id="a service account"),
    pytest.param({"priorityClassName": "late"}, "PriorityClassNotFound", "late", id="a PriorityClass"),
    pytest.param({"runtimeClassName": "late"}, "RuntimeClassNotFound", "late", id="a RuntimeClass"),
]


@pytest.mark.parametrize(("fields", "reason", "words"), MISSING)
def test_what_is_missing_is_waited_for_and_told(operator: Cluster, namespace: str, fields: dict[str, Any], reason: str, words: str):
    apply(operator, namespace, execution("x", task=divider(), inputs=TEN_BY_TWO, **fields))
    condition = eventually(lambda: next((one for one in conditions(operator, namespace) if one["reason"] == reason), None))
    assert condition["status"] == "Unknown"
    assert words in condition["message"]
    assert operator.kubectl_json("--namespace", namespace, "get", "pods")["items"] == []


def test_once_the_secret_is_there_the_pod_follows(operator: Cluster, namespace: str):
    secrets = [{"group": "db", "key": "password"}]
    apply(operator, namespace, execution("x", task=divider(schedulerName=NOBODY), inputs=TEN_BY_TWO, secrets=secrets))
    eventually(lambda: [one for one in conditions(operator, namespace) if one["reason"] == "SecretNotFound"])
    apply(operator, namespace, SECRET)
    eventually(lambda: operator.kubectl_json("--namespace", namespace, "get", "pods")["items"], timeout=60)


def test_an_unknown_variable_is_refused_before_there_is_a_pod(operator: Cluster, namespace: str):
    task = divider(args=["pyflyte-execute", "{{.outputPrefx}}"], schedulerName=NOBODY)
    apply(operator, namespace, execution("x", task=task, inputs=TEN_BY_TWO))
    condition = eventually(lambda: next((one for one in conditions(operator, namespace) if one["reason"] == "InvalidSpec"), None))
    assert "did you mean {{.outputPrefix}}?" in condition["message"]
    assert operator.kubectl_json("--namespace", namespace, "get", "pods")["items"] == []


def test_a_variable_without_its_dot_is_warned_of(operator: Cluster, namespace: str):
    task = divider(args=["pyflyte-execute", "{{outputPrefix}}"], schedulerName=NOBODY)
    apply(operator, namespace, execution("x", task=task, inputs=TEN_BY_TWO))
    condition = eventually(lambda: next((one for one in conditions(operator, namespace) if one["type"] == "Warning"), None))
    assert "{{.outputPrefix}} is filled in" in condition["message"]


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        pytest.param(
            {"task": divider() | {"podTemplate": {"spec": {}}}}, "exactly one of container and podTemplate", id="container and podTemplate"
        ),
        pytest.param({"task": divider(primaryContainerName="x")}, "only beside podTemplate", id="a name of no use"),
        pytest.param({"task": divider(), "secrets": [{"group": "x"}]}, "key", id="a secret without a key"),
        pytest.param({"task": divider(), "executor": {"mode": "Own"}}, "Injected", id="no such executor"),
        pytest.param(
            {"task": divider(), "accelerator": {"partitionSize": "x", "unpartitioned": True}}, "at most one of", id="a part of a whole"
        ),
    ],
)
def test_the_api_server_refuses(crds: Cluster, namespace: str, spec: dict[str, Any], words: str):
    with pytest.raises(KubectlError, match=words):
        apply(crds, namespace, execution("x", inputs=TEN_BY_TWO, **spec))


def test_what_the_pod_is_cannot_be_changed_later(crds: Cluster, namespace: str):
    apply(crds, namespace, execution("x", taskRef={"name": "late"}, inputs=TEN_BY_TWO, nodeSelector={"a": "b"}))
    with pytest.raises(KubectlError, match="spec is immutable but for suspend, cancel"):
        apply(crds, namespace, execution("x", taskRef={"name": "late"}, inputs=TEN_BY_TWO, nodeSelector={"a": "c"}))


def apply(cluster: Cluster, namespace: str, *documents: dict[str, Any]) -> None:
    cluster.kubectl("--namespace", namespace, "apply", "-f", "-", input=to_yaml(*documents))


def conditions(cluster: Cluster, namespace: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = cluster.kubectl_json("--namespace", namespace, "get", "te/x").get("status", {}).get("conditions", [])
    return found


def final_status(cluster: Cluster, namespace: str, document: dict[str, Any]) -> dict[str, Any]:
    apply(cluster, namespace, document)
    name = document["metadata"]["name"]
    return eventually(lambda: ended(cluster.kubectl_json("--namespace", namespace, "get", f"te/{name}").get("status", {})))


def ended(status: dict[str, Any]) -> dict[str, Any] | None:
    return status if status.get("phase") in ("Succeeded", "Failed") else None


def eventually(look: Any, *, timeout: float = 30) -> Any:
    """What `look` finds, once that is something."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.3)
    raise AssertionError(f"nothing after {timeout} s")
