"""Timestamps and durations in Kubernetes' forms."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

#: RFC 3339, in what Python's and Go's regular expressions have in common: the chart's schema has the same.
TIME = r"([0-9]{4}-[0-9]{2}-[0-9]{2})T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:[.][0-9]+)?(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
_TIME = re.compile(TIME)


def is_time(text: str) -> bool:
    """Whether metav1.Time and metav1.MicroTime can be decoded from `text`."""
    match = _TIME.fullmatch(text)
    try:
        return match is not None and bool(date.fromisoformat(match[1]))
    except ValueError:  # February 30
        return False


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
