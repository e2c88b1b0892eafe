"""The gauges of executions, pods and the queue: updated whenever the metrics are read."""

from __future__ import annotations

from collections import Counter

from glider_core.api.phases import Phase
from glider_operator.controller.controller import Controller
from glider_operator.telemetry import metrics


def refresh_gauges(controller: Controller) -> None:
    """Set the gauges of executions, pods and running reconciles from `controller`'s caches and queue."""
    live = Counter(execution.status.phase.value for _, execution in controller.caches.executions.live())
    for phase in Phase:
        if not phase.terminal:
            metrics.EXECUTIONS.labels(phase.value).set(live[phase.value])
    metrics.EXECUTIONS.labels("finished").set(len(controller.caches.executions) - live.total())
    metrics.PODS_ACTIVE.set(sum(pod.live for pod in controller.caches.pods.all()))
    working = controller.queue.working().values()
    metrics.UNFINISHED.set(sum(working))
    metrics.LONGEST.set(max(working, default=0.0))
    if controller.archiver is not None:
        controller.archiver.refresh()
