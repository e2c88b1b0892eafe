"""What the runs needed beside what the task asks for; the recommendation is that of the command line."""

from __future__ import annotations

from collections.abc import Sequence

from glider_client.views.advice import sentences
from glider_client.views.usage import Used
from glider_console.tasks.runs import Run
from glider_core.api.reasons import OOM_KILLED
from glider_core.history.containers import Asked

#: A recommendation is by the latest runs of the latest version: what was long ago may have been changed since.
_LATEST = 20


def recommended(runs: Sequence[Run]) -> list[str]:
    """What to ask for instead, as sentences. `runs` are ordered by time."""
    if not runs:
        return []
    version = runs[-1].version
    used = [_used(run) for run in runs if run.version == version and (run.row.peak_memory or _was_killed(run))]
    return list(sentences(used[-_LATEST:], version.asked))


def asked_of(runs: Sequence[Run]) -> Asked:
    """What the latest version asks for."""
    return runs[-1].version.asked if runs else Asked()


def _used(run: Run) -> Used:
    return Used(
        attempt=0,
        peak_memory=run.row.peak_memory or 0,
        cpu_seconds=0.0,
        seconds=None,
        killed=_was_killed(run),
        memory_limit=run.row.memory or run.version.asked.memory_limit,
    )


def _was_killed(run: Run) -> bool:
    return run.row.reason == OOM_KILLED
