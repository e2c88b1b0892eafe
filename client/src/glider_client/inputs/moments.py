"""Datetimes and durations as people write them on a command line: ISO 8601, Go's durations, and what `pyflyte run` takes.

A datetime without a time zone is in UTC, as it is in a task.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from glider.wire.durations import parse_duration

#: What errors show as examples.
DATETIMES = "a datetime such as 2026-01-31T12:00:00Z, 2026-01-31, now, today or 'now - 1h'"
DURATIONS = "a duration such as 90s, 1h30m, '2 days', 1:30 (minutes and seconds) or PT1H30M"

_UNITS = {"w": 604_800.0, "d": 86_400.0, "h": 3_600.0, "m": 60.0, "s": 1.0}
_NAMES = {
    **dict.fromkeys(("w", "wk", "wks", "week", "weeks"), "w"),
    **dict.fromkeys(("d", "day", "days"), "d"),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), "h"),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), "m"),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), "s"),
}
_WORDS = re.compile(r"(?:\d+(?:\.\d+)?\s*[a-z]+[\s,]*)+")
_WORD = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]+)")
_CLOCK = re.compile(r"(?:(\d+):)?(\d*):(\d{1,2}(?:\.\d+)?)")
_ISO = re.compile(r"p(?:(\d+)w)?(?:(\d+)d)?(?:t(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?)?")
_RELATIVE = re.compile(r"(.+?)\s+([-+])\s+(.+)")


def duration(text: str) -> timedelta:
    """`text` as a duration.

    Raises:
        ValueError: it is none.
    """
    text = text.strip().lower()
    if text.startswith("-"):
        return -duration(text[1:])
    try:
        return parse_duration(text)
    except ValueError:
        seconds = _in_words(text) if _WORDS.fullmatch(text) else _by_pattern(text)
    if seconds is None:
        raise ValueError(f"expected {DURATIONS}")
    try:
        return timedelta(seconds=seconds)
    except OverflowError as error:
        raise ValueError(f"expected {DURATIONS}") from error


def moment(text: str, *, now: datetime) -> datetime:
    """`text` as a datetime with a time zone; `now` is what `now` and `today` count from.

    Raises:
        ValueError: it is none.
    """
    text = text.strip()
    if match := _RELATIVE.fullmatch(text):
        begun, sign, span = match.groups()
        try:
            return moment(begun, now=now) + (duration(span) if sign == "+" else -duration(span))
        except OverflowError as error:
            raise ValueError(f"expected {DATETIMES}") from error
    if text.lower() == "now":
        return now
    if text.lower() == "today":
        return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    found = datetime.fromisoformat(text)
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _in_words(text: str) -> float | None:
    """`2 days`, `1 hour 30 min`."""
    total = 0.0
    for number, unit in _WORD.findall(text):
        if unit not in _NAMES:
            return None
        total += float(number) * _UNITS[_NAMES[unit]]
    return total


def _by_pattern(text: str) -> float | None:
    """`1:30`, `:22`, `2:00:00`; `PT1H30M`."""
    if match := _CLOCK.fullmatch(text):
        hours, minutes, seconds = match.groups()
        return int(hours or 0) * 3_600 + int(minutes or 0) * 60 + float(seconds)
    if (match := _ISO.fullmatch(text)) and any(match.groups()):
        parts = zip(match.groups(), ("w", "d", "h", "m", "s"), strict=True)
        return sum(float(number or 0) * _UNITS[unit] for number, unit in parts)
    return None
