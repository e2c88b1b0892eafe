"""Where an execution stands, and why it isn't further: from its status and from its pods.

The operator leaves out of the status what lasts for a few seconds only. The pods show it, so they are read here too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from glider.wire.errors import headline
from glider_core.api.observed_pod import ContainerState, Pod
from glider_core.api.phases import Phase
from glider_core.diagnose.waiting import waits_for

Json = Mapping[str, Any]

#: An operator has reported something by then.
_SILENT = timedelta(seconds=5)
_IN_CREATION = (" pulls its image ", ", or mounts its volumes")


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """`reason` changes where the remark is about something else; `attempt` is None before the first one."""

    phase: Phase
    reason: str = ""
    remark: str = ""
    attempt: int | None = None

    @property
    def step(self) -> tuple[Phase, str, int | None]:
        """What is worth a line of its own when it changes."""
        return self.phase, self.reason, self.attempt


def progress_of(execution: Json, pod: Pod | None, *, waited: timedelta) -> Progress:
    """Where `execution` stands.

    Args:
        execution: its document.
        pod: its latest pod.
        waited: for how long it has been followed.
    """
    status = execution.get("status") or {}
    phase, condition = phase_of(execution), _condition(status)
    attempts = status.get("attempts") or []
    recorded = attempts[-1]["number"] if attempts else None
    if phase.terminal or phase is Phase.SUSPENDED:
        return Progress(phase=phase, reason=condition.get("reason", ""), remark=_end(phase, status, condition), attempt=recorded)
    reason, message = condition.get("reason", ""), str(condition.get("message", "")).partition("\n")[0]
    plain = reason in ("", Phase.RETRYING, *Phase)
    if pod is not None and _is_ahead(pod, attempts) and (shown := _of_pod(pod)) is not None:
        # the operator knows from Events what the pod doesn't show, and why it ends one
        return shown if plain or shown.reason or phase is not shown.phase else replace(shown, reason=reason, remark=message)
    attempt = recorded if recorded is not None or pod is None else pod.attempt
    if phase is Phase.RUNNING:
        return Progress(phase=phase, remark=_running(attempt or 0, attempts[-1].get("nodeName", "") if attempts else ""), attempt=attempt)
    if not status.get("observedGeneration") and pod is None and waited >= _SILENT:
        return Progress(phase=phase, reason="Unserved", remark="no operator has reported on it yet; glider doctor shows more")
    return Progress(
        phase=phase, reason="" if plain else reason, remark="" if plain and phase is Phase.PENDING else message, attempt=attempt
    )


def phase_of(execution: Json) -> Phase:
    """Its phase; Pending before the operator has written one."""
    try:
        return Phase((execution.get("status") or {}).get("phase", Phase.PENDING))
    except ValueError:  # of a later version
        return Phase.PENDING


def has_started(pod: Pod) -> bool:
    """Whether its log can be read: the task's container runs, or did."""
    return pod.primary is not None and pod.primary.state is not ContainerState.WAITING


def _is_ahead(pod: Pod, attempts: Sequence[Json]) -> bool:
    """Whether the pod may show more than the status: its attempt hasn't ended by that."""
    last = attempts[-1] if attempts else {}
    return pod.attempt > last.get("number", -1) or (pod.attempt == last.get("number") and "completionTime" not in last)


def _of_pod(pod: Pod) -> Progress | None:
    """What the pod shows."""
    if pod.primary is not None and pod.primary.terminated:
        return Progress(phase=Phase.RUNNING, remark=f"attempt {pod.attempt} has ended", attempt=pod.attempt)
    if pod.primary is not None and pod.primary.state is ContainerState.RUNNING:
        return Progress(phase=Phase.RUNNING, remark=_running(pod.attempt, pod.node_name), attempt=pod.attempt)
    if pod.vanished or pod.phase in ("Succeeded", "Failed"):
        return None
    phase = Phase.INITIALIZING if pod.node_name else Phase.QUEUED
    return Progress(phase=phase, reason=_waiting_reason(pod), remark=_shortened(waits_for(pod)), attempt=pod.attempt)


def _waiting_reason(pod: Pod) -> str:
    """What it waits for, in one word; the usual ones are left out, since they follow each other within a second."""
    scheduled = pod.conditions.get("PodScheduled")
    if not pod.node_name:
        return scheduled.reason if scheduled is not None and not scheduled.true else ""
    containers = [*pod.init, *([pod.primary] if pod.primary else [])]
    waiting = (one.reason for one in containers if one.state is ContainerState.WAITING)
    return next((reason for reason in waiting if reason not in ("", "ContainerCreating", "PodInitializing")), "")


def _shortened(remark: str) -> str:
    """`container task: node n1 pulls its image python:3.11, or mounts its volumes` as `pulls python:3.11 on n1, or mounts volumes`."""
    before, pulls, rest = remark.partition(_IN_CREATION[0])
    if not pulls or not rest.endswith(_IN_CREATION[1]):
        return remark.partition("\n")[0]
    return f"{before.rpartition(' ')[2]} pulls {rest.removesuffix(_IN_CREATION[1])}, or mounts volumes"


def _running(attempt: int, node: str) -> str:
    return f"attempt {attempt}" + (f" on {node}" if node else "")


def _end(phase: Phase, status: Json, condition: Json) -> str:
    error = status.get("error") or {}
    message = str(error.get("message") or "")
    if phase is Phase.SUCCEEDED:
        return f"in {status['duration']}" if status.get("duration") else ""
    if phase is Phase.SUSPENDED:
        return str(condition.get("message", "")).partition("\n")[0]
    reason = error.get("reason") or condition.get("reason", "")
    return f"{reason}: {headline(message) or condition.get('message', '')}".rstrip(": ")


def _condition(status: Json) -> Json:
    return next((one for one in status.get("conditions") or () if one.get("type") == "Succeeded"), {})
