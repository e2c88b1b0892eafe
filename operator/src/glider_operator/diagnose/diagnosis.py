"""How an attempt is doing: the one question that `reconcile` asks about a pod."""

from __future__ import annotations

from glider_operator.diagnose.ending import container_ending, pod_ending
from glider_operator.diagnose.findings import Finding, Progress
from glider_operator.diagnose.waiting import waiting
from glider_operator.model.phases import Phase
from glider_operator.model.pod import ContainerState, Pod


def diagnose(pod: Pod, *, returns_outputs: bool = False) -> Finding:
    """How the attempt in `pod` is doing.

    Args:
        pod: the pod as last seen.
        returns_outputs: whether the task's interface promises outputs, so that a silent end isn't a good one.
    """
    primary = pod.primary
    if primary is not None and primary.terminated:
        return container_ending(pod, primary, returns_outputs=returns_outputs)
    if pod.vanished or pod.phase in ("Failed", "Succeeded"):
        return pod_ending(pod)
    if primary is not None and primary.state is ContainerState.RUNNING:
        return Progress(phase=Phase.RUNNING, reason=Phase.RUNNING.value, started=primary.started)
    return waiting(pod)
