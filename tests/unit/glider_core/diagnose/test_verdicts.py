"""Pod states and their verdicts: those that a real node has made, and below them those that nobody can provoke.

A verdict is `Phase:Reason` for a pod on its way, `ok` for a good end, or `Code/ORIGIN/KIND`. `SOON` is ten seconds after the
pod's creation, `LATE` a quarter of an hour, when all patience is over.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from glider_core.api.observed_pod import Pod, PodWarning
from glider_core.diagnose.diagnosis import diagnose
from glider_core.diagnose.findings import Finding, Outcome, Progress
from tests.unit.glider_core.builders import (
    MINUTE,
    SECOND,
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
from tests.unit.glider_core.diagnose.recorded import finding, recordings

SOON, LATE = 10 * SECOND, 15 * MINUTE
FAILED = "ContainerFailed/USER/RECOVERABLE"
OOM = "OOMKilled/USER/RECOVERABLE"
DELETED = "PodDeleted/SYSTEM/RECOVERABLE"
PULL = "ImagePullFailed/SYSTEM/RECOVERABLE"
STARTING = "Initializing:Initializing"

#: (scenario of tests/recording, which of its recorded states, when, the verdict, in words)
RECORDED: list[tuple[str, int, timedelta, str, str]] = [
    ("exit-0", 0, SOON, STARTING, "a node has it"),
    ("exit-0", 1, SOON, "Running:Running", "it runs"),
    ("exit-0", 2, SOON, "ok", "its container has ended well, its pod hasn't yet"),
    ("exit-0", 3, SOON, "ok", "it has ended well"),
    ("exit-1", 2, SOON, FAILED, "exit 1, seen while its pod still runs"),
    ("exit-1", 3, SOON, FAILED, "exit 1, seen when its pod has failed: the same verdict"),
    ("exit-7", 3, SOON, FAILED, "an exit code of its own"),
    ("terminates-itself", 3, SOON, FAILED, "exit 143 that nobody but itself caused"),
    ("segmentation-fault", 3, SOON, FAILED, "exit 139"),
    ("command-not-found-in-shell", 3, SOON, FAILED, "exit 127"),
    ("not-executable", 2, SOON, FAILED, "exit 126"),
    ("post-start-fails", 3, SOON, FAILED, "a postStart hook that fails, exit 137"),
    ("oom-main", 2, SOON, OOM, "the task's process is killed for its memory"),
    ("oom-child", 2, SOON, OOM, "a child is, and the task says that all is well"),
    ("oom-child", 3, SOON, OOM, "and its pod has succeeded"),
    ("oom-child-then-exit-1", 3, SOON, OOM, "a child is, and the task gives up"),
    ("invalid-image-name", 1, SOON, "InvalidImageName/USER/NON_RECOVERABLE", "an image's name that is none"),
    ("image-of-no-host", 1, SOON, "Initializing:ImagePullBackOff", "a registry that has no address"),
    ("image-of-no-host", 1, LATE, PULL, "for too long"),
    ("image-of-no-host", 2, SOON, "Initializing:ImagePullBackOff", "the kubelet's two words for it are one reason"),
    ("image-of-a-closed-port", 1, LATE, PULL, "a registry that doesn't answer"),
    ("image-never-pulled", 1, SOON, "Initializing:ErrImageNeverPull", "an image that its node hasn't got and may not pull"),
    ("image-never-pulled", 1, LATE, "ImagePullFailed/USER/RECOVERABLE", "for too long, and no registry's fault"),
    ("bad-command", 2, SOON, "StartError/USER/NON_RECOVERABLE", "a program that isn't in the image"),
    ("bad-working-directory", 2, SOON, "StartError/USER/NON_RECOVERABLE", "a working directory that is a file"),
    ("missing-secret", 1, SOON, "Initializing:CreateContainerConfigError", "a Secret that may still come"),
    ("missing-secret", 1, LATE, "CreateContainerConfigError/USER/NON_RECOVERABLE", "a Secret that doesn't come"),
    ("missing-configmap", 1, LATE, "CreateContainerConfigError/USER/NON_RECOVERABLE", "a ConfigMap that doesn't come"),
    ("root-refused", 1, LATE, "CreateContainerConfigError/USER/NON_RECOVERABLE", "root where it mustn't be"),
    ("missing-secret-volume", 0, SOON, "Initializing:FailedMount", "a volume's Secret that may still come"),
    ("missing-secret-volume", 0, LATE, "FailedMount/USER/NON_RECOVERABLE", "a volume's Secret that doesn't come"),
    ("missing-configmap-volume", 1, LATE, "FailedMount/USER/NON_RECOVERABLE", "a volume's ConfigMap that doesn't come"),
    ("missing-host-file", 0, LATE, "FailedMount/SYSTEM/RECOVERABLE", "a file that its node hasn't got"),
    ("missing-claim", 0, LATE, "Queued:Unschedulable", "a claim that isn't there: the scheduler waits for it"),
    ("init-exit-3", 3, SOON, "InitContainerFailed/USER/RECOVERABLE", "an init container of the task's fails"),
    ("init-oom", 3, SOON, "InitContainerOOMKilled/USER/RECOVERABLE", "an init container needs too much memory"),
    ("init-bad-image", 2, SOON, "Initializing:ImagePullBackOff", "an init container's image"),
    ("init-bad-image", 2, LATE, PULL, "an init container's image, for too long"),
    ("init-bad-command", 3, SOON, "StartError/USER/NON_RECOVERABLE", "an init container's program isn't in its image"),
    ("init-missing-secret", 2, LATE, "CreateContainerConfigError/USER/NON_RECOVERABLE", "an init container's Secret"),
    ("init-runs", 1, LATE, STARTING, "an init container takes its time, which is its own affair"),
    ("executor-fails", 3, SOON, "ExecutorInjectionFailed/SYSTEM/RECOVERABLE", "the executor can't be copied"),
    ("sidecar-crashes", 3, SOON, "Initializing:CrashLoopBackOff", "a native sidecar that the task waits for crashes"),
    ("sidecar-crashes", 3, LATE, "CrashLoopBackOff/USER/RECOVERABLE", "and again and again"),
    ("sidecar-goes-on", 2, SOON, "Running:Running", "a native sidecar beside the task"),
    ("sidecar-goes-on", 3, SOON, FAILED, "the task has ended, the sidecar hasn't"),
    ("other-container-fails", 4, SOON, "Running:Running", "another container failed: the task's decides"),
    ("unschedulable-selector", 0, LATE, "Queued:Unschedulable", "no node matches"),
    ("unschedulable-cpu", 0, LATE, "Queued:Unschedulable", "no node is large enough"),
    ("gated", 0, LATE, "Queued:SchedulingGated", "a queue holds it back"),
    ("deadline", 3, SOON, "DeadlineExceeded/USER/RECOVERABLE", "its own activeDeadlineSeconds"),
    ("unmatched-by-its-node", 1, SOON, "NodeAffinity/SYSTEM/RECOVERABLE", "its node refuses it"),
    ("unknown-node", 0, SOON, STARTING, "its node hasn't said anything yet"),
    ("unknown-node", 0, LATE, "NodeNotResponding/SYSTEM/RECOVERABLE", "its node never says anything"),
    ("ephemeral-storage", 3, SOON, "Evicted/USER/RECOVERABLE", "evicted over a limit of its own"),
    ("evicted-by-api", 3, SOON, "Running:Running", "a drain has begun, and it is still in its grace period"),
    ("evicted-by-api", 5, SOON, "EvictionByEvictionAPI/SYSTEM/RECOVERABLE", "a drain"),
    ("deleted", 3, SOON, "Running:Running", "somebody deletes it, and it is still in its grace period"),
    ("deleted", 4, SOON, DELETED, "somebody deleted it"),
    ("deleted-and-polite", 3, LATE, DELETED, "somebody deleted it, and nobody heard of its end"),
    ("tainted", 4, SOON, "DeletionByTaintManager/SYSTEM/RECOVERABLE", "its node was tainted"),
    ("image-never-pulled", 2, LATE, "DeletionByTaintManager/SYSTEM/RECOVERABLE", "its node was tainted before it started"),
    ("preempted", 0, SOON, "Queued:Unschedulable", "it waits for room"),
    ("preempted", 3, SOON, "Running:Running", "a more important pod wants its room"),
    ("preempted", 4, SOON, "PreemptionByScheduler/SYSTEM/RECOVERABLE", "a more important pod has its room"),
]

SUMMARY = failure_summary()
EVICTED: dict[str, Any] = {"reason": "Evicted", "message": "The node was low on resource: memory."}


def disrupted(reason: str, since: str = "2026-01-31T12:00:05Z") -> dict[str, Any]:
    return {"conditions": [{"type": "DisruptionTarget", "status": "True", "reason": reason, "lastTransitionTime": since}]}


def pod_reason(reason: str) -> Pod:
    return make_pod(phase="Failed", reason=reason)


def pulling(message: str) -> Pod:
    return waiting_pod("ImagePullBackOff", message)


def mounting(reason: str, message: str) -> Pod:
    """A pod that is to get the executor by an image volume, and waits."""
    return replace(waiting_pod(reason, message), executor_image="glider-executor:1.0")


NOT_MOUNTED = "ExecutorNotMounted/SYSTEM/RECOVERABLE"
#: containerd 1.6's own words, on a kubelet of 1.36.
MKDIR = 'failed to generate container "37fc" spec: failed to generate spec: failed to mkdir "": mkdir : no such file or directory'

#: (the pod, when, the verdict, in words)
MADE: list[tuple[Pod, timedelta, str, str]] = [
    (mounting("CreateContainerError", MKDIR), SOON, NOT_MOUNTED, "a containerd that has no image volumes"),
    (mounting("CreateContainerError", "mount.HostPath is empty"), SOON, NOT_MOUNTED, "a CRI-O that has none"),
    (mounting("CreateContainerError", "no command specified"), SOON, "Initializing:CreateContainerError", "that is the task's own affair"),
    (waiting_pod("CreateContainerError", MKDIR), SOON, "Initializing:CreateContainerError", "and has none of ours: its own volumes"),
    (
        mounting("ErrImagePull", 'failed to pull "glider-executor:1.0": not found'),
        LATE,
        "ImagePullFailed/SYSTEM/RECOVERABLE",
        "the executor's image, which isn't the task's affair",
    ),
    (mounting("ErrImagePull", 'failed to pull "mine:1": not found'), LATE, "ImagePullFailed/USER/RECOVERABLE", "the task's own image"),
    (make_pod(), LATE, "Queued:Queued", "a pod that never got a status: no scheduler has looked at it"),
    (make_pod(node="n"), LATE, "NodeNotResponding/SYSTEM/RECOVERABLE", "a pod that never got a status from its node"),
    (unscheduled_pod("SchedulerError", "internal"), SOON, "Queued:SchedulerError", "the scheduler itself fails"),
    (ended_pod(exit_code=137, reason="OOMKilled", message=SUMMARY), SOON, OOM, "an OOM kill wins over a summary"),
    (replace(ended_pod(exit_code=137, reason="OOMKilled"), reason="Evicted"), SOON, OOM, "and over an eviction"),
    (
        ended_pod(exit_code=0, reason="OOMKilled", message=success_summary()),
        SOON,
        "ok",
        "a task that outlived a killed child and succeeded",
    ),
    (
        ended_pod(exit_code=1, message=SUMMARY, **disrupted("PreemptionByScheduler")),
        SOON,
        "USER:RuntimeError/USER/NON_RECOVERABLE",
        "a summary wins over a preemption",
    ),
    (ended_pod(exit_code=0, message=SUMMARY), SOON, "USER:RuntimeError/USER/NON_RECOVERABLE", "a summary of failure wins over exit 0"),
    (ended_pod(exit_code=139, message=success_summary()), SOON, "ok", "a summary of success wins over a crash at the very end"),
    (replace(ended_pod(message=success_summary()), vanished=True), SOON, "ok", "a pod deleted after its good end"),
    (ended_pod(exit_code=143, **disrupted("TerminationByKubelet")), SOON, "TerminationByKubelet/SYSTEM/RECOVERABLE", "a node shuts down"),
    (
        ended_pod(exit_code=1, **disrupted("DeletionByPodGC", since="2026-01-31T12:09:00Z")),
        SOON,
        FAILED,
        "exit 1, and its node disappears afterwards: the same verdict",
    ),
    (ended_pod(exit_code=1, **disrupted("PreemptionByScheduler")), SOON, "PreemptionByScheduler/SYSTEM/RECOVERABLE", "exit 1 on SIGTERM"),
    (make_pod(phase="Failed", **EVICTED), SOON, "Evicted/SYSTEM/RECOVERABLE", "evicted for its node's want, all statuses lost"),
    (replace(ended_pod(exit_code=137), reason="Evicted"), SOON, "Evicted/SYSTEM/RECOVERABLE", "evicted for its node's want while it ran"),
    (pod_reason("NodeLost"), SOON, "NodeLost/SYSTEM/RECOVERABLE", "the old word for a lost node"),
    (pod_reason("Terminated"), SOON, "Terminated/SYSTEM/RECOVERABLE", "a graceful shutdown of its node"),
    (pod_reason("NodeShutdown"), SOON, "NodeShutdown/SYSTEM/RECOVERABLE", "a node that was shutting down when it came"),
    (pod_reason("OutOfcpu"), SOON, "OutOfcpu/SYSTEM/RECOVERABLE", "its room was gone when it came"),
    (pod_reason("OutOfpods"), SOON, "OutOfpods/SYSTEM/RECOVERABLE", "its node was full when it came"),
    (pod_reason("UnexpectedAdmissionError"), SOON, "UnexpectedAdmissionError/SYSTEM/RECOVERABLE", "its node's devices were gone"),
    (pod_reason("Preempting"), SOON, "Preempting/SYSTEM/RECOVERABLE", "a critical pod took its room"),
    (ended_pod(exit_code=137, reason="ContainerStatusUnknown"), SOON, "ContainerStatusUnknown/SYSTEM/RECOVERABLE", "nobody saw its end"),
    (ended_pod(exit_code=128, reason="ContainerCannotRun"), SOON, "ContainerCannotRun/USER/NON_RECOVERABLE", "another runtime's word"),
    (ended_pod(exit_code=143, deleting=True), SOON, DELETED, "SIGTERM after kubectl delete"),
    (ended_pod(exit_code=137, deleting=True), SOON, DELETED, "SIGKILL after kubectl delete"),
    (ended_pod(exit_code=1, deleting=True), SOON, FAILED, "exit 1 in a pod that is being deleted: the same verdict"),
    (replace(ended_pod(exit_code=1), vanished=True), SOON, FAILED, "exit 1 in a pod that is gone: the same verdict"),
    (replace(running_pod(), vanished=True), SOON, DELETED, "it was running when it went"),
    (running_pod(deleting=True), 89 * SECOND, "Running:Running", "deleted, and its node may still answer"),
    (running_pod(deleting=True), 90 * SECOND, DELETED, "deleted, and its node doesn't answer any more"),
    (make_pod(phase="Failed"), SOON, "PodFailed/SYSTEM/RECOVERABLE", "failed, and nobody says why"),
    (pulling("429 Too Many Requests"), SOON, "Initializing:ImagePullBackOff", "the registry wants us to slow down"),
    (pulling("429 Too Many Requests"), LATE, PULL, "the registry doesn't let us for long"),
    (pulling("manifest unknown"), LATE, "ImagePullFailed/USER/RECOVERABLE", "an image that the registry doesn't know"),
    (pulling("401 Unauthorized"), LATE, "ImagePullFailed/USER/RECOVERABLE", "an image that we may not pull"),
    (waiting_pod("ImageInspectError", "corrupt"), LATE, "ImagePullFailed/USER/RECOVERABLE", "an image that is broken"),
    (waiting_pod("RegistryUnavailable"), LATE, PULL, "a registry that is down"),
    (waiting_pod("CreateContainerError", "name is reserved"), SOON, "Initializing:CreateContainerError", "the runtime stumbles"),
    (waiting_pod("CreateContainerError", "name is reserved"), LATE, "CreateContainerError/SYSTEM/RECOVERABLE", "and doesn't get up"),
    (waiting_pod("CreateContainerError", "no command specified"), LATE, "CreateContainerError/USER/NON_RECOVERABLE", "no command at all"),
    (waiting_pod("RunContainerError", "cgroup busy"), LATE, "RunContainerError/SYSTEM/RECOVERABLE", "the runtime can't run it"),
    (waiting_pod("PreStartHookError", "x"), LATE, "PreStartHookError/SYSTEM/RECOVERABLE", "a word that we don't know"),
]


def verdict(found: Finding) -> str:
    if isinstance(found, Progress):
        return f"{found.phase}:{found.reason}"
    assert isinstance(found, Outcome)
    if (failure := found.failure) is None:
        return "ok"
    return f"{failure.code}/{failure.origin.value}/{failure.kind.value}"


@pytest.mark.parametrize(
    ("scenario", "state", "after", "expected"), [pytest.param(*row[:4], id=f"{row[0]}: {row[4]}, {row[2]}") for row in RECORDED]
)
def test_recorded(scenario, state, after, expected):
    assert verdict(finding(scenario, state, after=after)) == expected


@pytest.mark.parametrize(("pod", "after", "expected"), [pytest.param(*row[:3], id=f"{row[3]}, {row[1]}") for row in MADE])
def test_made(pod, after, expected):
    assert verdict(diagnose(pod, now=T0 + after)) == expected


def test_the_table_is_as_long_as_it_claims():
    assert len({row[:3] for row in RECORDED}) + len(MADE) >= 100


@pytest.mark.parametrize("scenario", recordings())
def test_every_recorded_state_has_an_answer_that_says_something(scenario):
    for state in range(len(recordings()[scenario]["states"])):
        for after in (SOON, LATE):
            found = finding(scenario, state, after=after)
            if isinstance(found, Outcome) and found.failure is not None:
                assert len(found.failure.message) > 30
                assert found.failure.reason[0].isupper()


@pytest.mark.parametrize(
    ("scenario", "state", "words"),
    [
        ("oom-main", 2, ["container task", "64Mi", "resources.limits.memory"]),
        ("oom-child", 3, ["child process"]),
        ("bad-command", 2, ["container task".capitalize(), "/no/such/program", "container.command"]),
        ("missing-secret", 1, ["task", '"missing"', "Create what is missing"]),
        ("missing-secret-volume", 0, ['"missing"', "Create what is missing"]),
        ("image-of-no-host", 1, ["registry.invalid", "The registry, or the way to it"]),
        ("image-never-pulled", 1, ["Check the image's name"]),
        ("init-exit-3", 3, ["Init container prepare", "code 3", "no data"]),
        ("ephemeral-storage", 3, ["10Mi", "resources.limits"]),
        ("preempted", 4, ["higher priority"]),
        ("evicted-by-api", 5, ["drain"]),
        ("unknown-node", 0, ["no-such-node", "kubelet"]),
        ("command-not-found-in-shell", 3, ["wasn't found", "no-such-command"]),
    ],
)
def test_the_message_says_which_container_what_happened_and_what_to_do(scenario, state, words):
    found = finding(scenario, state, after=LATE)
    assert isinstance(found, Outcome)
    assert found.failure is not None
    assert [word for word in words if word not in found.failure.message] == [], found.failure.message


def test_the_schedulers_words_are_passed_on():
    found = finding("unschedulable-cpu", 0, after=SOON)
    assert isinstance(found, Progress)
    assert "Insufficient cpu" in found.message


def test_patience_counts_from_the_step_before():
    """An image that is pulled after a long init container has its whole time."""
    prepared = container_status("terminated", name="prepare", exitCode=0, finishedAt="2026-01-31T12:30:00Z")
    stuck = container_status("waiting", reason="ImagePullBackOff", message="manifest unknown")
    initialized = {"type": "Initialized", "status": "True", "lastTransitionTime": "2026-01-31T12:30:00Z"}
    pod = make_pod(node="n", initContainerStatuses=[prepared], containerStatuses=[stuck], conditions=[initialized])
    assert verdict(diagnose(pod, now=T0 + 34 * MINUTE)) == "Initializing:ImagePullBackOff"
    assert verdict(diagnose(pod, now=T0 + 35 * MINUTE)).startswith("ImagePullFailed")


def test_a_volume_that_cant_be_attached_is_the_clusters():
    warning = PodWarning(asked=T0, reason="FailedAttachVolume", message="the disk is attached elsewhere")
    assert verdict(diagnose(make_pod(node="n"), now=T0 + LATE, warning=warning)) == "FailedAttachVolume/SYSTEM/RECOVERABLE"


def test_a_warning_that_isnt_about_volumes_is_the_clusters():
    pod = waiting_pod("ContainerCreating")
    warning = PodWarning(asked=T0, reason="FailedCreatePodSandBox", message="no IP addresses left")
    assert verdict(diagnose(pod, now=T0 + MINUTE, warning=warning)) == "Initializing:FailedCreatePodSandBox"
    assert verdict(diagnose(pod, now=T0 + LATE, warning=warning)) == "FailedCreatePodSandBox/SYSTEM/RECOVERABLE"


def test_keys_that_the_store_refuses_are_told_with_the_secret_that_they_are_from():
    pod = ended_pod(exit_code=2, message=failure_summary(code="StorageRefused", origin="SYSTEM", message="s3://b/k: 403 Forbidden"))
    found = diagnose(replace(pod, secrets=("store",)), now=T0 + SOON)
    assert isinstance(found, Outcome)
    assert found.failure is not None
    assert verdict(found) == "StorageRefused/SYSTEM/NON_RECOVERABLE"
    assert found.failure.message == f"s3://b/k: 403 Forbidden\nThe pod has its keys from Secret store of namespace {pod.namespace}."
