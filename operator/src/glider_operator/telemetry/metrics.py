"""Metrics of executions, attempts, reconciles and watches."""

from __future__ import annotations

from datetime import datetime

from prometheus_client import Counter, Gauge, Histogram

from glider_core.api import reasons
from glider_core.api.execution import Execution
from glider_core.api.executor_codes import EXECUTOR_CODES
from glider_core.api.observed_pod import KEEP_FROM_A_NODE, KEEP_FROM_STARTING
from glider_core.api.phases import Phase
from glider_core.api.status import Status
from glider_core.diagnose import disruptions

PODS_CREATED = Counter("glider_pods_created_total", "Pods created or adopted, by result", ["result"])
IMAGE_VOLUME_FALLBACKS = Counter(
    "glider_image_volume_fallbacks_total", "How often init containers took the place of image volumes, by what showed it", ["cause"]
)
PODS_MISSING = Counter("glider_pods_missing_total", "Pods that disappeared before their end, and not by the operator")
RECONCILED = Counter("glider_reconcile_total", "Reconciles, by result", ["result"])
for _result in ("ok", "conflict", "gone", "blocked", "api_error", "store_error", "error"):
    RECONCILED.labels(_result)  # from 0 on: Prometheus counts the first increment of no counter that begins with it
INTERNAL_ERRORS = Counter("glider_internal_errors_total", "Unexpected errors in reconciles", ["error"])
ATTEMPTS_FAILED = Counter("glider_attempts_failed_total", "Failed attempts, by origin and reason", ["namespace", "origin", "reason"])
FINISHED = Counter("glider_executions_finished_total", "Finished executions", ["namespace", "result", "reason"])
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
START_LATENCY = Histogram(
    "glider_execution_start_latency_seconds",
    "From an execution's creation to its first pod's",
    buckets=(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300),
)
POD_STARTUP_LATENCY = Histogram(
    "glider_pod_startup_latency_seconds",
    "From a pod's creation to the start of its task's container",
    buckets=(0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800),
)
PENDING = Counter("glider_pod_pending_total", "Waits that were long enough to be recorded in a status", ["reason"])
EVENTS_DROPPED = Counter("glider_events_dropped_total", "Kubernetes Events that weren't posted, because there were too many")
STORE_ERRORS = Counter("glider_store_errors_total", "Times that the store refused the operator or didn't answer it", ["operation"])
for _operation in ("prepare", "read"):
    STORE_ERRORS.labels(_operation)  # from 0 on, too
HISTORY_ARCHIVED = Counter("glider_history_archived_total", "Executions that were archived in the history")
HISTORY_PENDING = Gauge("glider_history_pending", "Finished executions that are still to be archived")
HISTORY_BEHIND = Gauge("glider_history_behind_seconds", "How long the first execution that can be archived has waited for it")
HISTORY_UNFIT = Gauge("glider_history_unfit", "Finished executions that can't be archived, whatever the store does")
HISTORY_RESCUED = Counter("glider_history_logs_rescued_total", "Logs to which was added what a killed executor couldn't store")
HISTORY_FAILURES = Counter("glider_history_failures_total", "Times that something of the history failed, by what it was", ["operation"])
for _operation in ("store", "record", "compact", "lost", "rescue"):
    HISTORY_FAILURES.labels(_operation)  # from 0 on, too
WATCH_EVENTS = Counter("glider_watch_events_total", "Events of the watches", ["resource", "type"])
EXECUTIONS = Gauge("glider_executions", "Live executions by phase, and how many finished ones still have pods or a TTL", ["phase"])
PODS_ACTIVE = Gauge("glider_pods_active", "Pods whose task runs or may still start to")
UNFINISHED = Gauge("glider_workqueue_unfinished_work_seconds", "How long the running reconciles have taken so far, summed up")
LONGEST = Gauge("glider_workqueue_longest_running_processor_seconds", "How long the longest running reconcile has taken so far")
LOOP_LAG = Gauge("glider_event_loop_lag_seconds", "How late the event loop was, at worst in the last few seconds")
NAMESPACES_REFUSED = Gauge("glider_namespaces_refused", "Listed namespaces that may not be watched, and are left out until they may")
READY = Gauge("glider_ready", "1 while /readyz answers ok")
LEADER = Gauge("glider_leader", "1 while this operator may write")
MEMORY_LIMIT = Gauge("glider_memory_limit_bytes", "The memory limit of the operator's container; 0 where it has none")
BUILD = Gauge("glider_build_info", "1, with the operator's version", ["version"])


#: The reasons that are known beforehand: the operator's, the executor's, and Kubernetes' for pods that it evicts or can't start.
_REASONS = frozenset(
    {
        *(value for name, value in vars(reasons).items() if name.isupper() and isinstance(value, str)),
        *EXECUTOR_CODES,
        *disruptions.REASONS,
        *KEEP_FROM_STARTING,
        *KEEP_FROM_A_NODE,
        *(phase.value for phase in Phase),
    }
)
_WAITING = (Phase.PENDING, Phase.QUEUED, Phase.INITIALIZING)
_OTHER = "Other"
#: So many namespaces have series of their own; a cluster may make and delete them all day.
_MOST_NAMESPACES = 200


class NamespaceLabels:
    """Namespaces as the values of a label: the first that are seen by name, the others together."""

    def __init__(self, *, most: int = _MOST_NAMESPACES) -> None:
        self._most = most
        self._seen: set[str] = set()

    def of(self, namespace: str) -> str:
        """The label of `namespace`."""
        if namespace not in self._seen:
            if len(self._seen) >= self._most:
                return _OTHER
            self._seen.add(namespace)
        return namespace


_NAMESPACES = NamespaceLabels()


def count(execution: Execution, status: Status, *, now: datetime) -> None:
    """Count the changes in `status`, which was just written to `execution`."""
    before, created, namespace = execution.status, execution.created, _NAMESPACES.of(execution.namespace)
    if status.phase in _WAITING and status.condition.reason != before.condition.reason:
        PENDING.labels(bounded(status.condition.reason)).inc()
    last = status.last_attempt
    if last is not None and last.started is not None and _first_start(status, before):
        POD_STARTUP_LATENCY.observe(max(0.0, (last.started - (status.started or created)).total_seconds()))
    if last is not None and last.failure is not None and status.phase is not Phase.ABORTED and not _was_recorded(last.number, before):
        ATTEMPTS_FAILED.labels(namespace, last.failure.origin.value, bounded(last.failure.reason)).inc()
    if status.phase.terminal:
        FINISHED.labels(namespace, status.phase.value, bounded(status.condition.reason)).inc()
        DURATION.labels(status.phase.value).observe((now - created).total_seconds())
        if status.completed is not None:
            COMPLETION_LATENCY.observe(max(0.0, (now - status.completed).total_seconds()))


def bounded(reason: str) -> str:
    """`reason` as the value of a label: pods and tasks have arbitrary reasons, and a metric must not have a series for each."""
    return reason if reason in _REASONS else _OTHER


def _was_recorded(attempt: int, status: Status) -> bool:
    """Whether `status` had recorded the attempt's end: it is counted once, however often it is written."""
    return any(one.number == attempt and one.completed is not None for one in status.attempts)


def _first_start(status: Status, before: Status) -> bool:
    """Whether the first attempt's container has started, and that wasn't recorded yet."""
    known = before.last_attempt
    return len(status.attempts) == 1 and status.attempts[0].number == 0 and (known is None or known.started is None)
