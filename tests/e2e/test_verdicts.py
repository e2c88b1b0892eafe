"""Tasks in trouble on a real node, and what `kubectl get te` says of each. All run at once, in one namespace.

The one whose node is lost is in test_history.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cluster.fixtures import Cluster
from tests.e2e.conftest import Glider, helm_install, uninstall, wait_until
from tests.resources import EXAMPLES_IMAGE, RESOURCES, execution, legacy_args, task, to_yaml

NAMESPACE = "verdicts"
PATIENCE = dict.fromkeys(("imagePull", "config", "create", "mount", "other"), "8s")
SLEEP = ["sh", "-c", "sleep 300"]
FILL_MEMORY = "x = bytearray(200 << 20); print(sum(x[::4096]))"
#: Its registry refuses at once: to look up a name that nobody knows takes a machine without a name server 20 s a pull.
UNREACHABLE_IMAGE = "127.0.0.1:9/app:1"
LITTLE_MEMORY = {"limits": {"memory": "64Mi"}, "requests": {"memory": "32Mi"}}


def job(*args: str, resources: dict[str, Any] | None = None, **spec: Any) -> dict[str, Any]:
    """A TaskExecution's spec: a command that isn't retried. Fields of the container go by `container`.

    `resources` are beside the little that every task of these requests: all of them fit on a node of two cores at once, so that
    only the preemptor preempts.
    """
    container = spec.pop("container", {})
    one = task(list(args))
    one["container"] = one["container"] | container
    one["container"]["resources"] = {kind: RESOURCES[kind] | (resources or {}).get(kind, {}) for kind in RESOURCES}
    return {"task": one, "terminationGracePeriodSeconds": 2} | spec


def pod(**spec: Any) -> dict[str, Any]:
    """A podTemplate in which the task's own container stands."""
    return {"podTemplate": {"spec": {"containers": [{"name": "task"}]} | spec}}


def key_of(secret: str) -> dict[str, Any]:
    return {"env": [{"name": "X", "valueFrom": {"secretKeyRef": {"name": secret, "key": "missing"}}}]}


PREPARE = {"name": "prepare", "image": EXAMPLES_IMAGE, "command": ["sh", "-c", "echo 'no data' >&2; exit 3"]}
MISSING_KEY_VOLUME: dict[str, Any] = {
    "volumes": [{"name": "v", "secret": {"secretName": "present", "items": [{"key": "missing", "path": "x"}]}}],
    "volumeMounts": [{"name": "v", "mountPath": "/v"}],
}

#: name: (spec, phase, reason, origin, what the message says)
CASES: dict[str, tuple[dict[str, Any], str, str, str, str]] = {
    "good": (job("sh", "-c", "exit 0"), "Succeeded", "Completed", "", ""),
    "exit-7": (job("sh", "-c", "echo alas >&2; exit 7"), "Failed", "ContainerFailed", "USER", "alas"),
    "oom-main": (
        job("python3", "-c", FILL_MEMORY, resources=LITTLE_MEMORY),
        "Failed",
        "OOMKilled",
        "USER",
        "its limit of 64Mi",
    ),
    "oom-child": (
        job("sh", "-c", f"python3 -c '{FILL_MEMORY}'; exit 0", resources=LITTLE_MEMORY),
        "Failed",
        "OOMKilled",
        "USER",
        "child process",
    ),
    "bad-image": (
        job("true", container={"image": UNREACHABLE_IMAGE}),
        "Failed",
        "ImagePullFailed",
        "SYSTEM",
        "127.0.0.1:9",
    ),
    "bad-image-name": (job("true", container={"image": "Not//An:Image"}), "Failed", "InvalidImageName", "USER", "Not//An"),
    "bad-start": (job("true", container={"workingDir": "/etc/hostname"}), "Failed", "StartError", "USER", "Container task"),
    "missing-key": (job("true", container=key_of("present")), "Failed", "CreateContainerConfigError", "USER", "missing"),
    "missing-volume": (job("true", **MISSING_KEY_VOLUME), "Failed", "FailedMount", "USER", "missing"),
    "bad-init": (job("true", **pod(initContainers=[PREPARE])), "Failed", "InitContainerFailed", "USER", "no data"),
    "full-disk": (
        job(
            "sh",
            "-c",
            "head -c 60000000 /dev/zero > /tmp/filled; sleep 300",
            resources={"limits": {"ephemeral-storage": "10Mi"}},
        ),
        "Failed",
        "Evicted",
        "USER",
        "10Mi",
    ),
    "drained": (job(*SLEEP), "Failed", "EvictionByEvictionAPI", "SYSTEM", "drain"),
    "deleted": (job(*SLEEP), "Failed", "PodDeleted", "SYSTEM", "was deleted"),
    "preempted": (
        job(*SLEEP, priorityClassName="verdicts-low", resources={"requests": {"cpu": "1"}}),
        "Failed",
        "PreemptionByScheduler",
        "SYSTEM",
        "priority",
    ),
    "too-long": (job(*SLEEP, timeouts={"attempt": "3s"}), "TimedOut", "AttemptTimeout", "USER", "3s (timeouts.attempt)"),
    "deadline": (job(*SLEEP, **pod(activeDeadlineSeconds=8)), "TimedOut", "DeadlineExceeded", "USER", "activeDeadlineSeconds"),
    "nowhere": (
        job("true", nodeSelector={"no": "such-node"}, timeouts={"queued": "4s"}),
        "TimedOut",
        "QueuedTimeout",
        "SYSTEM",
        "Unschedulable",
    ),
    "cancelled": (job(*SLEEP), "Aborted", "Cancelled", "USER", "spec.cancel"),
}
PREEMPTOR = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "preemptor"},
    "spec": {
        "priorityClassName": "verdicts-high",
        "terminationGracePeriodSeconds": 0,
        "containers": [
            {"name": "c", "image": EXAMPLES_IMAGE, "command": SLEEP, "resources": {"requests": {"cpu": "1200m"}}},
        ],
    },
}


