"""Suspend, cancel and deletion of an execution; the end of its parent cancels it, too.

A running attempt is ended by the deletion of its pod: SIGTERM and a grace period. The reason is recorded first, so that the pod's
last state isn't taken for the task's own outcome; an operator that dies in between goes on where it was.

A deleted execution is gone at once, and its pods after it, unless a finalizer keeps it, whose owner waits for the outcome: a running
attempt goes on, and no other follows.
"""

from __future__ import annotations

from glider_core.api import reasons
from glider_core.api.execution import Execution
from glider_core.api.failure import Failure, user_failure
from glider_core.api.lifecycle import Lifecycle
from glider_core.reconcile.parents import Parent

#: What an attempt can be stopped for that isn't a failure of anything.
WISHES = (reasons.CANCELLED, reasons.SUSPENDED)

_WORDS = {
    reasons.CANCELLED: "spec.cancel is true",
    reasons.SUSPENDED: "spec.suspend is true",
    reasons.TOTAL_TIMEOUT: "timeouts.total has passed",
    reasons.ATTEMPT_TIMEOUT: "timeouts.attempt has passed",
    reasons.QUEUED_TIMEOUT: "timeouts.queued has passed",
}


def wish(lifecycle: Lifecycle, parent: Parent | None = None) -> str | None:
    """The reason to stop that `lifecycle`, or what became of the parent, gives; the final one first."""
    if lifecycle.cancel or (parent is not None and parent.ends_children):
        return reasons.CANCELLED
    return reasons.SUSPENDED if lifecycle.suspend else None


def why(reason: str, lifecycle: Lifecycle, parent: Parent | None = None) -> str:
    """The reason to stop in words."""
    if reason == reasons.CANCELLED and not lifecycle.cancel and parent is not None:
        return parent.why
    return _WORDS[reason]


def cancelled(execution: Execution, parent: Parent | None = None) -> Failure:
    """The error of an execution that was cancelled."""
    if execution.lifecycle.cancel or execution.parent is None:
        message = "Somebody cancelled it: spec.cancel is true."
    elif parent is not None and parent.ends_children:
        message = f"It was cancelled, since {parent.why}."
    else:  # it is gone since the attempt was ended for it
        message = f"It was cancelled with its parent {execution.parent.name}."
    return user_failure(reasons.CANCELLED, message)


def deleted() -> Failure:
    """The error of an execution that was deleted and is still there."""
    return user_failure(reasons.DELETED, "Somebody deleted it, and it is only kept by finalizers: no further attempt starts.")
