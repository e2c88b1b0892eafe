"""Whether an output is the one that a page shows.

`…` there stands for anything, and a line that is nothing else for any number of lines. Durations, times and widths of columns may differ.
So may generated names; but one that a page shows twice is the same one each time, also in the commands that the reader types.

Which steps of an execution are seen on its way is a matter of luck, and so is whether the last line of its log comes before its end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, MutableMapping, Sequence

_DURATION = r"\b\d+(?:\.\d+)?(?:ms|s|m|h|d)(?:\d+(?:ms|s|m))?\b"
_TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z"
#: The ends of names that Glider makes: of executions, of pods, of templates.
_NAME = r"\b[a-z][a-z0-9-]*-(?:[bcdfghjklmnpqrstvwxz2456789]{5}|[0-9a-f]{10})\b"
_HASH = r"\b(?:[0-9a-f]{8}|[0-9a-f]{16})\b"
#: What differs from run to run, each with what it may be.
_DIFFERS = (
    (_DURATION, _DURATION),
    (_TIME, _TIME),
    (_HASH, _HASH),
    (r"…", r".*"),
    (r" {2,}", r" +"),  # the columns of a table are as wide as what stands in them
)
_FOUND = re.compile("|".join((f"(?P<name>{_NAME})", *(f"(?P<_{number}>{differs})" for number, (differs, _) in enumerate(_DIFFERS)))))
_ANY_LINES = "…"
#: Of what `glider run` prints: a line of the task's, a step, and those that aren't the last.
_LOGGED, _STEP = re.compile(r" {11}\|(?: |$)"), re.compile(rf" +{_DURATION} +(\w+)")
_PASSING = ("Pending", "Queued", "Initializing", "Running")


def mismatch(shown: Sequence[str], printed: Sequence[str], names: MutableMapping[str, str] | None = None) -> str:
    """What differs between the lines that a page shows and those that were printed; empty where nothing does.

    Args:
        shown: the page's lines.
        printed: those of the command.
        names: the generated names that are known, each with what it is here; those that are found are added.
    """
    names = {} if names is None else names
    lines = _settled(line.rstrip() for line in printed)
    wanted = _settled(shown)
    found, difference = _matched(wanted, lines, names)
    names.update(found)
    return difference


def _settled(lines: Iterable[str]) -> tuple[str, ...]:
    """Without empty lines and passing steps; the log of an execution is before its last step."""
    settled: list[str] = []
    for line in filter(str.strip, lines):
        step = _STEP.match(line)
        if step and step[1] in _PASSING:
            continue
        before = bool(_LOGGED.match(line)) and bool(settled) and bool(_STEP.match(settled[-1]))
        settled.insert(len(settled) - before, line)
    return tuple(settled)


def renamed(text: str, names: Mapping[str, str]) -> str:
    """`text` with the names that are known put for those of the page."""
    return re.sub(_NAME, lambda match: names.get(match[0], match[0]), text)


def _matched(wanted: tuple[str, ...], lines: tuple[str, ...], names: Mapping[str, str]) -> tuple[dict[str, str], str]:
    """The names that are new, and what differs."""
    found: dict[str, str] = {}
    for number, expected in enumerate(wanted):
        if expected.strip() == _ANY_LINES:
            return _skipped(wanted[number + 1 :], lines[number:], {**names, **found}, found)
        if number >= len(lines):
            return found, f"expected {expected!r}, found no more lines"
        regex, groups = pattern(expected, {**names, **found})
        match = re.fullmatch(regex, lines[number])
        if match is None:
            return found, f"expected {expected!r}, found {lines[number]!r}"
        found |= {name: match[group] for name, group in groups.items()}
    if len(lines) > len(wanted):
        return found, f"expected {len(wanted)} lines, found {len(lines)}:\n" + "\n".join(lines)
    return found, ""


def _skipped(
    wanted: tuple[str, ...], lines: tuple[str, ...], names: Mapping[str, str], found: dict[str, str]
) -> tuple[dict[str, str], str]:
    """The first match of what stands below `…`; where there is none, what differs from the last lines."""
    for start in range(len(lines) + 1):
        more, difference = _matched(wanted, lines[start:], names)
        if not difference:
            return {**found, **more}, ""
    return found, _matched(wanted, lines[max(0, len(lines) - len(wanted)) :], names)[1]


def pattern(shown: str, names: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """The regular expression of a line, and its group for each generated name that isn't known."""
    groups: dict[str, str] = {}
    parts, end = [], 0
    for match in _FOUND.finditer(shown):
        parts.append(re.escape(shown[end : match.start()]))
        parts.append(_generated(match[0], names, groups) if match["name"] else _other(match))
        end = match.end()
    return "".join((*parts, re.escape(shown[end:]))), groups


def _generated(name: str, names: Mapping[str, str], groups: dict[str, str]) -> str:
    if name in names:
        return re.escape(names[name])
    if name in groups:
        return f"(?P={groups[name]})"
    groups[name] = f"name{len(groups)}"
    return f"(?P<{groups[name]}>{_NAME})"


def _other(match: re.Match[str]) -> str:
    return next(may for number, (_, may) in enumerate(_DIFFERS) if match[f"_{number}"] is not None)
