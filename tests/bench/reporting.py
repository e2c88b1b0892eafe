"""The results, as a table for a terminal or in markdown."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.bench.cases import Case, Contender
from tests.bench.measuring import Run

_MEBIBYTE = 1 << 20
HEADER = ("case", "program, task", "CPU s", "wall s", "peak MiB", "CPU ratio", "wall ratio", "target", "")


@dataclass(frozen=True, kw_only=True)
class Result:
    """One program's runs in one case; `contender` is None for flytekit's, which the others are held against."""

    case: Case
    label: str
    runs: Sequence[Run]
    memory: int
    contender: Contender | None = None
    baseline: Sequence[Run] = ()

    def row(self) -> tuple[str, ...]:
        """Its line of the table."""
        first, last = (self.case.title if self.contender is None or not self.baseline else ""), f"{self.memory / _MEBIBYTE:.0f}"
        times = (f"{_median(self.runs, _cpu):.2f}", f"{_median(self.runs, _wall):.2f}", last)
        if self.contender is None:
            return (first, self.label, *times, "1", "1", "", "")
        return (first, self.label, *times, *self._ratios(), _target(self.contender), self.verdict())

    def verdict(self) -> str:
        """Whether all targets are met."""
        contender = self.contender
        if contender is None or (contender.cpu, contender.wall, contender.memory) == (None, None, None):
            return ""
        aimed = [
            (contender.cpu, _ratio(self.runs, self.baseline, _cpu) if self.baseline else 0.0),
            (contender.wall, _ratio(self.runs, self.baseline, _wall) if self.baseline else 0.0),
            (contender.memory, self.memory),
        ]
        return "met" if all(target is None or found <= target for target, found in aimed) else "NOT MET"

    def _ratios(self) -> tuple[str, str]:
        if not self.baseline:
            return "", ""
        return f"{_ratio(self.runs, self.baseline, _cpu):.2f}", f"{_ratio(self.runs, self.baseline, _wall):.2f}"


def as_text(results: Sequence[Result]) -> str:
    """For a terminal."""
    rows = [HEADER, *(result.row() for result in results)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADER))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column in (0, 1, 7) else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def as_markdown(results: Sequence[Result]) -> str:
    """For docs/benchmarks.md."""
    rows = [HEADER, tuple("---" for _ in HEADER), *(result.row() for result in results)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def machine() -> str:
    """What it was measured on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    return f"{os.cpu_count()} CPUs, {memory:.0f} GiB, Linux {platform.release()}, Python {platform.python_version()}"


def _target(contender: Contender) -> str:
    times = {"CPU": contender.cpu, "wall": contender.wall}
    words = [
        f"{' and '.join(name for name in times if times[name] == limit)} ≤ {limit}" for limit in dict.fromkeys(times.values()) if limit
    ]
    return ", ".join(words + ([f"≤ {contender.memory // _MEBIBYTE} MiB"] if contender.memory else []))


def _cpu(run: Run) -> float:
    return run.cpu


def _wall(run: Run) -> float:
    return run.wall


def _median(runs: Sequence[Run], of: Callable[[Run], float]) -> float:
    return statistics.median(of(run) for run in runs)


def _ratio(runs: Sequence[Run], baseline: Sequence[Run], of: Callable[[Run], float]) -> float:
    """The median of the ratios, pair by pair: what slowed one half of a round slowed the other too."""
    return statistics.median(of(run) / of(base) for run, base in zip(runs, baseline, strict=True))
