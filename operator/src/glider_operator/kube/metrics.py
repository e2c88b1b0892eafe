"""How often we call the API server, how it goes and how long it takes."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

REQUESTS = Counter("glider_kube_requests_total", "Calls to the Kubernetes API", ["verb", "resource", "code"])
DURATION = Histogram("glider_kube_request_duration_seconds", "How long a call to the Kubernetes API took", ["verb", "resource"])
THROTTLED = Counter("glider_kube_throttle_seconds_total", "How long calls waited for the operator's own rate limit")
WATCH_RESTARTS = Counter("glider_watch_restarts_total", "Watches that began again, by why the one before ended", ["resource", "why"])
