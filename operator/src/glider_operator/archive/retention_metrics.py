"""What is counted of the retention of data: what was deleted, or would be, and what holds the rest."""

from __future__ import annotations

from collections import Counter as Counts
from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from prometheus_client import Counter, Gauge

from glider_core.archive.deleting import Survey
from glider_core.history.retention import Hold

EXECUTIONS = Counter("glider_retention_executions_deleted_total", "Executions of the history deleted with all their data", ["rule"])
OBJECTS = Counter("glider_retention_objects_deleted_total", "Objects deleted with them", ["rule"])
BYTES = Counter("glider_retention_bytes_deleted_total", "Bytes of these objects", ["rule"])
DUE = Gauge("glider_retention_due_executions", "Executions that the last run would have deleted, since it was a dry one", ["rule"])
DUE_OBJECTS = Gauge("glider_retention_due_objects", "Objects that it would have deleted", ["rule"])
DUE_BYTES = Gauge("glider_retention_due_bytes", "Bytes of these objects", ["rule"])
HELD = Gauge("glider_retention_held_executions", "Executions that a rule is for, and that the last run left, by why", ["reason"])
ERRORS = Counter("glider_retention_errors_total", "Deletions that failed, and runs that ended early")
LAST = Gauge("glider_retention_last_run_timestamp_seconds", "When the last run ended that reached its end")


class Found(Protocol):
    """What a run has found, by rule and by hold."""

    dry: bool
    executions: Counts[str]
    objects: Counts[str]
    bytes: Counts[str]
    held: Counts[str]


def deleted(rule: str, survey: Survey) -> None:
    """An execution was deleted."""
    EXECUTIONS.labels(rule).inc()
    OBJECTS.labels(rule).inc(survey.objects)
    BYTES.labels(rule).inc(survey.bytes)


def report(found: Found, *, rules: Iterable[str], now: datetime) -> None:
    """A run has reached its end."""
    for gauge in (DUE, DUE_OBJECTS, DUE_BYTES):
        gauge.clear()
    for rule in rules:
        if found.dry:
            DUE.labels(rule).set(found.executions[rule])
            DUE_OBJECTS.labels(rule).set(found.objects[rule])
            DUE_BYTES.labels(rule).set(found.bytes[rule])
    for hold in Hold:
        HELD.labels(hold.value).set(found.held[hold])
    LAST.set(now.timestamp())
