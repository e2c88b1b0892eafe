"""How an attempt is doing: the one question that `reconcile` asks about a pod."""

from __future__ import annotations

from datetime import datetime

from glider_core.api.phases import Phase
from glider_core.api.pod import ContainerState, Pod, PodWarning
from glider_core.api.policies import Patience
from glider_core.diagnose.ending import container_ending, pod_ending
from glider_core.diagnose.evidence import Evidence
from glider_core.diagnose.findings import Finding, Progress
from glider_core.diagnose.waiting import waiting


def diagnose(
    pod: Pod,
    *,
    now: datetime,
    patience: Patience | None = None,
    warning: PodWarning | None = None,
    returns_outputs: bool = False,
    reads: bool = False,
    evidence: Evidence | None = None,
) -> Finding:
    """How the attempt in `pod` is doing.

    Args:
        pod: the pod as last seen.
        now: the time.
        patience: how long it may wait for what.
        warning: what its Events say, where somebody asked.
        returns_outputs: whether the task's interface promises outputs, so that a silent end isn't a good one.
        reads: whether what it left in the store can be read.
        evidence: what was read there.
    """
    primary = pod.primary
    if primary is not None and primary.terminated:
        return container_ending(pod, primary, returns_outputs=returns_outputs, reads=reads, evidence=evidence)
    if pod.vanished or pod.phase in ("Failed", "Succeeded") or pod.lost(now=now):
        return pod_ending(pod)
    until = pod.lost_at
    if primary is not None and primary.state is ContainerState.RUNNING:
        return Progress(phase=Phase.RUNNING, reason=Phase.RUNNING.value, started=primary.started, until=until)
    if until is not None:
        phase = Phase.INITIALIZING if pod.node_name else Phase.QUEUED
        return Progress(phase=phase, reason=phase.value, message=f"Pod {pod.name} is being deleted.", until=until)
    return waiting(pod, patience=patience or Patience(), now=now, warning=warning)
