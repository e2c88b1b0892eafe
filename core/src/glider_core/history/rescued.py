"""What a container's log has on its node and its archived log hasn't: the last lines of one that was killed with its executor.

The kubelet stamps a line when it arrives there, the executor when it read it, so times alone would double or lose lines: the last lines
that were archived are looked for among the kubelet's, and what follows them is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from glider.wire.logparts import LogLine
from glider_core.api.moments import parse_time
from glider_core.history.loglines import is_cut

#: So many lines in a row are the same ones.
_ALIKE = 8


def kubelet_lines(log: bytes) -> list[LogLine]:
    """The lines of a log as the kubelet returns it with timestamps: of which stream they were it doesn't state."""
    found = []
    for raw in log.decode(errors="replace").split("\n"):
        moment, separator, text = raw.partition(" ")
        if separator and _moment(moment) is not None:
            found.append(LogLine(moment, "stdout", True, text))
        elif raw:
            found.append(LogLine("", "stdout", True, raw))
    return found


def missing_lines(there: Sequence[LogLine], archived: Sequence[LogLine]) -> list[LogLine]:
    """Those of `there`, the kubelet's lines, that come after `archived`, the last ones in the archive, of which none is unfinished but
    the last ones. Of a line whose beginning is archived the rest is missing.
    """
    known = [line for line in archived if line.whole and line.time and not is_cut(line)]
    unfinished = [line for line in archived if not line.whole]
    missing = list(there[_end_of(known, there) :])
    if missing and (begun := next((line for line in unfinished if missing[0].text.startswith(line.text)), None)) is not None:
        missing[0] = LogLine(missing[0].time, begun.stream, True, missing[0].text[len(begun.text) :])
    return missing


def content_of(lines: Iterable[LogLine]) -> bytes:
    """The content of a part of a log."""
    return "".join(f"{line.time} {line.stream} {'F' if line.whole else 'P'} {line.text}\n" for line in lines).encode()


def _end_of(known: Sequence[LogLine], there: Sequence[LogLine]) -> int:
    """How many of `there` are up to the last of `known`."""
    if not known:
        return 0
    last = _moment(known[-1].time)
    for count in dict.fromkeys((min(_ALIKE, len(known)), 1)):
        texts = [line.text for line in known[-count:]]
        if ends := list(_places(texts, there)):
            return min(ends, key=lambda end: _distance(there[end - 1], last))
    return sum(1 for line in there if last is not None and (moment := _moment(line.time)) is not None and moment <= last)


def _places(texts: Sequence[str], there: Sequence[LogLine]) -> Iterator[int]:
    for end in range(len(texts), len(there) + 1):
        if there[end - 1].text == texts[-1] and [line.text for line in there[end - len(texts) : end]] == texts:
            yield end


def _distance(line: LogLine, moment: datetime | None) -> float:
    found = _moment(line.time)
    return abs((found - moment).total_seconds()) if found is not None and moment is not None else 0.0


def _moment(text: str) -> datetime | None:
    try:
        return parse_time(text)
    except ValueError:
        return None
