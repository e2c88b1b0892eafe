"""The work queue: what is to be looked at, once each, one at a time per key, later if it must be."""

from glider_operator.queue.work_queue import RetryLater, WorkQueue

__all__ = ["RetryLater", "WorkQueue"]
