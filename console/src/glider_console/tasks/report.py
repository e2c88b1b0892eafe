"""All that is known of a task's runs as the page's document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from glider_console.live.rows import handle_of
from glider_console.tasks.memory import asked_of, recommended
from glider_console.tasks.runs import Run, Version
from glider_console.tasks.statistics import Reason, Spread, Statistics, reasons_of, statistics_of

#: So many runs are drawn; the statistics are of all.
MOST_DRAWN = 500


def report(task: str, runs: Sequence[Run], versions: Mapping[str, Version], *, everything: Sequence[Run]) -> dict[str, Any]:
    """The document.

    Args:
        task: the task's full name.
        runs: those to report, by time.
        versions: the registered versions by template.
        everything: the runs of all versions in that span of time.
    """
    asked = asked_of(runs)
    return {
        "task": task,
        "statistics": _statistics(statistics_of(runs)),
        "versions": _versions(everything, versions),
        "reasons": [_reason(one) for one in reasons_of(runs)],
        "memory": {"request": asked.memory_request, "limit": asked.memory_limit, "recommendations": recommended(runs)},
        "drawn": [_run(run) for run in runs[-MOST_DRAWN:]],
    }


def _versions(runs: Sequence[Run], versions: Mapping[str, Version]) -> list[dict[str, Any]]:
    """The version that ran last comes first; those that haven't run come last."""
    by_version: dict[Version, list[Run]] = {}
    for run in runs:
        by_version.setdefault(run.version, []).append(run)
    ran = sorted(by_version, key=lambda version: (-by_version[version][-1].at, version.name))
    never = sorted((one for one in versions.values() if one not in by_version), key=lambda version: version.name)
    return [
        {
            "version": version.name,
            "template": version.template,
            "latest": by_version[version][-1].at if version in by_version else None,
            **_statistics(statistics_of(by_version.get(version, ()))),
        }
        for version in (*ran, *never)
    ]


def _statistics(found: Statistics) -> dict[str, Any]:
    return {
        "runs": found.runs,
        "live": found.live,
        "succeeded": found.succeeded,
        "failed": found.failed,
        "aborted": found.aborted,
        "success": found.success,
        "retried": found.retried,
        "durations": _spread(found.durations),
        "waits": _spread(found.waits),
        "peakMemory": found.peak_memory,
    }


def _spread(spread: Spread | None) -> dict[str, int] | None:
    return None if spread is None else {"median": spread.median, "p90": spread.p90, "most": spread.most}


def _reason(one: Reason) -> dict[str, Any]:
    latest = {"name": one.latest.row.name, "handle": handle_of(one.latest.row), "at": one.latest.at}
    return {"reason": one.reason, "count": one.count, "share": one.share, "message": one.message, "latest": latest}


def _run(run: Run) -> dict[str, Any]:
    row = run.row
    return {
        "name": row.name,
        "handle": handle_of(row),
        "version": run.version.name,
        "phase": row.phase,
        "reason": row.reason,
        "at": run.at,
        "duration": row.duration,
        "waited": row.waited,
        "attempts": row.attempts,
        "peakMemory": row.peak_memory,
        "memory": run.memory,
    }
