"""What an error that a reconcile met means: the refusal of a pod, when the work queue comes again, and how it is counted."""

from __future__ import annotations

from datetime import datetime, timedelta

from glider.wire.jsonform import FieldError
from glider_core.api import reasons
from glider_core.kube.errors import Conflict, Forbidden, KubeError, NotFound, Rejected, Unavailable
from glider_core.reconcile.refusals import Refusal
from glider_core.store.access import StoreDenied, StoreError, StoreUnfit
from glider_operator.controller.cluster import NotOurs
from glider_operator.controller.references import Missing, missing_reason
from glider_operator.queue import RetryLater

#: How long a refusal counts at least: less than the work queue's first back-off, and enough for what one event brings with it.
_SHORTEST = timedelta(milliseconds=50)
#: Reasons that block an execution until something is changed.
_LASTING = (Forbidden, NotOurs, Missing, Rejected, StoreDenied, StoreUnfit)
_RESULTS = {
    reasons.API_SERVER_UNAVAILABLE: "api_error",
    reasons.STORE_UNAVAILABLE: "store_error",
    reasons.STORE_DENIED: "store_error",
}


class Blocked(Exception):
    """The execution can't have its pod for now, for `refusal`; all else is done."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


def refusal_of(error: Exception, *, now: datetime) -> Refusal | None:
    """What `error` means for the pod that was to be created; None where it shows nothing about that pod."""
    match error:
        case Rejected():
            return _refusal(error, reasons.POD_REJECTED, final=True, now=now)
        case FieldError():
            return _refusal(error, reasons.INVALID_SPEC, final=True, now=now)
        case Forbidden() | NotOurs() | Missing() | StoreError() | Unavailable():
            return _refusal(error, _why_blocked(error), now=now)
        case _:
            return None


def _refusal(error: Exception, reason: str, *, final: bool = False, now: datetime) -> Refusal:
    asked_for = timedelta(seconds=error.retry_after) if isinstance(error, KubeError) else _SHORTEST
    return Refusal(
        reason=reason,
        message=str(error),
        final=final,
        lasting=isinstance(error, _LASTING),
        since=now,
        at=now,
        until=now + max(asked_for, _SHORTEST),
    )


def _why_blocked(error: KubeError | StoreError) -> str:
    """The condition's reason while `error` keeps the next attempt's pod from being made."""
    if isinstance(error, StoreError):
        return reasons.STORE_DENIED if isinstance(error, StoreDenied | StoreUnfit) else reasons.STORE_UNAVAILABLE
    if isinstance(error, NotOurs):
        return reasons.POD_NAME_TAKEN
    if isinstance(error, Missing):
        return error.reason
    if isinstance(error, Unavailable):
        return reasons.API_SERVER_UNAVAILABLE
    if isinstance(error, Forbidden) and error.webhook:
        return reasons.ADMISSION_DENIED
    if isinstance(error, Forbidden) and error.quota:
        return reasons.QUOTA_EXCEEDED
    return missing_reason(str(error)) or reasons.FORBIDDEN


def result_of(error: Exception | None) -> str:
    """How a reconcile went, as the value of a label."""
    match error:
        case None:
            return "ok"
        case NotFound():
            return "gone"
        case Conflict():
            return "conflict"
        case Blocked():
            return _RESULTS.get(error.refusal.reason, "blocked")
        case Forbidden():
            return "blocked"
        case KubeError():
            return "api_error"
        case StoreError():
            return "store_error"
        case _:
            return "error"


def retry(error: Exception) -> None:
    """Raise what has the work queue come again after `error`; nothing where the object is gone, which the watch reports.

    Raises:
        RetryLater: the API server or the store could not do its part.
    """
    match error:
        case NotFound():
            return
        case Conflict():
            raise RetryLater(f"it was written meanwhile: {error}") from error
        case Blocked(refusal=refusal):
            raise RetryLater(str(error), delay=(refusal.until - refusal.at).total_seconds(), lasting=refusal.lasting) from error
        case KubeError():
            raise RetryLater(str(error), delay=error.retry_after, lasting=isinstance(error, _LASTING)) from error
        case StoreError():
            raise RetryLater(str(error), lasting=isinstance(error, _LASTING)) from error
        case _:
            raise error
