"""Timestamps and durations in Kubernetes' forms."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def parse_time(text: str | None) -> datetime | None:
    """An RFC 3339 timestamp as an aware datetime, or None for none."""
    return datetime.fromisoformat(text) if text else None


def format_time(moment: datetime | None) -> str | None:
    """`moment` as metav1.Time writes it: in UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def words(duration: timedelta) -> str:
    """`duration` for people, in at most two units: 0s, 42s, 1m5s, 2h3m, 3d4h."""
    seconds = max(0, round(duration.total_seconds()))
    for size, unit, rest_size, rest_unit in ((86_400, "d", 3_600, "h"), (3_600, "h", 60, "m"), (60, "m", 1, "s")):
        if seconds >= size:
            rest = seconds % size // rest_size
            return f"{seconds // size}{unit}" + (f"{rest}{rest_unit}" if rest else "")
    return f"{seconds}s"
