"""CPU and memory of processes, and requests as the API server's audit log has them."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and of the children that it has waited for."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(field) for field in fields[11:15]) / _TICKS


def cpu_of_all(pids: Mapping[str, int]) -> dict[str, float]:
    return {name: cpu_seconds(pid) for name, pid in pids.items()}


@dataclass(frozen=True, kw_only=True, slots=True)
class Memory:
    """A process's resident memory in MB: what it has, and the most that it ever had."""

    now: float
    peak: float


def memory(pid: int) -> Memory:
    """Of a process."""
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return Memory(now=int(fields["VmRSS"].split()[0]) / 1024, peak=int(fields["VmHWM"].split()[0]) / 1024)


class AuditLog:
    """The API server's account of the requests in one namespace, from the moment that this is made."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = path.stat().st_size

    def requests(self, namespace: str, agents: tuple[str, ...]) -> Counter[tuple[str, str]]:
        """How many by verb and resource (with the code of those that failed), of clients whose user agent begins with one of `agents`."""
        counted: Counter[tuple[str, str]] = Counter()
        with self._path.open("rb") as log:
            log.seek(self._offset)
            for line in log:
                if not line.endswith(b"\n"):
                    break  # it is being written, and of something later
                entry = json.loads(line)
                reference = entry.get("objectRef") or {}
                is_answered = entry["stage"] == "ResponseComplete"  # a watch has two entries
                if is_answered and reference.get("namespace") == namespace and entry.get("userAgent", "").startswith(agents):
                    resource = "/".join(part for part in (reference["resource"], reference.get("subresource", "")) if part)
                    code = entry["responseStatus"]["code"]
                    counted[(entry["verb"], resource if code < 400 else f"{resource}={code}")] += 1
        return counted
