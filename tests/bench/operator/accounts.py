"""CPU and memory of processes, and requests as the API server's audit log has them."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and of the children that it has waited for."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(field) for field in fields[11:15]) / _TICKS


def cpu_of_all(pids: Mapping[str, int]) -> dict[str, float]:
    return {name: cpu_seconds(pid) for name, pid in pids.items()}


def rss_mb(pid: int) -> float:
    """The most memory that a process ever had."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise ValueError(f"/proc/{pid}/status has no VmHWM")


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
