"""Why an execution isn't further, in words, and what to do about it. Pure.

The status has the reason, once it has lasted for a few seconds. The pods and their Events show it earlier, and have more details.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from glider_client.following.progress import phase_of, progress_of
from glider_console.execution.advice import advice_for
from glider_core.api import reasons
from glider_core.api.conditions import RECONCILING, SUCCEEDED, SUSPENDED
from glider_core.api.execution import is_finished
from glider_core.api.observed_pod import KEEP_FROM_A_NODE, KEEP_FROM_STARTING, last_warning, parse_pod
from glider_core.api.phases import Phase

Json = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """Why it waits: a title, the details, what to do, and since when. What isn't known is empty."""

    title: str
    reason: str = ""
    message: str = ""
    advice: str = ""
    warning: str = ""
    since: str = ""

    def document(self) -> dict[str, str]:
        """As the page gets it."""
        return {
            "title": self.title,
            "reason": self.reason,
            "message": self.message,
            "advice": self.advice,
            "warning": self.warning,
            "since": self.since,
        }


_TITLES: Mapping[str, str] = {
    Phase.PENDING: "It waits to be started",
    Phase.QUEUED: "It waits for a node",
    Phase.INITIALIZING: "Its container is being started",
    Phase.RETRYING: "It waits before the next attempt",
    Phase.SUSPENDED: "It is suspended",
}
_BY_REASON: Mapping[str, str] = {
    reasons.UNSCHEDULABLE: "No node has room for it",
    reasons.SCHEDULING_GATED: "A queue holds it back",
    reasons.CONCURRENCY_LIMIT: "Too many others run",
    reasons.QUOTA_EXCEEDED: "The namespace's quota is used up",
    reasons.ADMISSION_DENIED: "An admission webhook refuses its pod",
    reasons.SECRET_NOT_FOUND: "A Secret is missing",
    reasons.CONFIG_MAP_NOT_FOUND: "A ConfigMap is missing",
    reasons.SERVICE_ACCOUNT_NOT_FOUND: "A ServiceAccount is missing",
    reasons.POD_TEMPLATE_NOT_FOUND: "A PodTemplate is missing",
    reasons.PRIORITY_CLASS_NOT_FOUND: "A PriorityClass is missing",
    reasons.RUNTIME_CLASS_NOT_FOUND: "A RuntimeClass is missing",
    reasons.POD_NAME_TAKEN: "Another pod has its name",
    reasons.POD_TERMINATING: "The pod of the attempt before isn't gone yet",
    reasons.IMAGE_PULL_BACK_OFF: "An image can't be pulled",
    reasons.ERR_IMAGE_PULL: "An image can't be pulled",
    reasons.REGISTRY_UNAVAILABLE: "An image can't be pulled",
    reasons.CONFIG_ERROR: "Something that its environment needs is missing",
    reasons.FAILED_MOUNT: "A volume can't be mounted",
    reasons.FAILED_ATTACH: "A volume can't be mounted",
    reasons.STORE_DENIED: "The operator may not use the store",
    reasons.STORE_UNAVAILABLE: "The store doesn't answer the operator",
}
_SERVING = "The command `glider doctor` shows which operators there are, and what each serves."


def waiting_of(
    execution: Json, *, pods: Sequence[Json] = (), events: Sequence[Json] = (), unserved: str = "", now: datetime
) -> Waiting | None:
    """Why it waits; None where it doesn't."""
    metadata, status = execution["metadata"], execution.get("status") or {}
    if metadata.get("deletionTimestamp"):
        return _being_deleted(metadata)
    if is_finished(execution):
        return None
    attempts = status.get("attempts") or [{}]
    last = attempts[-1]
    if unserved and not pods:
        return Waiting(
            title="No operator has acted on it", message=_sentence(unserved), advice=_SERVING, since=metadata["creationTimestamp"]
        )
    if last.get("reason") and not last.get("completionTime"):
        return Waiting(
            title=f"Attempt {last['number']} is being ended", reason=last["reason"], message=_condition(status).get("message", "")
        )
    latest = pods[-1] if pods else None
    progress = progress_of(execution, parse_pod(latest) if latest is not None else None, waited=timedelta())
    if progress.phase is Phase.RUNNING:
        return None
    condition = _condition(status) or _condition(status, RECONCILING)
    recorded = phase_of(execution) is progress.phase and progress.reason in ("", condition.get("reason"))
    message = str(condition.get("message") or "") if recorded else progress.remark
    reason = str(condition.get("reason") or "") if recorded else progress.reason
    return Waiting(
        title=_BY_REASON.get(reason) or _TITLES.get(progress.phase, ""),
        reason="" if reason == progress.phase else reason,
        message=message or progress.remark,
        advice=advice_for(reason, finished=False),
        warning=_warning(latest, events, beside=message, now=now),
        since=_since(execution, last),
    )


def _being_deleted(metadata: Json) -> Waiting:
    held = ", ".join(metadata.get("finalizers") or ())
    message = f"These finalizers keep it: {held}." if held else ""
    return Waiting(title="It is being deleted", message=message, since=metadata["deletionTimestamp"])


def _condition(status: Json, kind: str = SUCCEEDED) -> Json:
    found: Json = next((one for one in status.get("conditions") or () if one.get("type") == kind), {})
    return found


def _since(execution: Json, last: Json) -> str:
    """Since when it waits, where that is on record."""
    if phase_of(execution) is Phase.SUSPENDED:
        return str(_condition(execution["status"], SUSPENDED).get("lastTransitionTime") or "")
    return str(last.get("completionTime") or last.get("queuedTime") or execution["metadata"]["creationTimestamp"])


def _warning(pod: Json | None, events: Sequence[Json], *, beside: str, now: datetime) -> str:
    """What keeps the latest pod from starting by its Events, where `beside` doesn't have it already."""
    if pod is None:
        return ""
    own = [event for event in events if (event.get("involvedObject") or {}).get("uid") == pod["metadata"]["uid"]]
    last = last_warning({"items": own}, asked=now, about=KEEP_FROM_STARTING | KEEP_FROM_A_NODE)
    return f"{last.reason}: {last.message}" if last.reason and last.message not in beside else ""


def _sentence(words: str) -> str:
    whole = words[:1].upper() + words[1:]
    return whole if whole.endswith(".") else f"{whole}."