@pytest.fixture(scope="module")
def glider(node: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Glider]:
    """Glider with little patience, and without the right to look for Secrets: only the kubelet says what is missing."""
    values = tmp_path_factory.mktemp("helm") / "values.json"
    values.write_text(
        json.dumps({"config": {"patience": PATIENCE}, "rbac": {"getSecrets": False}, "tolerations": [{"operator": "Exists"}]})
    )
    helm_install(node, "--values", str(values))
    node.kubectl("create", "namespace", NAMESPACE)
    for name, value in (("low", -10), ("high", 1000)):
        node.kubectl("create", "priorityclass", f"verdicts-{name}", f"--value={value}")
    yield Glider(node, NAMESPACE)
    node.kubectl("delete", "namespace", NAMESPACE, "--wait=false")
    node.kubectl("delete", "priorityclass", "verdicts-low", "verdicts-high")
    uninstall(node)


@pytest.fixture(scope="module")
def under_way(glider: Glider) -> Glider:
    """Everything is applied, and what must be done to those that run is done."""
    glider.kubectl("create", "secret", "generic", "present", "--from-literal=key=value")
    glider.kubectl(
        "apply", "-f", "-", input=to_yaml(*(execution(name, **once(spec, reason)) for name, (spec, _, reason, _, _) in CASES.items()))
    )
    for name in ("drained", "deleted", "preempted", "cancelled"):
        glider.wait_for(name, "Running")
    glider.kubectl("patch", "te", "cancelled", "--type=merge", "--patch", '{"spec": {"cancel": true}}')
    glider.kubectl("delete", "pod", pod_of(glider, "deleted"), "--wait=false")
    evict(glider, pod_of(glider, "drained"))
    glider.apply(PREEMPTOR)
    return glider


def once(spec: dict[str, Any], reason: str) -> dict[str, Any]:
    """The spec, with no retry of what is expected."""
    return spec | {"retries": {"user": 0, "system": 0, "noRetryOn": [reason]}}


def pod_of(glider: Glider, name: str) -> str:
    return str(glider.status(name)["attempts"][-1]["podName"])


def evict(glider: Glider, name: str) -> None:
    """What `kubectl drain` does."""
    eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name, "namespace": NAMESPACE}}
    path = f"/api/v1/namespaces/{NAMESPACE}/pods/{name}/eviction"
    glider.kubectl("create", "--raw", path, "-f", "-", input=json.dumps(eviction))


@pytest.mark.parametrize("name", CASES)
def test_verdict(under_way: Glider, name: str):
    _, phase, reason, origin, said = CASES[name]
    status = under_way.wait_for(name, "Succeeded", "Failed", "Aborted", "TimedOut", timeout=120)
    condition = next(one for one in status["conditions"] if one["type"] == "Succeeded")
    assert (status["phase"], condition["reason"]) == (phase, reason), status
    assert condition["status"] == str(phase == "Succeeded")
    if origin:
        assert (status["error"]["origin"], status["error"]["reason"]) == (origin, reason)
        assert said in status["error"]["message"]
    if name != "good":
        events = under_way.kubectl("get", "events", "--field-selector", f"involvedObject.name={name}", "-o", "name")
        assert events.strip(), "told as an Event, too"


def test_a_config_map_that_comes_later(under_way: Glider):
    variable = {"name": "X", "valueFrom": {"configMapKeyRef": {"name": "later", "key": "x"}}}
    under_way.apply(execution("patient", **job("true", container={"env": [variable]})))
    wait_until(lambda: reason_of(under_way, "patient") == "ConfigMapNotFound", what="the ConfigMap to be missed")
    under_way.kubectl("create", "configmap", "later", "--from-literal=x=y")
    assert under_way.wait_for("patient", timeout=90)["phase"] == "Succeeded"


def test_suspended_and_resumed(under_way: Glider):
    nap = task(legacy_args("app.workflows.unreliable", "sleep"), inputs={"seconds": "float"}, outputs={"o0": "string"})
    under_way.apply(execution("nap", task=nap, inputs={"seconds": 4}, terminationGracePeriodSeconds=2))
    under_way.wait_for("nap", "Running")
    under_way.kubectl("patch", "te", "nap", "--type=merge", "--patch", '{"spec": {"suspend": true}}')
    assert "failures" not in under_way.wait_for("nap", "Suspended")
    under_way.kubectl("patch", "te", "nap", "--type=merge", "--patch", '{"spec": {"suspend": false}}')
    status = under_way.wait_for("nap")
    assert (status["phase"], [one["number"] for one in status["attempts"]]) == ("Succeeded", [0, 1])
    assert status["attempts"][1]["usage"]["peakMemoryBytes"] > 0


def reason_of(glider: Glider, name: str) -> str:
    return next((str(one["reason"]) for one in glider.status(name).get("conditions", []) if one["type"] == "Succeeded"), "")
