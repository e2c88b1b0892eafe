"""The state of an attempt: the one function that `reconcile` calls for a pod."""

from __future__ import annotations

from datetime import datetime

from glider_core.api.observed_pod import ContainerState, Pod, PodWarning
from glider_core.api.phases import Phase
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
    """The state of the attempt in `pod`.

    Args:
        pod: the pod as last seen.
        now: the time.
        patience: how long it may wait for what.
        warning: its last warning Event, where that was looked up.
        returns_outputs: whether the task's interface has outputs, so that exit code 0 alone isn't a success.
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
