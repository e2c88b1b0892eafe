"""Durations as people write them in Kubernetes and Flyte: `1h30m`, `90s`, `1.5s`, `250ms`.

The units are those of Go's time.ParseDuration down to microseconds, which is what a timedelta holds.
"""

from __future__ import annotations

import re
from datetime import timedelta

_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6}
_PART = re.compile(r"(\d+(?:\.\d+)?)(h|ms|us|µs|m|s)")
_WHOLE = re.compile(r"-?(?:\d+(?:\.\d+)?(?:h|ms|us|µs|m|s))+")


def parse_duration(text: str) -> timedelta:
    """`text` as a timedelta.

    Raises:
        ValueError: `text` isn't a duration; the message names what was expected.
    """
    if text == "0":
        return timedelta()
    if not _WHOLE.fullmatch(text):
        raise ValueError(f'expected a duration such as 90s, 5m or 1h30m, found "{text}"')
    seconds = sum(float(number) * _SECONDS[unit] for number, unit in _PART.findall(text))
    try:
        return timedelta(seconds=-seconds if text.startswith("-") else seconds)
    except OverflowError as error:
        raise ValueError(f'expected a duration of less than a million years, found "{text}"') from error


def format_duration(duration: timedelta) -> str:
    """`duration` in seconds, the way proto JSON writes it: `5400s`, `1.5s`."""
    total = duration.total_seconds()
    return f"{total:.6f}".rstrip("0").rstrip(".") + "s"
