"""What somebody wants of an execution: that it stops for a while, or for good, or that it goes.

A running attempt is ended by the deletion of its pod, which is SIGTERM and a grace period. Why is put on record first, so that
what the pod says then isn't taken for how the task ended; an operator that dies in between goes on where it was.

One that is deleted is gone at once, and its pods after it, but where somebody holds a finalizer. He waits to see how it ends: a
running attempt goes on, and no other follows.
"""

from __future__ import annotations

from glider_core.api import reasons
from glider_core.api.failure import Failure, user_failure
from glider_core.api.lifecycle import Lifecycle

#: What an attempt can be stopped for that isn't a failure of anything.
WISHES = (reasons.CANCELLED, reasons.SUSPENDED)

_WORDS = {
    reasons.CANCELLED: "spec.cancel is true",
    reasons.SUSPENDED: "spec.suspend is true",
    reasons.TOTAL_TIMEOUT: "timeouts.total is over",
    reasons.ATTEMPT_TIMEOUT: "timeouts.attempt is over",
    reasons.QUEUED_TIMEOUT: "timeouts.queued is over",
}


def wish(lifecycle: Lifecycle) -> str | None:
    """The reason to stop that `lifecycle` gives, the final one first."""
    if lifecycle.cancel:
        return reasons.CANCELLED
    return reasons.SUSPENDED if lifecycle.suspend else None


def why(reason: str) -> str:
    """The reason to stop in words."""
    return _WORDS[reason]


def cancelled() -> Failure:
    """The error of an execution that was cancelled."""
    return user_failure(reasons.CANCELLED, "Somebody cancelled it: spec.cancel is true.")


def deleted() -> Failure:
    """The error of an execution that was deleted and is still there."""
    return user_failure(reasons.DELETED, "Somebody deleted it, and it is only kept by finalizers: no further attempt starts.")
