"""The work queue: keys to reconcile, each at most once, one worker for a key at a time, at once or later.

work_queue  keys, in the order in which they are reconciled
timers      when a key comes again
"""

from glider_operator.queue.work_queue import RetryLater, WorkQueue

__all__ = ["RetryLater", "WorkQueue"]
