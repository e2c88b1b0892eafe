"""What the API server wrote down of its calls: who created, deleted and wrote what."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

ADMIN = "glider-admin"


@dataclass(frozen=True, kw_only=True, slots=True)
class Audit:
    """Of one namespace, calls that were done.

    Attributes:
        pods_created: how many of each name.
        disturbed: pods that somebody else than the operator deleted or evicted, and how often.
        status_writes: when each execution's status was written, by its name.
    """

    pods_created: Counter[str] = field(default_factory=Counter)
    disturbed: Counter[str] = field(default_factory=Counter)
    status_writes: dict[str, list[float]] = field(default_factory=dict)


def read(log: Path, *, offset: int, namespace: str) -> Audit:
    """What was written down from `offset` on."""
    audit = Audit()
    for entry in _entries(log, offset=offset, namespace=namespace):
        reference, verb = entry["objectRef"], entry["verb"]
        name, what = reference.get("name", ""), (reference["resource"], reference.get("subresource", ""))
        if (verb, what) == ("create", ("pods", "")):
            audit.pods_created[name] += 1
        elif entry["user"].get("username") == ADMIN and (verb, what) in (("delete", ("pods", "")), ("create", ("pods", "eviction"))):
            audit.disturbed[name] += 1
        elif (verb, what) == ("patch", ("taskexecutions", "status")):
            when = datetime.fromisoformat(entry["requestReceivedTimestamp"]).timestamp()
            audit.status_writes.setdefault(name, []).append(when)
    return audit


def _entries(log: Path, *, offset: int, namespace: str) -> Iterator[dict[str, Any]]:
    with log.open("rb") as file:
        file.seek(offset)
        for line in file:
            if namespace.encode() not in line:
                continue
            entry = json.loads(line)
            done = entry["stage"] == "ResponseComplete" and 200 <= entry.get("responseStatus", {}).get("code", 0) < 300
            if done and entry.get("objectRef", {}).get("namespace") == namespace:
                yield entry
