"""Whether an output is the one that a page shows: `…` there stands for anything, and durations, ages and generated names differ."""

from __future__ import annotations

import re
from collections.abc import Sequence

#: What differs from run to run, each with what it may be.
_DIFFERS = (
    (r"\b\d+(\.\d+)?(ms|s|m|h|d)(\d+(ms|s|m))?\b", r"\d+(\.\d+)?(ms|s|m|h|d)(\d+(ms|s|m))?"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"),
    (r"…", r".*"),
    (r" {2,}", r" +"),  # the columns of a table are as wide as what stands in them
)


def mismatch(shown: Sequence[str], printed: Sequence[str]) -> str:
    """What differs between the lines that a page shows and those that were printed; empty where nothing does."""
    lines = [line.rstrip() for line in printed if line.strip()]
    wanted = [line for line in shown if line.strip()]
    for expected, found in zip(wanted, lines, strict=False):
        if not re.fullmatch(pattern(expected), found):
            return f"expected {expected!r}, found {found!r}"
    if len(wanted) != len(lines):
        return f"expected {len(wanted)} lines, found {len(lines)}:\n" + "\n".join(lines)
    return ""


def pattern(shown: str) -> str:
    """The regular expression of a line."""
    found = re.compile("|".join(f"(?P<_{number}>{differs})" for number, (differs, _) in enumerate(_DIFFERS)))
    parts, end = [], 0
    for match in found.finditer(shown):
        parts.append(re.escape(shown[end : match.start()]))
        parts.append(next(may for number, (_, may) in enumerate(_DIFFERS) if match.group(f"_{number}") is not None))
        end = match.end()
    return "".join((*parts, re.escape(shown[end:])))
