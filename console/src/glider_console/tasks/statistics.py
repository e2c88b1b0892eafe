"""Success, durations, waits and reasons of runs, as numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil

from glider.wire.errors import headline
from glider_console.tasks.runs import Run
from glider_core.api.phases import Phase

_FAILED = (Phase.FAILED, Phase.TIMED_OUT)


@dataclass(frozen=True, kw_only=True, slots=True)
class Spread:
    """How a quantity is spread, by the nearest rank."""

    median: int
    p90: int
    most: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Statistics:
    """What became of some runs. None: there was nothing to take it of.

    Attributes:
        live: those that haven't ended.
        success: the share of those that succeeded among those that succeeded or failed; cancelled ones don't count.
        retried: those that had more than one attempt.
        durations: of those that succeeded, in seconds.
        waits: until the first attempt's container started, in seconds.
        peak_memory: the most that any had, in bytes.
    """

    runs: int
    live: int
    succeeded: int
    failed: int
    aborted: int
    success: float | None
    retried: int
    durations: Spread | None
    waits: Spread | None
    peak_memory: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """Why runs failed: `latest` is the last one that did, and `message` its error in one line."""

    reason: str
    count: int
    share: float
    latest: Run
    message: str


def statistics_of(runs: Sequence[Run]) -> Statistics:
    """The statistics of `runs`."""
    phases = Counter(run.row.phase for run in runs)
    succeeded, failed = phases[Phase.SUCCEEDED], sum(phases[phase] for phase in _FAILED)
    return Statistics(
        runs=len(runs),
        live=len(runs) - succeeded - failed - phases[Phase.ABORTED],
        succeeded=succeeded,
        failed=failed,
        aborted=phases[Phase.ABORTED],
        success=succeeded / (succeeded + failed) if succeeded + failed else None,
        retried=sum(1 for run in runs if run.row.attempts > 1),
        durations=spread_of(run.row.duration for run in runs if run.row.phase == Phase.SUCCEEDED),
        waits=spread_of(run.row.waited for run in runs),
        peak_memory=max((run.row.peak_memory for run in runs if run.row.peak_memory is not None), default=None),
    )


def spread_of(amounts: Iterable[int | None]) -> Spread | None:
    """The spread of those that are known."""
    known = sorted(amount for amount in amounts if amount is not None)
    return Spread(median=_rank(known, 0.5), p90=_rank(known, 0.9), most=known[-1]) if known else None


def reasons_of(runs: Sequence[Run]) -> list[Reason]:
    """Why runs failed, the most frequent reason first. `runs` are ordered by time."""
    failed = [run for run in runs if run.row.phase in _FAILED]
    counts, latest = Counter(run.row.reason for run in failed), {run.row.reason: run for run in failed}
    return [
        Reason(reason=reason, count=count, share=count / len(failed), latest=latest[reason], message=headline(latest[reason].row.message))
        for reason, count in counts.most_common()
    ]


def _rank(ordered: Sequence[int], share: float) -> int:
    return ordered[max(0, ceil(share * len(ordered)) - 1)]
