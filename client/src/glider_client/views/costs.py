"""What executions cost: what was asked for and what was used, summed up by task, namespace, label or day. Pure, over rows of the history.

An hour that is asked for is an hour of an attempt times its request: it is the pod's share of a node for that long, used or not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import Any

from glider.wire.jsonform import FieldError, words
from glider_core.api.moments import words as duration
from glider_core.api.phases import Phase
from glider_core.history.rows import Row

_HOUR, _GIBIBYTE = 3600.0, 1 << 30
_FAILED = (Phase.FAILED.value, Phase.TIMED_OUT.value)
_LABEL = "label="
#: The key of rows without the label, or of tasks without a name.
NONE = "(none)"
BY = ("task", "namespace", "label=KEY", "day")
HEADER = ("executions", "failed", "retries", "cpu hours", "used", "gib hours", "peak", "gpu hours", "wait", "wait p95")


@dataclass(frozen=True, kw_only=True, slots=True)
class By:
    """What executions are summed up by: its name, a row's key, and whether the keys' own order is the groups'."""

    name: str
    key: Callable[[Row], str]
    in_order: bool = False


_KEYS = {
    "task": By(name="task", key=lambda row: row.task or row.template or NONE),
    "namespace": By(name="namespace", key=lambda row: row.namespace),
    "day": By(name="day", key=lambda row: row.completed[: len("2026-01-31")], in_order=True),
}


def parse_by(text: str) -> By:
    """What rows are summed up by.

    Raises:
        FieldError: it is none of `BY`.
    """
    if text in _KEYS:
        return _KEYS[text]
    label = text.removeprefix(_LABEL)
    if label in ("", text):
        raise FieldError("by", expected=f"one of {', '.join(BY)}", found=words(text or "nothing"))
    return By(name=label, key=lambda row: row.labels.get(label, NONE))


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """An amount that was used, of what was asked for, in hours; by those executions alone of which both are known."""

    used: float = 0.0
    asked: float = 0.0

    @property
    def part(self) -> float | None:
        """Used of asked for; None where nothing is known."""
        return self.used / self.asked if self.asked else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Costs:
    """A group of executions. Hours are of all their attempts.

    Attributes:
        key: what they have in common.
        executions: how many.
        phases, reasons: how they ended, and why those failed that did.
        user_retries, system_retries: attempts after a failure.
        run_hours: from attempts' starts to their ends.
        cpu_hours_asked: CPUs asked for, times hours.
        cpu_hours_used: CPU time, as far as executors reported it.
        memory_hours_asked: GiB asked for, times hours.
        gpu_hours: GPUs asked for, times hours.
        cpu: the CPU time that was used of what was asked for.
        memory: the peak of memory times the hours, of what was asked for: what asking for exactly the peak would have cost.
        peak_memory: the most that an attempt had, in bytes; None where none reported it.
        unreported: executions whose attempts ran and reported no usage.
        wait_median, wait_p95: from the creation to the first attempt's start, in seconds; None where none is known.
    """

    key: str
    executions: int
    phases: dict[str, int]
    reasons: dict[str, int]
    user_retries: int
    system_retries: int
    run_hours: float
    cpu_hours_asked: float
    cpu_hours_used: float
    memory_hours_asked: float
    gpu_hours: float
    cpu: Share
    memory: Share
    peak_memory: int | None
    unreported: int
    wait_median: float | None
    wait_p95: float | None

    @property
    def failed(self) -> int:
        """How many failed or ran out of time."""
        return sum(self.phases.get(phase, 0) for phase in _FAILED)

    def row(self) -> list[str]:
        """The cells of a table, below `HEADER`."""
        retries = self.user_retries + self.system_retries
        counts = [str(self.executions), str(self.failed), str(retries)]
        amounts = [_hours(self.cpu_hours_asked), _percent(self.cpu), _hours(self.memory_hours_asked), _percent(self.memory)]
        return [self.key, *counts, *amounts, _hours(self.gpu_hours), _seconds(self.wait_median), _seconds(self.wait_p95)]

    def document(self) -> dict[str, Any]:
        """As `-o json` has it."""
        return {
            "key": self.key,
            "executions": self.executions,
            "phases": self.phases,
            "reasons": self.reasons,
            "retries": {"user": self.user_retries, "system": self.system_retries},
            "runHours": _rounded(self.run_hours),
            "cpuHours": {"asked": _rounded(self.cpu_hours_asked), "used": _rounded(self.cpu_hours_used), "share": _rounded(self.cpu.part)},
            "memoryGibHours": {"asked": _rounded(self.memory_hours_asked), "peakShare": _rounded(self.memory.part)},
            "peakMemoryBytes": self.peak_memory,
            "gpuHours": _rounded(self.gpu_hours),
            "waitSeconds": {"median": self.wait_median, "p95": self.wait_p95},
            "unreported": self.unreported,
        }


