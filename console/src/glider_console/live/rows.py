"""One execution as a row of the list: what is shown, filtered and sorted by, and nothing more.

A document takes some 30 KB in memory, a row under 1 KB; texts that many rows have in common are there once.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from glider_core.api.conditions import SUCCEEDED
from glider_core.api.labels import RERUN_OF
from glider_core.api.phases import Phase
from glider_core.api.quantities import parse_bytes

Json = Mapping[str, Any]
Labels = tuple[tuple[str, str], ...]

#: Of a longer message the end is kept, where a traceback names the error.
MOST_MESSAGE = 800
_CUT = "…"
#: In a document although they are zero.
_NUMBERS = frozenset({"created", "duration", "attempts", "failures"})
_PHASES = {phase.value: phase.value for phase in Phase}


class Origin(StrEnum):
    """Where a row comes from."""

    LIVE = "live"
    ARCHIVE = "archive"


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One execution. Times are seconds since 1970, sizes bytes; None where there is none.

    Attributes:
        message: why it failed, or what it waits for; bounded.
        task: the task's full name, where the execution contains its task or names it in a label.
        template: the TaskTemplate that it runs; empty where its task is written out.
        attempts: how many there have been.
        failures: how many of them have failed.
        waited: for how long the first attempt on record waited for its container.
        node: where the latest attempt runs, or ran.
        peak_memory: the most that any attempt had.
        memory: what the latest attempt has requested.
        suspend, cancel: as the specification has it.
        source: where the row comes from.
    """

    uid: str
    namespace: str
    name: str
    phase: str
    reason: str
    message: str
    task: str
    version: str
    template: str
    labels: Labels
    created: int
    started: int | None
    completed: int | None
    attempts: int
    failures: int
    waited: int | None
    node: str
    peak_memory: int | None
    memory: int | None
    suspend: bool
    cancel: bool
    source: Origin = Origin.LIVE

    @property
    def duration(self) -> int | None:
        """Seconds from its first pod to its end; None before that."""
        return None if self.started is None or self.completed is None else max(0, self.completed - self.started)

    def document(self) -> dict[str, Any]:
        """As the front end reads it: what is empty is left out."""
        fields = {
            "uid": self.uid,
            "namespace": self.namespace,
            "name": self.name,
            "phase": self.phase,
            "created": self.created,
            "reason": self.reason,
            "message": self.message,
            "task": self.task,
            "version": self.version,
            "template": self.template,
            "labels": dict(self.labels),
            "started": self.started,
            "completed": self.completed,
            "duration": self.duration,
            "attempts": self.attempts,
            "failures": self.failures,
            "node": self.node,
            "peakMemory": self.peak_memory,
            "memory": self.memory,
            "rerunOf": dict(self.labels).get(RERUN_OF),
            "suspend": self.suspend,
            "cancel": self.cancel,
            "source": self.source.value,
        }
        return {name: value for name, value in fields.items() if value or (value == 0 and name in _NUMBERS)}


def row_of(execution: Json) -> Row:
    """The row for a TaskExecution of the API server."""
    metadata, spec, status = execution["metadata"], execution.get("spec") or {}, execution.get("status") or {}
    task = spec.get("task") or {}
    identity = task.get("id") or {}
    labels = metadata.get("labels") or {}
    attempts = status.get("attempts") or ()
    latest = attempts[-1] if attempts else {}
    failures = status.get("failures") or {}
    phase = _PHASES.get(status.get("phase") or "", Phase.PENDING.value)
    reason, message = _why(status, phase)
    return Row(
        uid=metadata["uid"],
        namespace=sys.intern(metadata["namespace"]),
        name=metadata["name"],
        phase=phase,
        reason=sys.intern(reason),
        message=message,
        task=sys.intern(str(identity.get("name") or "")),
        version=sys.intern(str(identity.get("version") or "")),
        template=sys.intern(str((spec.get("taskRef") or {}).get("name") or "")),
        labels=shared(tuple(sorted(labels.items()))),
        created=seconds(metadata.get("creationTimestamp")) or 0,
        started=seconds(status.get("startTime")),
        completed=seconds(status.get("completionTime")),
        attempts=int(latest.get("number", -1)) + 1,
        failures=sum(int(failures.get(kind) or 0) for kind in ("user", "system", "unstarted")),
        waited=_waited(attempts[0]) if attempts else None,
        node=sys.intern(str(latest.get("nodeName") or "")),
        peak_memory=max((peak for attempt in attempts if (peak := (attempt.get("usage") or {}).get("peakMemoryBytes"))), default=None),
        memory=_bytes(latest.get("memory") or status.get("memory") or _requested(spec) or _requested(task)),
        suspend=bool(spec.get("suspend")),
        cancel=bool(spec.get("cancel")),
    )


def handle_of(row: Row) -> str:
    """What leads to the execution: its name, or of one that only the history has its UID, since its name may be another one's by now."""
    return row.uid if row.source is Origin.ARCHIVE else row.name


def _waited(attempt: Json) -> int | None:
    queued, started = seconds(attempt.get("queuedTime")), seconds(attempt.get("startTime"))
    return None if queued is None or started is None else max(0, started - queued)


def _why(status: Json, phase: str) -> tuple[str, str]:
    """The reason and the message: of the error, else of the condition that reports how things stand."""
    error = status.get("error") or {}
    condition: Json = next((one for one in status.get("conditions") or () if one.get("type") == SUCCEEDED), {})
    reason = str(error.get("reason") or condition.get("reason") or "")
    if phase == Phase.SUCCEEDED:
        return reason, ""
    return reason, shortened(str(error.get("message") or condition.get("message") or ""))


def shortened(message: str) -> str:
    """At most `MOST_MESSAGE` characters of `message`: its end, from the beginning of a line on where there is one."""
    message = message.strip()
    if len(message) <= MOST_MESSAGE:
        return message
    end = message[1 - MOST_MESSAGE :]
    line = end.find("\n")
    return _CUT + (end[line + 1 :] if 0 <= line < len(end) - 1 else end)


def _requested(settings: Json) -> str:
    resources = settings.get("resources") or (settings.get("container") or {}).get("resources") or {}
    for amounts in (resources.get("requests"), resources.get("limits")):
        if amounts and amounts.get("memory"):
            return str(amounts["memory"])
    return ""


def _bytes(quantity: str) -> int | None:
    try:
        return parse_bytes(quantity) if quantity else None
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def seconds(text: str | None) -> int | None:
    """A timestamp in seconds; None for none, and for what is none. Of equal ones there is one number."""
    try:
        return int(datetime.fromisoformat(text).timestamp()) if text else None
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def shared(labels: Labels) -> Labels:
    """`labels`, the same object for equal ones."""
    return tuple((sys.intern(name), sys.intern(value)) for name, value in labels)
