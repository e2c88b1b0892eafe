"""What the attempts used beside what was asked for. Pure arithmetic over a status; `advice` has what to ask for instead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from glider_core.api.moments import parse_time
from glider_core.api.quantities import format_bytes, parse_quantity
from glider_core.history.containers import Asked
from glider_core.history.rows import Row

Json = Mapping[str, Any]

_KILLED = "OOMKilled"


@dataclass(frozen=True, kw_only=True, slots=True)
class Used:
    """What one attempt used. `cpus`: the mean while it ran."""

    attempt: int
    peak_memory: int
    cpu_seconds: float
    seconds: float | None
    killed: bool
    memory_limit: int | None

    @property
    def cpus(self) -> float | None:
        """CPU seconds for each second; None for what has hardly run."""
        return self.cpu_seconds / self.seconds if self.seconds and self.seconds >= 1 else None


def used_by(execution: Json, asked: Asked) -> list[Used]:
    """What the attempts on record used, as far as their executors reported it."""
    found = []
    for attempt in (execution.get("status") or {}).get("attempts") or ():
        usage, killed = attempt.get("usage") or {}, attempt.get("reason") == _KILLED
        if not usage and not killed:
            continue
        started, ended = parse_time(attempt.get("startTime")), parse_time(attempt.get("completionTime"))
        found.append(
            Used(
                attempt=attempt["number"],
                peak_memory=int(usage.get("peakMemoryBytes") or 0),
                cpu_seconds=float(usage.get("cpuSeconds") or 0),
                seconds=(ended - started).total_seconds() if started and ended else None,
                killed=killed,
                memory_limit=_bytes(attempt["memory"]) if attempt.get("memory") else asked.memory_limit,
            )
        )
    return found


def used_in(row: Row) -> Used:
    """What an execution of the history used: all of its attempts as one, of which the last ended as the execution did."""
    return Used(
        attempt=max(0, row.attempts - 1),
        peak_memory=row.peak_memory or 0,
        cpu_seconds=row.cpu_seconds or 0.0,
        seconds=row.run_seconds if row.cpu_seconds is not None else None,
        killed=row.reason == _KILLED,
        memory_limit=row.memory_limit,
    )


def asked_in(row: Row) -> Asked:
    """What an execution of the history asked for."""
    return Asked(
        memory_request=row.memory_request,
        memory_limit=row.memory_limit,
        cpu_request=row.cpu_request,
        cpu_limit=row.cpu_limit,
        gpus=row.gpus,
    )


def lines(used: Sequence[Used], asked: Asked) -> Iterator[list[str]]:
    """A row for each attempt: memory and CPU beside what was asked for."""
    for one in used:
        yield [str(one.attempt), f"memory {_memory(one)}", f"CPU {_cpu(one, asked)}"]


def _memory(one: Used) -> str:
    peak = f"{format_bytes(one.peak_memory)} at most" if one.peak_memory else "unknown"
    if one.killed:
        return f"{peak}, killed at {format_bytes(one.memory_limit)}" if one.memory_limit else f"{peak}, killed"
    if one.memory_limit is None or not one.peak_memory:
        return f"{peak}, no limit" if one.memory_limit is None else peak
    return f"{peak} of {format_bytes(one.memory_limit)} ({one.peak_memory / one.memory_limit:.0%})"


def _cpu(one: Used, asked: Asked) -> str:
    mean = f", {one.cpus:.2g} on average" if one.cpus is not None else ""
    request = f" of {asked.cpu_request:g} asked for" if asked.cpu_request is not None and one.cpus is not None else ""
    return f"{one.cpu_seconds:.3g} s{mean}{request}"


def _bytes(quantity: Any) -> int | None:
    return None if quantity is None else int(parse_quantity(quantity))
