"""Executions in the history as the table that the API server makes of live ones. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from glider_core.api.moments import parse_time, words

Json = Mapping[str, Any]

#: The columns of `kubectl get te`; those with a priority are for `-o wide`.
COLUMNS = (
    {"name": "Name", "priority": 0},
    {"name": "Phase", "priority": 0},
    {"name": "Reason", "priority": 0},
    {"name": "Attempt", "priority": 0},
    {"name": "Pod", "priority": 1},
    {"name": "Node", "priority": 1},
    {"name": "Duration", "priority": 0},
    {"name": "Age", "priority": 0},
)


def table_of(rows: Iterable[Json], *, now: datetime) -> dict[str, Any]:
    """A table of rows of the index, in their JSON form, as the API server's tables are."""
    return {"columnDefinitions": COLUMNS, "rows": [{"cells": _cells(row, now), "object": {"metadata": row}} for row in rows]}


def age_of(since: timedelta) -> str:
    """How long ago, as `kubectl get` shows it (apimachinery's HumanDuration): the smaller unit only where it matters."""
    seconds = int(since.total_seconds())
    if seconds < -1:
        return "<invalid>"
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86_400
    if seconds < 120:
        return f"{max(0, seconds)}s"
    if hours < 3:
        return _both(minutes, "m", seconds % 60, "s") if minutes < 10 else f"{minutes}m"
    if hours < 48:
        return _both(hours, "h", minutes % 60, "m") if hours < 8 else f"{hours}h"
    if days < 730:
        return _both(days, "d", hours % 24, "h") if days < 8 else f"{days}d"
    years = days // 365
    return _both(years, "y", days % 365, "d") if years < 8 else f"{years}y"


def _both(amount: int, unit: str, rest: int, rest_unit: str) -> str:
    return f"{amount}{unit}{rest}{rest_unit}" if rest else f"{amount}{unit}"


def _cells(row: Json, now: datetime) -> tuple[Any, ...]:
    attempts = row.get("attempts") or 0
    return (
        row["name"],
        row.get("phase"),
        row.get("reason"),
        attempts - 1 if attempts else None,
        row.get("pod"),
        row.get("node"),
        _duration(row),
        _age(row.get("created"), now),
    )


def _duration(row: Json) -> str | None:
    started = parse_time(row.get("started"))
    completed = parse_time(row["completed"]) if started else None
    return words(completed - started) if started and completed else None


def _age(created: str | None, now: datetime) -> str:
    moment = parse_time(created)
    return age_of(now - moment.astimezone(UTC)) if moment else "<unknown>"
