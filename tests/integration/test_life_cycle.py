"""What somebody can do with an execution, against a real API server: each field that has an effect has it.

No node takes these pods; the test is the kubelet, and writes their statuses.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cluster.fixtures import Cluster, KubectlError
from tests.e2e.conftest import wait_until
from tests.resources import divider, execution, template, to_yaml
from tests.unit.glider_core.builders import failure_summary

INPUTS = {"a": 1, "b": 1}
FAST = {"backoff": {"initial": "1s"}}
NOWHERE = {"kubernetes.io/hostname": "nowhere"}


class Kubelet:
    """One namespace, with the operator at work and nobody else."""

    def __init__(self, cluster: Cluster, namespace: str) -> None:
        self._cluster = cluster
        self.namespace = namespace

    def kubectl(self, *args: str, input: str | None = None) -> str:
        return self._cluster.kubectl("--namespace", self.namespace, *args, input=input)

    def apply(self, *documents: dict[str, Any]) -> None:
        self.kubectl("apply", "-f", "-", input=to_yaml(*documents))

    def run(self, name: str, *, task: dict[str, Any] | None = None, labels: dict[str, str] | None = None, **spec: Any) -> None:
        """Apply an execution."""
        document = execution(name, task=task or divider(), inputs=INPUTS, nodeSelector=NOWHERE, **spec)
        document["metadata"]["labels"] = labels or {}
        self.apply(document)

    def change(self, name: str, **spec: Any) -> None:
        self.kubectl("patch", "te", name, "--type=merge", "--patch", json.dumps({"spec": spec}))

    def status(self, name: str) -> dict[str, Any]:
        status: dict[str, Any] = json.loads(self.kubectl("get", "te", name, "-o", "json")).get("status", {})
        return status

    def reason(self, name: str) -> str:
        return str(condition(self.status(name)).get("reason", ""))

    def pods(self, name: str) -> list[dict[str, Any]]:
        """The execution's pods, the latest attempt's last."""
        items = json.loads(self.kubectl("get", "pods", "-l", f"glider.dev/execution={name}", "-o", "json"))["items"]
        return sorted(items, key=lambda pod: int(pod["metadata"]["labels"]["glider.dev/attempt"]))

    def pod(self, name: str, attempt: int = 0) -> dict[str, Any]:
        """The pod of an attempt, once it is there."""

        def found() -> Any:
            return next((pod for pod in self.pods(name) if pod["metadata"]["labels"]["glider.dev/attempt"] == str(attempt)), None)

        pod: dict[str, Any] = wait_until(found, timeout=20, what=f"attempt {attempt} of {name}")
        return pod

    def report(self, name: str, state: dict[str, Any], *, phase: str, attempt: int = 0) -> None:
        """What a kubelet writes. A node's own must not have the pod, since it would put its status back."""
        pod = self.pod(name, attempt)
        pod_name = pod["metadata"]["name"]
        assert pod["spec"].get("nodeSelector") == NOWHERE, f"a node may take {pod_name}"
        status = {"phase": phase, "containerStatuses": [container("task", state)]}
        self.kubectl("patch", "pod", pod_name, "--subresource=status", "--type=merge", "--patch", json.dumps({"status": status}))

    def runs(self, name: str, attempt: int = 0) -> None:
        self.report(name, {"running": {"startedAt": "2026-01-01T00:00:00Z"}}, phase="Running", attempt=attempt)

    def ends(self, name: str, code: int, *, attempt: int = 0, reason: str = "Error", message: str = "") -> None:
        terminated = {"exitCode": code, "reason": reason, "message": message}
        self.report(name, {"terminated": terminated}, phase="Failed" if code else "Succeeded", attempt=attempt)

    def wait_for(self, name: str, phase: str) -> dict[str, Any]:
        def reached() -> Any:
            return (status := self.status(name)).get("phase") == phase and status

        status: dict[str, Any] = wait_until(reached, timeout=30, what=f"{name} to be {phase}")
        return status

    def wait_for_reason(self, name: str, reason: str) -> None:
        wait_until(lambda: self.reason(name) == reason, timeout=30, what=f"{name}: {reason}")


def container(name: str, state: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "state": state, "image": "x", "imageID": "x", "ready": False, "restartCount": 0}


