"""The Kubernetes Events about executions: few, and each once. `kubectl describe te` shows them."""

from __future__ import annotations

from glider_core.api import reasons
from glider_core.api.failure import Failure
from glider_core.api.status import Attempt, Status
from glider_core.reconcile.plan import Event


def pod_created(pod_name: str, attempt: int) -> Event:
    """An attempt has begun."""
    return Event(reason=reasons.CREATED, message=f"Created pod {pod_name} for attempt {attempt}", attempt=attempt)


def attempt_succeeded(attempt: Attempt) -> Event:
    """The execution succeeded."""
    return Event(reason=reasons.SUCCEEDED, message=f"Attempt {attempt.number} succeeded", attempt=attempt.number)


def attempt_retried(attempt: Attempt, failure: Failure) -> Event:
    """An attempt failed, and another follows."""
    message = f"Attempt {attempt.number} failed, another follows: {failure.reason}: {failure.headline}"
    return Event(reason=reasons.RETRYING, message=message, attempt=attempt.number, warning=True)


def execution_failed(attempt: Attempt, failure: Failure) -> Event:
    """An attempt failed, and no other follows."""
    message = f"Attempt {attempt.number} failed: {failure.headline}"
    return Event(reason=failure.reason, message=message, attempt=attempt.number, warning=True)


def attempt_stopped(attempt: Attempt, reason: str, why: str) -> Event:
    """An attempt is being ended by the operator."""
    return Event(reason=reasons.STOPPING, message=f"Ending attempt {attempt.number} ({reason}): {why}", attempt=attempt.number)


def end_unread(attempt: Attempt, problem: str) -> Event:
    """An attempt's outcome is in the store, which doesn't answer."""
    message = f"Attempt {attempt.number} has ended, and its outcome can't be read from the store: {problem}"
    return Event(reason=reasons.STORE_UNAVAILABLE, message=message, attempt=attempt.number, warning=True)


def execution_suspended(attempt: int, *, generation: int) -> Event:
    """No attempt runs, and none will until spec.suspend is false again. It may be so more than once, each time by another spec."""
    return Event(reason=reasons.SUSPENDED, message="Suspended: spec.suspend is true", attempt=attempt, occasion=str(generation))


def execution_ended(attempt: int, failure: Failure) -> Event:
    """The execution finished without `attempt` having run."""
    return Event(reason=failure.reason, message=failure.headline, attempt=attempt, warning=True)


def execution_refused(attempt: int, reason: str, message: str) -> Event:
    """The execution's next attempt can't be run at all, or not for now."""
    return Event(reason=reason, message=message, attempt=attempt, warning=True)


def status_not_written(status: Status, why: str) -> Event:
    """The status can't be written, so that only this Event shows it."""
    attempt = status.last_attempt.number if status.last_attempt else 0
    message = f"It is {status.phase} ({status.condition.reason}), and its status can't be written: {why}"
    return Event(reason=reasons.STATUS_NOT_WRITTEN, message=message, attempt=attempt, warning=True)


def waits_for_history() -> Event:
    """The finished execution is still there after its TTL."""
    message = "Its TTL has passed, and it stays until it is in the history, whose store hasn't taken it for some minutes"
    return Event(reason=reasons.WAITS_FOR_HISTORY, message=message)


def not_archived(problem: str) -> Event:
    """The finished execution can't be kept in the history, so that it isn't deleted by its TTL."""
    message = f"It can't be archived, so it isn't deleted after its TTL until it is: {problem}"
    return Event(reason=reasons.NOT_ARCHIVED, message=message, warning=True)
