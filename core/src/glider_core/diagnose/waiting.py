"""What a pod waits for, in Kubernetes' words, so that `kubectl get te` shows why nothing happens, and for how long it may.

Init containers count too: propeller ignores them, so that a bad image of an init container hangs unseen there. What may still be
repaired (a Secret may be created any time) is waited for, each kind for as long as `Patience` allows. Kubernetes doesn't report since
when a container waits, so the time counts from the step before: the pod's scheduling, or the last init container's end.

Whether the registry or the image is to blame for a failed pull is only in the message's words; these are containerd's and CRI-O's.
About volumes and the sandbox there are only warning Events: the pod itself shows nothing but ContainerCreating.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from glider.wire.errors import Kind
from glider_core.api import reasons
from glider_core.api.failure import Failure, sentence, system_failure, user_failure
from glider_core.api.observed_pod import KEEP_FROM_A_NODE, Container, ContainerState, Pod, PodWarning
from glider_core.api.phases import Phase
from glider_core.api.pod_template import EXECUTOR
from glider_core.api.policies import Patience
from glider_core.diagnose.findings import Finding, Outcome, Progress

_ON_ITS_WAY = frozenset({"", reasons.CONTAINER_CREATING, reasons.POD_INITIALIZING})
#: Messages of a container that can't be created because of its image or its specification.
_NO_COMMAND = ("no command specified", "executable file not found", "no such file or directory")
#: The kubelet's word for an image that runs as root, or whose user it can't determine.
_NOT_ROOT = "runAsNonRoot"
_NOT_ROOT_ADVICE = "Set securityContext.runAsUser to a number other than 0, or give the image such a user."
#: What containerd (before 2.1), CRI-O (before 1.31) and kubelets report of an image volume that they don't know, or can't mount.
_NO_IMAGE_VOLUMES = re.compile(r'mkdir "": |mount\.HostPath is empty|no volume plugin matched|image[- ]volume|mount image', re.IGNORECASE)
_NOT_SYNCED = re.compile(r"failed to sync (secret|configmap) cache", re.IGNORECASE)


def waiting(pod: Pod, *, patience: Patience, now: datetime, warning: PodWarning | None = None) -> Finding:
    """What `pod`, whose task hasn't started, waits for."""
    scheduled = pod.conditions.get("PodScheduled")
    if not pod.node_name and (scheduled is None or not scheduled.true):
        return _unscheduled(pod, warning)
    for container in _unstarted(pod):
        if container.reason not in _ON_ITS_WAY:
            return _stuck(pod, container, patience=patience, now=now)
    return _silent(pod, patience=patience, now=now, warning=warning)


def waits_for(pod: Pod, *, warning: PodWarning | None = None) -> str:
    """What keeps `pod` from starting, in words; empty where that is unknown."""
    scheduled = pod.conditions.get("PodScheduled")
    if not pod.node_name:
        if scheduled is not None and not scheduled.true and scheduled.reason:
            return f"{scheduled.reason}: {scheduled.message}"
        if warning is not None and warning.reason:
            return f"{warning.reason}: {warning.message}"
        return f"scheduler {pod.scheduler}, to find a node"
    unstarted = _unstarted(pod)
    if (stuck := next((one for one in unstarted if one.reason not in _ON_ITS_WAY), None)) is not None:
        return f"{stuck.name}: {stuck.reason}: {stuck.message}"
    if warning is not None and warning.reason:
        return f"{warning.reason}: {warning.message}"
    if (busy := _busy(pod)) is not None:
        return f"init container {busy.name}, which runs"
    if pod.primary is None and not pod.init:
        return f"node {pod.node_name}, which has reported nothing about the pod"
    return _in_creation(unstarted[0], node=pod.node_name) if unstarted else ""


def _unscheduled(pod: Pod, warning: PodWarning | None) -> Progress:
    """No scheduler has found a node, or none has tried: an unknown scheduler's name, or a resource claim that can't be created."""
    scheduled = pod.conditions.get("PodScheduled")
    if scheduled is not None and scheduled.reason:
        return Progress(phase=Phase.QUEUED, reason=scheduled.reason, message=scheduled.message)
    if warning is not None and warning.reason:
        return Progress(phase=Phase.QUEUED, reason=warning.reason, message=warning.message, silent=True)
    message = f"Pod {pod.name} waits for scheduler {pod.scheduler}, which has reported nothing about it."
    return Progress(phase=Phase.QUEUED, reason=Phase.QUEUED.value, message=message, silent=True)


