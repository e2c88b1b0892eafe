"""How an attempt is doing, told from its pod: the precedence of evidence, case by case."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from glider.wire.errors import Kind, Origin
from glider_operator.diagnose.diagnosis import diagnose
from glider_operator.diagnose.findings import Outcome, Progress
from glider_operator.model.failure import Failure
from glider_operator.model.phases import Phase
from glider_operator.model.pod import Pod
from tests.unit.glider_operator.builders import (
    T0,
    container_status,
    ended_pod,
    failure_summary,
    make_pod,
    running_pod,
    success_summary,
    unscheduled_pod,
    waiting_pod,
)

USER, SYSTEM = Origin.USER, Origin.SYSTEM
FINAL, RECOVERABLE = Kind.NON_RECOVERABLE, Kind.RECOVERABLE
DISRUPTED: dict[str, Any] = {"conditions": [{"type": "DisruptionTarget", "status": "True", "reason": "PreemptionByScheduler"}]}
INITIALIZING = Phase.INITIALIZING
INJECTION = container_status("terminated", name="glider-executor", exitCode=1, reason="Error", message="cp: no space left on device")


@pytest.mark.parametrize(
    ("pod", "phase", "reason"),
    [
        pytest.param(unscheduled_pod(), Phase.QUEUED, "Queued", id="nobody has looked at the pod yet"),
        pytest.param(unscheduled_pod("Unschedulable", "0/3 nodes"), Phase.QUEUED, "Unschedulable", id="no node has room"),
        pytest.param(unscheduled_pod("SchedulingGated"), Phase.QUEUED, "SchedulingGated", id="a queue holds it back"),
        pytest.param(make_pod(node="node-1"), INITIALIZING, "Initializing", id="a node has it"),
        pytest.param(waiting_pod("ContainerCreating"), INITIALIZING, "Initializing", id="the container is on its way"),
        pytest.param(waiting_pod("ErrImagePull"), INITIALIZING, "ImagePullBackOff", id="a pull that fails has one reason, not two in turn"),
        pytest.param(waiting_pod("ImagePullBackOff", init=True), INITIALIZING, "ImagePullBackOff", id="the init container's image too"),
        pytest.param(waiting_pod("CreateContainerConfigError"), INITIALIZING, "CreateContainerConfigError", id="a missing Secret may come"),
        pytest.param(running_pod(), Phase.RUNNING, "Running", id="the task runs"),
        pytest.param(running_pod(deleting=True), Phase.RUNNING, "Running", id="a pod in its grace period isn't over yet"),
    ],
)
def test_progress(pod, phase, reason):
    finding = diagnose(pod, now=T0)
    assert isinstance(finding, Progress)
    assert (finding.phase, finding.reason) == (phase, reason)


@pytest.mark.parametrize(
    ("pod", "code", "origin", "kind"),
    [
        pytest.param(
            ended_pod(exit_code=137, reason="OOMKilled", message=failure_summary()),
            "OOMKilled",
            USER,
            RECOVERABLE,
            id="an OOM kill wins over a summary",
        ),
        pytest.param(
            ended_pod(exit_code=1, message=failure_summary(), **DISRUPTED),
            "USER:RuntimeError",
            USER,
            FINAL,
            id="a summary wins over Kubernetes' reasons",
        ),
        pytest.param(
            ended_pod(exit_code=0, message=failure_summary(origin="SYSTEM", kind="RECOVERABLE", code="StorageError")),
            "StorageError",
            SYSTEM,
            RECOVERABLE,
            id="a summary wins over exit code 0",
        ),
        pytest.param(ended_pod(exit_code=143, **DISRUPTED), "PreemptionByScheduler", SYSTEM, RECOVERABLE, id="a preempted pod"),
        pytest.param(
            make_pod(phase="Failed", reason="Evicted", message="The node was low on memory"),
            "Evicted",
            SYSTEM,
            RECOVERABLE,
            id="an evicted pod without container statuses",
        ),
        pytest.param(
            ended_pod(exit_code=137, reason="ContainerStatusUnknown"),
            "ContainerStatusUnknown",
            SYSTEM,
            RECOVERABLE,
            id="a lost node",
        ),
        pytest.param(
            ended_pod(exit_code=128, reason="StartError", message='exec: "python3": not found'),
            "StartError",
            USER,
            FINAL,
            id="an image without Python",
        ),
        pytest.param(ended_pod(exit_code=143, deleting=True), "PodDeleted", SYSTEM, RECOVERABLE, id="kubectl delete pod"),
        pytest.param(ended_pod(exit_code=7), "ContainerFailed", USER, RECOVERABLE, id="a container's own exit code is the task's"),
        pytest.param(ended_pod(exit_code=137), "ContainerFailed", USER, RECOVERABLE, id="137 alone says nothing about the system"),
        pytest.param(
            make_pod(phase="Failed", initContainerStatuses=[INJECTION]),
            "ExecutorInjectionFailed",
            SYSTEM,
            RECOVERABLE,
            id="the init container fails",
        ),
        pytest.param(make_pod(phase="Failed"), "PodFailed", SYSTEM, RECOVERABLE, id="a pod that failed and says nothing"),
        pytest.param(replace(running_pod(), vanished=True), "PodDeleted", SYSTEM, RECOVERABLE, id="a running pod that is gone"),
        pytest.param(
            waiting_pod("InvalidImageName", "couldn't parse"),
            "InvalidImageName",
            USER,
            FINAL,
            id="what can never change",
        ),
    ],
)
def test_failure(pod, code, origin, kind):
    failure = failure_of(pod)
    assert (failure.code, failure.origin, failure.kind) == (code, origin, kind)


@pytest.mark.parametrize(
    ("pod", "outputs"),
    [
        pytest.param(ended_pod(message=success_summary(o0=5.0)), {"o0": 5.0}, id="a good end"),
        pytest.param(ended_pod(message='{"v":1,"outcome":"Succeeded"}'), None, id="outputs too large for the summary"),
        pytest.param(ended_pod(exit_code=139, message=success_summary(o0=5.0)), {"o0": 5.0}, id="a crash after everything was written"),
        pytest.param(replace(ended_pod(message=success_summary(o0=5.0)), vanished=True), {"o0": 5.0}, id="a pod deleted after its end"),
    ],
)
def test_success(pod, outputs):
    outcome = diagnose(pod, now=T0, returns_outputs=True)
    assert isinstance(outcome, Outcome)
    assert outcome.failure is None
    assert outcome.outputs == outputs


def test_a_silent_end_is_a_good_one_only_if_no_outputs_are_promised():
    silent = ended_pod(message="")
    good, bad = diagnose(silent, now=T0), diagnose(silent, now=T0, returns_outputs=True)
    assert isinstance(good, Outcome)
    assert good.failure is None
    assert isinstance(bad, Outcome)
    assert bad.failure is not None
    assert bad.failure.code == "OutputsNotFound"


def failure_of(pod: Pod) -> Failure:
    outcome = diagnose(pod, now=T0)
    assert isinstance(outcome, Outcome)
    assert outcome.failure is not None
    return outcome.failure


def test_an_oom_kill_names_the_limit():
    assert "its limit of 512Mi" in failure_of(replace(ended_pod(exit_code=137, reason="OOMKilled"), memory_limit="512Mi")).message


def test_a_failure_without_a_summary_shows_the_end_of_the_log():
    failure = failure_of(ended_pod(exit_code=1, message="Segmentation fault\n"))
    assert "exited with code 1" in failure.message
    assert "Segmentation fault" in failure.message
