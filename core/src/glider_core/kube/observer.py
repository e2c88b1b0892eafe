"""What is reported about calls to the API server. The client only calls these methods: who counts, and how, is the caller's business."""

from __future__ import annotations


class Observer:
    """Counts nothing. The operator's Prometheus metrics are a subclass; a command line needs none."""

    def throttled(self, seconds: float) -> None:
        """A call waited so long for the client's own rate limit."""

    def answered(self, verb: str, resource: str, code: str, seconds: float | None = None) -> None:
        """A call ended: `code` is its HTTP status, or "error". `seconds`: how long it took; None for a watch, which has no duration."""

    def watch_restarted(self, resource: str, why: str) -> None:
        """A watch begins again, by why the one before ended: "expired" or "failed"."""