def _in_creation(container: Container, *, node: str) -> str:
    """For all of these a kubelet reports only ContainerCreating."""
    return f"container {container.name}: node {node} pulls its image {container.image}, or mounts its volumes"


def step_began(pod: Pod) -> datetime:
    """When the present step of `pod` began: when it was created, scheduled or initialized."""
    scheduled, initialized = pod.conditions.get("PodScheduled"), pod.conditions.get("Initialized")
    moments = [condition.since for condition in (scheduled, initialized) if condition is not None and condition.true]
    return max(filter(None, [pod.created, *moments]))


def _stuck(pod: Pod, container: Container, *, patience: Patience, now: datetime) -> Finding:
    if container.reason == reasons.CREATE_ERROR and _cannot_mount(pod, container.message):  # which no time changes
        return Outcome(failure=_not_mounted(pod, container.message))
    until = _since(pod, container) + _allowed(container, patience)
    if now >= until or container.reason == reasons.INVALID_IMAGE_NAME:  # a name never becomes valid
        return Outcome(failure=_failure(pod, container))
    message = f"{container.name}: {container.message}" if container.message else f"Container {container.name} waits."
    return Progress(phase=Phase.INITIALIZING, reason=_steady(container.reason), message=message, until=until)


def _silent(pod: Pod, *, patience: Patience, now: datetime, warning: PodWarning | None) -> Finding:
    """The pod doesn't show what it waits for: a large image may take long, but its node must have reported something."""
    if (busy := _busy(pod)) is not None:
        return Progress(phase=Phase.INITIALIZING, reason=Phase.INITIALIZING.value, message=f"Init container {busy.name} runs.")
    since = step_began(pod)
    if warning is not None and about_volumes(warning) and _cannot_mount(pod, warning.message):
        return Outcome(failure=_not_mounted(pod, warning.message))
    if warning is not None and warning.reason and warning.reason not in KEEP_FROM_A_NODE:
        until = since + (patience.mount if about_volumes(warning) else patience.other)
        if now >= until:
            return Outcome(failure=warned_failure(pod, warning))
        return Progress(phase=Phase.INITIALIZING, reason=warning.reason, message=warning.message, until=until, silent=True)
    if pod.primary is None and not pod.init:
        until = since + patience.other
        if now >= until:
            return Outcome(failure=_unanswered(pod))
        return Progress(phase=Phase.INITIALIZING, reason=Phase.INITIALIZING.value, until=until, silent=True)
    return Progress(phase=Phase.INITIALIZING, reason=Phase.INITIALIZING.value, silent=True)


def _busy(pod: Pod) -> Container | None:
    """The init container that runs, and is no sidecar."""
    return next((one for one in pod.init if one.state is ContainerState.RUNNING and not one.sidecar), None)


def _unstarted(pod: Pod) -> list[Container]:
    containers = [*pod.init, pod.primary] if pod.primary else [*pod.init]
    return [container for container in containers if container.state is ContainerState.WAITING]


def _steady(reason: str) -> str:
    """The kubelet alternates between these two while it retries; one reason needs one write."""
    return reasons.IMAGE_PULL_BACK_OFF if reason == reasons.ERR_IMAGE_PULL else reason


def _allowed(container: Container, patience: Patience) -> timedelta:
    reason = container.reason
    if reason in PULLING:
        return patience.image_pull
    if reason == reasons.CONFIG_ERROR and not _unknown_to_the_node(container):
        return patience.config
    if reason in (reasons.CREATE_ERROR, reasons.RUN_ERROR):
        return patience.create
    return patience.other


def _failure(pod: Pod, container: Container) -> Failure:
    """The failure of a container that has waited for too long, by its reason."""
    reason, cause = container.reason, container.message
    if reason == reasons.INVALID_IMAGE_NAME:
        return user_failure(reason, f"The image of container {container.name}: {cause}")
    if reason in PULLING and (container.name == EXECUTOR or (pod.executor_image and pod.executor_image in cause)):
        return _executor_not_pulled(container, cause)
    if reason in PULLING:
        return pull_failure(container, cause=cause)
    message = sentence(f"Container {container.name} couldn't be started ({reason})", cause)
    if reason == reasons.CONFIG_ERROR and not _unknown_to_the_node(container):
        advice = _NOT_ROOT_ADVICE if _NOT_ROOT in cause else "Create what is missing, or correct its name in env or envFrom."
        return user_failure(reason, f"{message} {advice}")
    if reason in (reasons.CREATE_ERROR, reasons.RUN_ERROR) and any(words in cause for words in _NO_COMMAND):
        return user_failure(reason, f"{message} Check container.command and the image.")
    if reason == reasons.CRASH_LOOP:
        return user_failure(reason, f"{message} This sidecar must run before the task can: see its log.", kind=Kind.RECOVERABLE)
    return system_failure(reason, message)