def condition(status: dict[str, Any], kind: str = "Succeeded") -> dict[str, Any]:
    return next((one for one in status.get("conditions", []) if one["type"] == kind), {})


SUCCESS = json.dumps({"v": 1, "outcome": "Succeeded", "outputs": {"o0": 1.0}, "peakMemoryBytes": 5, "cpuSeconds": 0.5, "bytesIn": 7})


@pytest.fixture
def kubelet(operator: Cluster, namespace: str) -> Kubelet:
    return Kubelet(operator, namespace)


@pytest.mark.parametrize(
    "change",
    [{"inputs": {"a": 2, "b": 1}}, {"retries": {"user": 3}}, {"timeouts": {"total": "9h"}}, {"env": []}, {"serviceAccountName": "x"}],
    ids=lambda change: next(iter(change)),
)
def test_other_changes_are_refused(crds: Cluster, namespace: str, change: dict[str, Any]):
    kubelet = Kubelet(crds, namespace)
    kubelet.run("fixed", suspend=True)
    with pytest.raises(KubectlError, match="spec is immutable but for"):
        kubelet.change("fixed", **change)


def test_a_cancellation_cannot_be_taken_back(crds: Cluster, namespace: str):
    kubelet = Kubelet(crds, namespace)
    kubelet.run("gone", suspend=True)
    kubelet.change("gone", cancel=True, priority=3, ttlSecondsAfterFinished=3600)
    with pytest.raises(KubectlError, match="can't be taken back"):
        kubelet.change("gone", cancel=False)


def test_suspended_resumed_suspended_again_and_done(kubelet: Kubelet):
    kubelet.run("nap", suspend=True)
    assert condition(kubelet.wait_for("nap", "Suspended"), "Suspended")["status"] == "True"
    assert kubelet.pods("nap") == []
    kubelet.change("nap", suspend=False)
    kubelet.runs("nap")
    kubelet.wait_for("nap", "Running")
    kubelet.change("nap", suspend=True)
    status = kubelet.wait_for("nap", "Suspended")
    assert ("failures" in status, status["attempts"][0]["reason"]) == (False, "Suspended")
    kubelet.change("nap", suspend=False)
    kubelet.ends("nap", 0, attempt=1, message=SUCCESS)
    status = kubelet.wait_for("nap", "Succeeded")
    assert (status["outputs"], condition(status, "Suspended")["reason"]) == ({"o0": 1.0}, "Resumed")
    usage = status["attempts"][-1]["usage"]
    assert (usage["peakMemoryBytes"], usage["cpuSeconds"], usage["bytesIn"]) == (5, 0.5, 7)


def test_cancelled_while_it_runs(kubelet: Kubelet):
    kubelet.run("stop")
    kubelet.runs("stop")
    kubelet.wait_for("stop", "Running")
    kubelet.change("stop", cancel=True)
    status = kubelet.wait_for("stop", "Aborted")
    assert (condition(status)["status"], condition(status)["reason"]) == ("False", "Cancelled")
    assert kubelet.pods("stop") == []


def test_it_goes_when_its_ttl_is_over(kubelet: Kubelet):
    kubelet.run("brief", ttlSecondsAfterFinished=2)
    kubelet.ends("brief", 0, message=SUCCESS)
    wait_until(lambda: "brief" not in kubelet.kubectl("get", "te", "-o", "name"), timeout=20, what="its deletion")


def test_it_is_compacted_when_its_ttl_is_over(kubelet: Kubelet):
    kubelet.run("kept", ttlSecondsAfterFinished=1, ttlAction="Compact")
    kubelet.ends("kept", 0, message=SUCCESS)
    wait_until(lambda: not kubelet.status("kept").get("attempts") and kubelet.pods("kept") == [], timeout=20, what="its compaction")
    status = kubelet.status("kept")
    assert (status["phase"], status["outputs"], condition(status, "Finished")["status"]) == ("Succeeded", {"o0": 1.0}, "True")
    assert {"startTime", "completionTime", "duration"} <= set(status)
    assert "observedGeneration" not in status


