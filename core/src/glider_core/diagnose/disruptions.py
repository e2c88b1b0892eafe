"""Kubernetes ended the pod for a cause of its own: preemption, eviction, a drained or lost node, a deletion. All are SYSTEM."""

from __future__ import annotations

import re

from glider.wire.errors import Kind
from glider_core.api import reasons
from glider_core.api.failure import Failure, sentence, system_failure, user_failure
from glider_core.api.observed_pod import Container, Pod

_KILLED = 137
_TERMINATED = 143
#: Kubernetes' word for a container whose end is unknown, since its node was lost.
_STATUS_UNKNOWN = "ContainerStatusUnknown"

#: The message of an eviction by the pod's own limits, and not by a shortage on its node.
_OWN_LIMIT = re.compile(r"exceeds? the (total )?limit|exceeds? (its )?local ephemeral storage limit", re.IGNORECASE)

_HINTS = {
    "PreemptionByScheduler": "A pod of higher priority took its place.",
    "DeletionByTaintManager": "Its node was tainted, as happens to one that doesn't answer any more.",
    "EvictionByEvictionAPI": "It was evicted through the API, as in a drain of its node.",
    "DeletionByPodGC": "Its node isn't there any more.",
    "TerminationByKubelet": "Its node needed the room, or was shutting down.",
    "Evicted": "Its node was short of something. Ask for as much as the task uses: spec.resources.requests.",
    "NodeLost": "Its node doesn't answer any more.",
    "NodeShutdown": "Its node was shut down.",
    "Terminated": "Its node was shut down.",
    "Shutdown": "Its node was shut down.",
    "Preempting": "A critical pod took its place on the node.",
    "NodeAffinity": "Its node's labels had changed by the time it arrived.",
    "UnexpectedAdmissionError": "Its node couldn't take it.",
    "OutOfcpu": "Its node had no CPU left by the time it arrived.",
    "OutOfmemory": "Its node had no memory left by the time it arrived.",
    "OutOfpods": "Its node had no room for another pod by the time it arrived.",
}
_NOT_ALLOWED = frozenset({reasons.SYSCTL_FORBIDDEN, reasons.APP_ARMOR, reasons.POD_OS_NOT_SUPPORTED})
#: Kubernetes' reasons for a pod that it ended.
REASONS = frozenset({"DisruptionTarget", _STATUS_UNKNOWN, *_HINTS})


def disruption(pod: Pod, *, ended: Container | None = None) -> Failure | None:
    """The failure of a pod that Kubernetes ended, unless its task's container had `ended` before that."""
    condition = pod.conditions.get("DisruptionTarget")
    if condition is None or not condition.true:
        return None
    if ended is not None and ended.finished and condition.since and ended.finished < condition.since:
        return None
    return _system(pod, condition.reason or "DisruptionTarget", condition.message)


def pod_reason(pod: Pod) -> Failure | None:
    """The failure in `status.reason` of the pod."""
    if not pod.reason:
        return None
    if pod.reason == reasons.DEADLINE_EXCEEDED:
        message = f"Pod {pod.name} ran longer than its own activeDeadlineSeconds. Raise it, or use timeouts.attempt."
        return user_failure(pod.reason, message, kind=Kind.RECOVERABLE)
    if pod.reason == "Evicted" and _OWN_LIMIT.search(pod.message):
        evicted = sentence(f"Kubernetes evicted pod {pod.name}", pod.message)
        message = f"{evicted} Raise spec.resources.limits, or the volume's sizeLimit."
        return user_failure(pod.reason, message, kind=Kind.RECOVERABLE)
    if pod.reason in _NOT_ALLOWED:
        refused = sentence(f"The node refused pod {pod.name} ({pod.reason})", pod.message)
        return user_failure(pod.reason, f"{refused} Its podTemplate asks for what the cluster's nodes don't allow.")
    return _system(pod, pod.reason, pod.message)


def node_lost(pod: Pod, container: Container) -> Failure | None:
    """The failure of a container whose end is unknown."""
    if container.reason != _STATUS_UNKNOWN:
        return None
    return _system(pod, container.reason, container.message or "Its node was lost, and the container's end with it.")


def deletion(pod: Pod, container: Container) -> Failure | None:
    """The failure of a container that a deletion of its pod ended."""
    if (pod.deleting or pod.vanished) and container.exit_code in (_KILLED, _TERMINATED):
        return deleted(pod.name)
    return None


def deleted(pod_name: str) -> Failure:
    """The failure of an attempt whose pod no longer exists."""
    return system_failure(reasons.POD_DELETED, f"Pod {pod_name} was deleted before the task ended, and not by Glider.")


def _system(pod: Pod, reason: str, message: str) -> Failure:
    message = f"{message.rstrip(' .')}." if message else ""
    parts = [f"Kubernetes ended pod {pod.name}: {reason}.", message, _HINTS.get(reason, "")]
    return system_failure(reason, " ".join(part for part in parts if part))