def _cannot_mount(pod: Pod, message: str) -> bool:
    """Whether the node of `pod` can't mount an image as a volume."""
    return bool(pod.executor_image) and _NO_IMAGE_VOLUMES.search(message) is not None


def _not_mounted(pod: Pod, cause: str) -> Failure:
    message = sentence(f"Node {pod.node_name} couldn't mount the executor's image {pod.executor_image} into pod {pod.name}", cause)
    advice = "Its kubelet or container runtime has no image volumes: with executor.delivery InitContainer Glider needs none."
    return system_failure(reasons.EXECUTOR_NOT_MOUNTED, f"{message} {advice}")


def _executor_not_pulled(container: Container, cause: str) -> Failure:
    message = sentence(f"The executor's image couldn't be pulled ({container.reason})", cause)
    advice = "Check executor.image in the operator's configuration, and imagePullSecrets if it is private."
    return system_failure(reasons.IMAGE_PULL_FAILED, f"{message} {advice}")


def _unknown_to_the_node(container: Container) -> bool:
    """Whether the node could not read a Secret or ConfigMap in time: it is busy, or the API server is."""
    return container.reason == reasons.CONFIG_ERROR and _NOT_SYNCED.search(container.message) is not None


def _unanswered(pod: Pod) -> Failure:
    message = f"Pod {pod.name} was given to node {pod.node_name}, which has reported nothing about it. Is its kubelet alive?"
    return system_failure(reasons.NODE_NOT_RESPONDING, message)


def _since(pod: Pod, container: Container) -> datetime:
    """When `container` could begin: the end of the step before."""
    earlier = []
    for one in pod.init:
        if one.name == container.name:
            break
        earlier.append(one.finished)
    return max(filter(None, [step_began(pod), *earlier]))


PULLING = frozenset(
    {
        reasons.ERR_IMAGE_PULL,
        reasons.IMAGE_PULL_BACK_OFF,
        reasons.IMAGE_INSPECT_ERROR,
        reasons.ERR_IMAGE_NEVER_PULL,
        reasons.REGISTRY_UNAVAILABLE,
    }
)
_REGISTRY = (
    "429",
    "too many requests",
    "toomanyrequests",
    "rate limit",
    "i/o timeout",
    "tls handshake timeout",
    "connection refused",
    "connection reset",
    "no such host",
    "server misbehaving",
    "temporary failure in name resolution",
    "500 internal server error",
    "502 bad gateway",
    "503 service unavailable",
    "504 gateway",
    "context deadline exceeded",
    "no space left on device",
    "unexpected eof",
)


def registrys_fault(message: str) -> bool:
    """Whether the registry, or the way to it, is to blame and not the image's name or the credentials for it."""
    lower = message.lower()
    return any(words in lower for words in _REGISTRY)


def pull_failure(container: Container, *, cause: str) -> Failure:
    """The failure of an image that couldn't be pulled for too long."""
    message = sentence(f"The image of container {container.name} couldn't be pulled ({container.reason})", cause)
    if container.reason == reasons.REGISTRY_UNAVAILABLE or registrys_fault(cause):
        return system_failure(reasons.IMAGE_PULL_FAILED, f"{message} The registry, or the way to it, is to blame.")
    hint = "Check the image's name, and imagePullSecrets if it is private."
    return user_failure(reasons.IMAGE_PULL_FAILED, f"{message} {hint}", kind=Kind.RECOVERABLE)


_VOLUMES = (reasons.FAILED_MOUNT, reasons.FAILED_ATTACH)
#: What is missing is named in the pod, so it is the task's; everything else about volumes is the cluster's.
_MISSING = re.compile(r"(secret|configmap|persistentvolumeclaim)s? .*not found|references non-existent", re.IGNORECASE)


def about_volumes(warning: PodWarning) -> bool:
    """Whether the warning is about the pod's volumes."""
    return warning.reason in _VOLUMES


def warned_failure(pod: Pod, warning: PodWarning) -> Failure:
    """The failure of a pod that `warning` has kept from starting for too long."""
    message = sentence(f"Pod {pod.name} couldn't be started ({warning.reason})", warning.message)
    if about_volumes(warning) and _MISSING.search(warning.message):
        return user_failure(warning.reason, f"{message} Create what is missing, or correct the volume's name.")
    return system_failure(warning.reason or reasons.SANDBOX_ERROR, message)
