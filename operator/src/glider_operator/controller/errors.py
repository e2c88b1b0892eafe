"""What an error that a look met means: what it is counted as, and the reason that the execution is blocked for."""

from __future__ import annotations

from glider_core.api import reasons
from glider_core.kube.errors import Conflict, Forbidden, KubeError, NotFound, Unavailable
from glider_core.store.access import StoreDenied, StoreError
from glider_operator.controller.cluster import NotOurs
from glider_operator.controller.references import Missing, missing_reason


def result_of(error: Exception | None) -> str:
    """How a look went, as the value of a label."""
    match error:
        case None:
            return "ok"
        case NotFound():
            return "gone"
        case Conflict():
            return "conflict"
        case Forbidden() | Missing() | NotOurs():
            return "blocked"
        case KubeError():
            return "api_error"
        case StoreError():
            return "store_error"
        case _:
            return "error"


def why_blocked(error: KubeError | StoreError) -> str:
    """The condition's reason while `error` keeps the next attempt's pod from being made."""
    if isinstance(error, StoreError):
        return reasons.STORE_DENIED if isinstance(error, StoreDenied) else reasons.STORE_UNAVAILABLE
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
