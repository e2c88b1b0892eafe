"""How executions and their attempts end."""

from __future__ import annotations

from datetime import datetime

from prometheus_client import Counter, Histogram

from glider_operator.model.phases import Phase
from glider_operator.model.status import Status

PODS_CREATED = Counter("glider_pods_created_total", "Pods created or adopted, by how it went", ["result"])
ATTEMPTS_FAILED = Counter("glider_attempts_failed_total", "Failed attempts, by whose failure it was", ["origin", "reason"])
FINISHED = Counter("glider_executions_finished_total", "Executions that ended", ["result", "reason"])
DURATION = Histogram(
    "glider_execution_duration_seconds",
    "From an execution's creation to its end",
    ["result"],
    buckets=(1, 2, 5, 10, 30, 60, 300, 1_800, 3_600, 14_400, 86_400),
)
COMPLETION_LATENCY = Histogram(
    "glider_completion_latency_seconds",
    "From the end of an execution's container to its status",
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)


def count(status: Status, *, created: datetime, now: datetime) -> None:
    """Counts what a status that was just written says."""
    last = status.last_attempt
    if status.phase in (Phase.RETRYING, Phase.FAILED, Phase.TIMED_OUT) and last is not None and last.failure is not None:
        ATTEMPTS_FAILED.labels(last.failure.origin.value, last.failure.reason).inc()
    if status.phase.terminal:
        FINISHED.labels(status.phase.value, status.condition.reason).inc()
        DURATION.labels(status.phase.value).observe((now - created).total_seconds())
        if status.completed is not None:
            COMPLETION_LATENCY.observe(max(0.0, (now - status.completed).total_seconds()))