@pytest.mark.parametrize(
    ("timeouts", "runs", "reason"),
    [({"queued": "2s"}, False, "QueuedTimeout"), ({"attempt": "2s"}, True, "AttemptTimeout"), ({"total": "3s"}, True, "TotalTimeout")],
)
def test_timeouts(kubelet: Kubelet, timeouts: dict[str, str], runs: bool, reason: str):
    kubelet.run("late", task=divider(timeouts=timeouts))
    if runs:
        kubelet.runs("late")
    status = kubelet.wait_for("late", "TimedOut")
    assert (condition(status)["reason"], status["attempts"][0]["reason"]) == (reason, reason)
    assert kubelet.pods("late") == []


def test_an_executions_timeout_wins_over_its_tasks(kubelet: Kubelet):
    kubelet.run("patient", task=divider(timeouts={"queued": "1s"}), timeouts={"queued": "0"})
    kubelet.pod("patient")
    kubelet.wait_for_reason("patient", "Unschedulable")
    assert kubelet.status("patient")["phase"] == "Queued"


def test_an_oom_kill_gets_more_memory(kubelet: Kubelet):
    task = divider(retries={"user": 3, "oom": {"factor": 2, "max": "100Mi"}, **FAST})
    task["container"]["resources"] = {"requests": {"memory": "32Mi"}, "limits": {"memory": "64Mi"}}
    kubelet.run("hungry", task=task)
    kubelet.ends("hungry", 137, reason="OOMKilled")
    assert kubelet.wait_for("hungry", "Retrying")["memory"] == "100Mi"
    resources = kubelet.pod("hungry", 1)["spec"]["containers"][0]["resources"]
    assert resources["limits"]["memory"] == "100Mi"


@pytest.mark.parametrize(
    ("retries", "phase"),
    [
        pytest.param({"user": 1, **FAST}, "Retrying", id="an exit code is retried"),
        pytest.param({"user": 1, "noRetryOn": ["ContainerFailed"]}, "Failed", id="unless its reason is in noRetryOn"),
    ],
)
def test_no_retry_on(kubelet: Kubelet, retries: dict[str, Any], phase: str):
    kubelet.run("fails", task=divider(retries=retries))
    kubelet.ends("fails", 1)
    assert kubelet.wait_for("fails", phase)["failures"] == {"user": 1, "system": 0, "unstarted": 0}


def test_retry_on(kubelet: Kubelet):
    kubelet.run("silent", retries={"user": 1, "retryOn": ["OutputsNotFound"], **FAST})
    kubelet.ends("silent", 0)
    assert kubelet.wait_for("silent", "Retrying")["attempts"][0]["error"]["kind"] == "NON_RECOVERABLE"
    kubelet.ends("silent", 0, attempt=1)
    assert condition(kubelet.wait_for("silent", "Failed"))["reason"] == "OutputsNotFound"


def test_a_used_up_quota_is_waited_for(kubelet: Kubelet):
    kubelet.kubectl("create", "quota", "none", "--hard=pods=0")
    wait_until(lambda: "hard" in kubelet.kubectl("get", "quota", "none", "-o", "jsonpath={.status}"), what="the quota")
    kubelet.run("poor")
    kubelet.wait_for_reason("poor", "QuotaExceeded")
    kubelet.kubectl("delete", "quota", "none")
    kubelet.pod("poor")
    assert "failures" not in kubelet.status("poor")


def test_a_limit_range_is_waited_for(kubelet: Kubelet):
    limits = [{"type": "Container", "max": {"memory": "1Mi"}}]
    kubelet.apply({"apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": "tiny"}, "spec": {"limits": limits}})
    kubelet.run("large")
    kubelet.wait_for_reason("large", "Forbidden")
    assert "maximum memory" in condition(kubelet.status("large"))["message"]
    kubelet.kubectl("delete", "limitrange", "tiny")
    kubelet.pod("large")


def test_what_the_api_server_refuses_for_good_ends_it_with_its_words(kubelet: Kubelet):
    task = divider()
    task["container"]["ports"] = [{"containerPort": 99999999}]
    kubelet.run("wrong", task=task)
    status = kubelet.wait_for("wrong", "Failed")
    assert condition(status)["reason"] == "PodRejected"
    assert "containerPort" in status["error"]["message"]


def test_only_so_many_at_once_and_the_more_important_first(kubelet: Kubelet):
    task = divider(maxConcurrent=1)
    kubelet.run("first", task=task)
    kubelet.pod("first")
    kubelet.run("second", task=task)
    kubelet.run("urgent", task=task, priority=10)
    for name in ("second", "urgent"):
        kubelet.wait_for_reason(name, "ConcurrencyLimit")
    kubelet.ends("first", 0, message=SUCCESS)
    kubelet.ends("urgent", 0, message=SUCCESS)
    kubelet.pod("second")


