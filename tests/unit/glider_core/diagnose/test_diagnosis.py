"""How an attempt is doing, told from its pod: the precedence of evidence, case by case."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from glider.wire.errors import Kind, Origin
from glider_core.api.failure import Failure
from glider_core.api.observed_pod import Pod, PodWarning
from glider_core.api.phases import Phase
from glider_core.diagnose.diagnosis import diagnose
from glider_core.diagnose.findings import Outcome, Progress
from tests.unit.glider_core.builders import (
    MINUTE,
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


def test_a_pod_that_no_scheduler_looks_at_names_the_scheduler_and_asks_its_events():
    finding = diagnose(replace(unscheduled_pod(), scheduler="volcano"), now=T0)
    assert isinstance(finding, Progress)
    assert "waits for scheduler volcano" in finding.message
    assert finding.silent


@pytest.mark.parametrize("reason", ["FailedScheduling", "FailedResourceClaimCreation"])
def test_what_keeps_a_pod_from_a_node_is_shown_until_it_has_one(reason):
    warning = PodWarning(asked=T0, reason=reason, message="no template")
    waits = diagnose(unscheduled_pod(), now=T0, warning=warning)
    assert isinstance(waits, Progress)
    assert (waits.phase, waits.reason, waits.message, waits.silent) == (Phase.QUEUED, reason, "no template", True)
    starts = diagnose(make_pod(node="node-1", initContainerStatuses=[INJECTION | {"state": {}}]), now=T0 + 60 * MINUTE, warning=warning)
    assert isinstance(starts, Progress)
    assert starts.reason == "Initializing"


@pytest.mark.parametrize(("image", "ends"), [("glider-executor:1.0", True), ("", False)], ids=["mounted as an image", "copied"])
def test_a_kubelet_that_knows_no_image_volumes_fails_the_pod_that_has_the_executor_by_one(image, ends):
    warning = PodWarning(
        asked=T0, reason="FailedMount", message='MountVolume.SetUp failed for volume "x": no volume plugin matched name: x'
    )
    pod = replace(make_pod(node="node-1"), executor_image=image)
    finding = diagnose(pod, now=T0, warning=warning)
    assert isinstance(finding, Outcome) == ends
    if isinstance(finding, Outcome):
        assert finding.failure is not None
        assert (finding.failure.code, finding.failure.origin, finding.failure.kind) == ("ExecutorNotMounted", SYSTEM, RECOVERABLE)


@pytest.mark.parametrize(
    ("said", "origin", "words"),
    [
        pytest.param("container has runAsNonRoot and image will run as root", USER, "securityContext.runAsUser", id="root"),
        pytest.param(
            "container has runAsNonRoot and image has non-numeric user (app), cannot verify user is non-root",
            USER,
            "securityContext.runAsUser",
            id="a user by name",
        ),
        pytest.param('secret "db" not found', USER, "Create what is missing", id="a Secret"),
        pytest.param("failed to sync secret cache: timed out waiting for the condition", SYSTEM, "secret cache", id="a busy node, Secrets"),
        pytest.param("failed to sync configmap cache: timed out", SYSTEM, "configmap cache", id="a busy node, ConfigMaps"),
    ],
)
def test_a_container_that_cannot_be_configured_says_whose_fault_it_is_and_what_helps(said, origin, words):
    failure = failure_of(waiting_pod("CreateContainerConfigError", said), now=T0 + 60 * MINUTE)
    assert failure.origin is origin
    assert failure.kind is (FINAL if origin is USER else RECOVERABLE)
    assert words in failure.message
    assert ("Create what is missing" in failure.message) is (words == "Create what is missing")


def test_a_busy_node_gets_more_time_than_a_missing_secret():
    busy = waiting_pod("CreateContainerConfigError", "failed to sync secret cache: timed out waiting for the condition")
    assert isinstance(diagnose(busy, now=T0 + 2 * MINUTE), Progress)


@pytest.mark.parametrize("reason", ["SysctlForbidden", "AppArmor", "PodOSNotSupported"])
def test_what_no_node_allows_is_not_tried_again(reason):
    failure = failure_of(make_pod(node="node-1", phase="Failed", reason=reason, message="not allowlisted"))
    assert (failure.code, failure.origin, failure.kind) == (reason, USER, FINAL)


@pytest.mark.parametrize(
    ("pod", "words"),
    [
        pytest.param(waiting_pod("ErrImagePull", "may require authorization"), "authorization. Check the image", id="a pull"),
        pytest.param(waiting_pod("RegistryUnavailable"), "(RegistryUnavailable). The registry", id="a pull without a word"),
        pytest.param(ended_pod(exit_code=127, reason="StartError", message="not found in $PATH"), "$PATH. Check", id="a start"),
        pytest.param(
            make_pod(phase="Failed", reason="Evicted", message='Usage of EmptyDir volume "d" exceeds the limit "1Mi". '),
            '"1Mi". Raise',
            id="an eviction",
        ),
    ],
)
def test_advice_is_a_sentence_of_its_own(pod, words):
    assert words in failure_of(pod, now=T0 + 60 * MINUTE).message


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


def failure_of(pod: Pod, *, now: datetime = T0) -> Failure:
    outcome = diagnose(pod, now=now)
    assert isinstance(outcome, Outcome)
    assert outcome.failure is not None
    return outcome.failure


def test_an_oom_kill_names_the_limit():
    assert "its limit of 512Mi" in failure_of(replace(ended_pod(exit_code=137, reason="OOMKilled"), memory_limit="512Mi")).message


def test_a_failure_without_a_summary_shows_the_end_of_the_log():
    failure = failure_of(ended_pod(exit_code=1, message="Segmentation fault\n"))
    assert "exited with code 1" in failure.message
    assert "Segmentation fault" in failure.message
