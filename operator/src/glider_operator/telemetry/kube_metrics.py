"""Metrics of the calls to the API server: number, result and duration."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

from glider_core.api import labels
from glider_core.kube.observer import Observer

REQUESTS = Counter("glider_kube_requests_total", "Calls to the Kubernetes API", ["verb", "resource", "code"])
DURATION = Histogram("glider_kube_request_duration_seconds", "How long a call to the Kubernetes API took", ["verb", "resource"])
THROTTLED = Counter("glider_kube_throttle_seconds_total", "How long calls waited for the operator's own rate limit")
WATCH_RESTARTS = Counter("glider_watch_restarts_total", "Watches that began again, by why the one before ended", ["resource", "why"])
for _resource in (labels.EXECUTIONS, labels.TEMPLATES, "pods"):
    for _why in ("expired", "failed"):
        WATCH_RESTARTS.labels(_resource, _why)  # from 0 on, so that the first one shows in a rate


class PrometheusObserver(Observer):
    """Counts calls in the metrics above."""

    def throttled(self, seconds: float) -> None:
        """Adds to the seconds that calls waited."""
        THROTTLED.inc(seconds)

    def answered(self, verb: str, resource: str, code: str, seconds: float | None = None) -> None:
        """Counts the call, and observes its duration where it has one."""
        REQUESTS.labels(verb, resource, code).inc()
        if seconds is not None:
            DURATION.labels(verb, resource).observe(seconds)

    def watch_restarted(self, resource: str, why: str) -> None:
        """Counts the restart."""
        WATCH_RESTARTS.labels(resource, why).inc()


#: It has no state of its own, so one is enough.
OBSERVER = PrometheusObserver()
