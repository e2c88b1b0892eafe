"""The queue's metrics, named as controller-runtime's."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

DEPTH = Gauge("glider_workqueue_depth", "Executions that wait to be looked at")
ADDS = Counter("glider_workqueue_adds_total", "Executions that were put in the queue")
RETRIES = Counter("glider_workqueue_retries_total", "Executions that are looked at again after an error")
WAITED = Histogram("glider_workqueue_queue_duration_seconds", "How long an execution waited in the queue")
WORKED = Histogram("glider_workqueue_work_duration_seconds", "How long a look at an execution took")
