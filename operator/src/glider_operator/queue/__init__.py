"""The work queue: keys to reconcile, each at most once, one worker for a key at a time, at once or later."""

from glider_operator.queue.work_queue import RetryLater, WorkQueue

__all__ = ["RetryLater", "WorkQueue"]
