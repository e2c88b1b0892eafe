"""Builders of records and rows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from glider_core.history.records import OwnFolders, Record
from glider_core.history.rows import Row
from tests.unit.glider_core.builders import STORE, T0, UID, execution_body

#: As an execution ends that has failed once.
STATUS: dict[str, Any] = {
    "phase": "Succeeded",
    "conditions": [
        {"type": "Succeeded", "status": "True", "reason": "Succeeded", "message": "", "lastTransitionTime": "2026-01-31T12:02:00Z"}
    ],
    "startTime": "2026-01-31T12:00:05Z",
    "completionTime": "2026-01-31T12:02:00Z",
    "failures": {"user": 1},
    "attempts": [
        {
            "number": 0,
            "podName": "divide-0",
            "startTime": "2026-01-31T12:00:10Z",
            "completionTime": "2026-01-31T12:00:40Z",
            "error": {"code": "USER:Recoverable", "kind": "RECOVERABLE", "origin": "USER", "message": "again"},
            "usage": {"peakMemoryBytes": 300, "cpuSeconds": 1.5, "bytesIn": 10, "bytesOut": 0},
        },
        {
            "number": 1,
            "podName": "divide-1",
            "nodeName": "node-1",
            "startTime": "2026-01-31T12:01:00Z",
            "completionTime": "2026-01-31T12:02:00Z",
            "usage": {"peakMemoryBytes": 200, "cpuSeconds": 2.0, "bytesIn": 10, "bytesOut": 7},
        },
    ],
}
FOLDER = f"{STORE}/default/divide-{UID[:8]}"


def record(
    *, status: dict[str, Any] | None = None, labels: dict[str, str] | None = None, body: dict[str, Any] | None = None, **fields: Any
) -> Record:
    execution = body or execution_body(status=STATUS if status is None else status)
    execution["metadata"]["labels"] = labels or {}
    given = {"archived": T0 + timedelta(minutes=3), "storage": OwnFolders(metadata=FOLDER), **fields}
    return Record(execution=execution, **given)


def a_row(number: int = 0, *, completed: str = "2026-01-31T12:02:00Z", **fields: Any) -> Row:
    given = {
        "namespace": "default",
        "name": f"run-{number}",
        "uid": f"{number:08x}-1111-2222-3333-444455556666",
        "phase": "Succeeded",
        **fields,
    }
    return Row(completed=completed, **given)
