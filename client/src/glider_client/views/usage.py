"""What the attempts used beside what was asked for, and what to ask for instead. Pure arithmetic over a status and a pod's spec."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from glider_core.api.moments import parse_time
from glider_core.api.quantities import format_bytes, parse_quantity
from glider_core.history.containers import Asked

Json = Mapping[str, Any]

_MEBIBYTE = 2**20
#: A recommendation leaves that much room above what was used.
_ROOM = 1.25
#: Memory: above this share of the limit it is close, below this share of the request it is a waste.
_CLOSE, _WASTE = 0.9, 0.5
#: What isn't worth a recommendation: less memory, fewer CPUs, a shorter run.
_LEAST_MEMORY, _LEAST_CPU, _LEAST_SECONDS = 64 * _MEBIBYTE, 0.1, 10.0
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


def lines(used: Sequence[Used], asked: Asked) -> Iterator[list[str]]:
    """A row for each attempt: memory and CPU beside what was asked for."""
    for one in used:
        yield [str(one.attempt), f"memory {_memory(one)}", f"CPU {_cpu(one, asked)}"]


def recommendations(used: Sequence[Used], asked: Asked) -> Iterator[str]:
    """What to ask for instead, as sentences; none where what is asked for fits."""
    if not used:
        return
    if (memory := _for_memory(used, asked)) is not None:
        yield memory
    if (cpu := _for_cpu(used, asked)) is not None:
        yield cpu


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


def _for_memory(used: Sequence[Used], asked: Asked) -> str | None:
    killed = [one for one in used if one.killed and one.memory_limit]
    peak = max(one.peak_memory for one in used)
    if killed and used[-1].killed:
        limit = max(one.memory_limit or 0 for one in killed)
        return f"Ask for {format_bytes(_rounded(2 * limit))} of memory: the task was killed at {format_bytes(limit)}."
    if killed or not peak:
        return None
    wanted = _rounded(ceil(peak * _ROOM))
    if asked.memory_limit is not None and peak > _CLOSE * asked.memory_limit:
        share = f"{peak / asked.memory_limit:.0%} of {format_bytes(asked.memory_limit)}"
        return f"Ask for {format_bytes(wanted)} of memory: the task used {share}."
    request = asked.memory_request
    if request is not None and peak < _WASTE * request and request - wanted >= _LEAST_MEMORY:
        return f"{format_bytes(wanted)} of memory would do: the task used {format_bytes(peak)} of the {format_bytes(request)} asked for."
    return None


def _for_cpu(used: Sequence[Used], asked: Asked) -> str | None:
    means = [one.cpus for one in used if one.cpus is not None and one.seconds is not None and one.seconds >= _LEAST_SECONDS]
    if not means:
        return None
    most = max(means)
    wanted = max(_LEAST_CPU, ceil(most * _ROOM * 10) / 10)
    if asked.cpu_limit is not None and most > _CLOSE * asked.cpu_limit:
        return f"Ask for more CPU: the task used {most:.2g} of its limit of {asked.cpu_limit:g} all the time."
    if asked.cpu_request is not None and most < _WASTE * asked.cpu_request and asked.cpu_request - wanted >= _LEAST_CPU:
        return f"{wanted:g} CPU would do: the task used {most:.2g} on average of the {asked.cpu_request:g} asked for."
    return None


def _rounded(amount: int) -> int:
    """Up to 16 MiB, or to 128 MiB from a GiB on: an amount that somebody would write."""
    step = (16 if amount < 1024 * _MEBIBYTE else 128) * _MEBIBYTE
    return -(-amount // step) * step


def _bytes(quantity: Any) -> int | None:
    return None if quantity is None else int(parse_quantity(quantity))