def test_a_tasks_priority_is_its_executions_default(kubelet: Kubelet):
    kubelet.run("first", task=divider(maxConcurrent=1))
    kubelet.pod("first")
    kubelet.run("second", task=divider(maxConcurrent=1))
    kubelet.run("urgent", task=divider(maxConcurrent=1, priority=10))
    for name in ("second", "urgent"):
        kubelet.wait_for_reason(name, "ConcurrencyLimit")
    kubelet.ends("first", 0, message=SUCCESS)
    kubelet.pod("urgent")
    assert kubelet.pods("second") == []


def test_kueues_labels_reach_the_pod(kubelet: Kubelet):
    kubelet.run("queued", labels={"kueue.x-k8s.io/queue-name": "team", "other": "label"})
    labels = kubelet.pod("queued")["metadata"]["labels"]
    assert (labels["kueue.x-k8s.io/queue-name"], labels.get("other")) == ("team", None)


def test_time_behind_a_queues_gate_does_not_count(kubelet: Kubelet):
    gates = {"containers": [{"name": "task"}], "schedulingGates": [{"name": "kueue.x-k8s.io/admission"}]}
    kubelet.run("held", podTemplate={"spec": gates}, timeouts={"queued": "3s"})
    kubelet.wait_for_reason("held", "SchedulingGated")
    pod = kubelet.pod("held")["metadata"]["name"]
    assert kubelet.status("held")["phase"] == "Queued"
    kubelet.kubectl("patch", "pod", pod, "--type=json", "--patch", '[{"op": "remove", "path": "/spec/schedulingGates"}]')
    status = kubelet.wait_for("held", "TimedOut")
    assert (condition(status)["reason"], "Unschedulable" in status["error"]["message"]) == ("QueuedTimeout", True)


def test_the_same_name_again_is_another_execution(kubelet: Kubelet):
    kubelet.run("again")
    first = kubelet.pod("again")["metadata"]["uid"]
    kubelet.kubectl("delete", "te", "again")
    kubelet.run("again")
    wait_until(lambda: [one["metadata"]["uid"] for one in kubelet.pods("again")] not in ([], [first]), what="another pod")
    name = next(one["metadata"]["name"] for one in kubelet.pods("again") if one["metadata"]["uid"] != first)
    status = {"phase": "Succeeded", "containerStatuses": [container("task", {"terminated": {"exitCode": 0, "message": SUCCESS}})]}
    kubelet.kubectl("patch", "pod", name, "--subresource=status", "--type=merge", "--patch", json.dumps({"status": status}))
    assert kubelet.wait_for("again", "Succeeded")["attempts"][0]["podName"] == name


def test_outputs_that_are_null_stay(kubelet: Kubelet):
    kubelet.run("nothing", task=divider(), suspend=True)
    kubelet.wait_for("nothing", "Suspended")
    kubelet.change("nothing", suspend=False)
    outputs = {"o0": None, "o1": {"a": None, "b": [1, None]}}
    kubelet.ends("nothing", 0, reason="Completed", message=json.dumps({"v": 1, "outcome": "Succeeded", "outputs": outputs}))
    status = kubelet.wait_for("nothing", "Succeeded")
    assert status["outputs"] == outputs
    assert condition(status, "Suspended")["status"] == "False"


def test_an_attempt_ends_as_it_was_started_although_its_template_is_gone(kubelet: Kubelet):
    kubelet.apply(template("short-lived", divider(retries={"user": 1, **FAST}, timeouts={"total": "10m"})))
    kubelet.apply(execution("orphan", taskRef={"name": "short-lived"}, inputs=INPUTS, nodeSelector=NOWHERE))
    kubelet.runs("orphan")
    kubelet.wait_for("orphan", "Running")
    kubelet.kubectl("delete", "tt", "short-lived")
    kubelet.ends("orphan", 1, message=failure_summary(kind="RECOVERABLE"))
    kubelet.ends("orphan", 0, attempt=1, reason="Completed")
    status = kubelet.wait_for("orphan", "Failed")
    assert [attempt["reason"] for attempt in status["attempts"]] == ["UserError", "OutputsNotFound"]
