"""What a pod waits for, in Kubernetes' words, so that `kubectl get te` shows why nothing happens.

Init containers count too: propeller looks past them, and there a bad image of an init container hangs unseen. Only what
can never change ends the attempt here; a missing Secret may be created any time.
"""

from __future__ import annotations

from glider_operator.diagnose.findings import Finding, Outcome, Progress
from glider_operator.model import reasons
from glider_operator.model.failure import user_failure
from glider_operator.model.phases import Phase
from glider_operator.model.pod import Container, ContainerState, Pod

_ON_ITS_WAY = frozenset({"", reasons.CONTAINER_CREATING, reasons.POD_INITIALIZING})


def waiting(pod: Pod) -> Finding:
    """What `pod`, whose task hasn't started, waits for."""
    scheduled = pod.conditions.get("PodScheduled")
    if not pod.node_name and (scheduled is None or not scheduled.true):
        reason = scheduled.reason if scheduled and scheduled.reason else Phase.QUEUED.value
        return Progress(phase=Phase.QUEUED, reason=reason, message=scheduled.message if scheduled else "")
    for container in _unstarted(pod):
        if container.reason == reasons.INVALID_IMAGE_NAME:
            return Outcome(failure=user_failure(container.reason, f"The image of container {container.name}: {container.message}"))
        if container.reason not in _ON_ITS_WAY:
            return Progress(phase=Phase.INITIALIZING, reason=_steady(container.reason), message=f"{container.name}: {container.message}")
    return Progress(phase=Phase.INITIALIZING, reason=Phase.INITIALIZING.value)


def _unstarted(pod: Pod) -> list[Container]:
    containers = [*pod.init, pod.primary] if pod.primary else [*pod.init]
    return [container for container in containers if container.state is ContainerState.WAITING]


def _steady(reason: str) -> str:
    """The kubelet goes back and forth between these two for as long as it tries; one reason needs one write."""
    return reasons.IMAGE_PULL_BACK_OFF if reason == reasons.ERR_IMAGE_PULL else reason