def costs_of(rows: Iterable[Row], *, by: By) -> list[Costs]:
    """Each group, the one that asked for the most CPU hours first; days by date."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(by.key(row), []).append(row)
    found = sorted((summed(key, group) for key, group in groups.items()), key=lambda one: one.key)
    return found if by.in_order else sorted(found, key=lambda one: (-one.cpu_hours_asked, -one.executions))


def summed(key: str, rows: Sequence[Row]) -> Costs:
    """What these cost together."""
    waits = sorted(row.wait_seconds for row in rows if row.wait_seconds is not None)
    reasons = Counter(row.reason or NONE for row in rows if row.phase in _FAILED)
    return Costs(
        key=key,
        executions=len(rows),
        phases=_ordered(Counter(row.phase for row in rows)),
        reasons=_ordered(reasons),
        user_retries=sum(row.user_retries for row in rows),
        system_retries=sum(row.system_retries for row in rows),
        run_hours=sum(map(_run_hours, rows)),
        cpu_hours_asked=sum((row.cpu_request or 0) * _run_hours(row) for row in rows),
        cpu_hours_used=sum((row.cpu_seconds or 0) / _HOUR for row in rows),
        memory_hours_asked=sum(_gibibytes(row.memory_request) * _run_hours(row) for row in rows),
        gpu_hours=sum((row.gpus or 0) * _run_hours(row) for row in rows),
        cpu=_share(
            (row.cpu_seconds / _HOUR, row.cpu_request * _run_hours(row))
            for row in rows
            if row.cpu_seconds is not None and row.cpu_request is not None
        ),
        memory=_share(
            (_gibibytes(row.peak_memory) * _run_hours(row), _gibibytes(row.memory_request) * _run_hours(row))
            for row in rows
            if row.peak_memory is not None and row.memory_request is not None
        ),
        peak_memory=max((row.peak_memory for row in rows if row.peak_memory is not None), default=None),
        unreported=sum(1 for row in rows if row.run_seconds and row.cpu_seconds is None),
        wait_median=_quantile(waits, 0.5),
        wait_p95=_quantile(waits, 0.95),
    )


def _share(amounts: Iterable[tuple[float, float]]) -> Share:
    used = asked = 0.0
    for one, of in amounts:
        used, asked = used + one, asked + of
    return Share(used=used, asked=asked)


def _quantile(ordered: Sequence[float], share: float) -> float | None:
    """The smallest value that at least this share of them doesn't exceed: one that occurred, not one between two."""
    return ordered[max(0, ceil(share * len(ordered)) - 1)] if ordered else None


def _ordered(counted: Counter[str]) -> dict[str, int]:
    return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))


def _run_hours(row: Row) -> float:
    return (row.run_seconds or 0.0) / _HOUR


def _gibibytes(amount: int | None) -> float:
    return (amount or 0) / _GIBIBYTE


def _hours(amount: float) -> str:
    if amount == 0:
        return "0"
    return f"{amount:.0f}" if amount >= 100 else f"{amount:.1f}" if amount >= 1 else f"{amount:.2g}"


def _percent(share: Share) -> str:
    return "" if share.part is None else f"{share.part:.0%}"


def _seconds(amount: float | None) -> str:
    return "" if amount is None else duration(timedelta(seconds=amount))


def _rounded(amount: float | None) -> float | None:
    return None if amount is None else round(amount, 4)
