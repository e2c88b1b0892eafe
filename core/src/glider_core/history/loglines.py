"""The lines of a log, from the pieces that are in its parts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from glider.wire.logparts import CUT, LogLine

_CUT = re.compile(rf"{re.escape(CUT)}[0-9]+ bytes of the log are left out here")
#: Of a line without an end, such as a progress bar's, this many characters are in memory.
_MOST = 16 << 20


def is_cut(line: LogLine) -> bool:
    """Whether a line stands for others that were left out."""
    return line.whole and line.stream == "stderr" and _CUT.fullmatch(line.text) is not None


def whole_lines(lines: Iterable[LogLine], *, most: int = _MOST) -> Iterator[LogLine]:
    """Lines, each made of the pieces that it was written in; its time is the first one's.

    Pieces of the two streams may alternate. A line stands where it ends. One that has no end, since the log ends before, its end was cut,
    or it has more than `most` characters, is unfinished: `whole` is False.
    """
    begun: dict[str, list[LogLine]] = {}
    sizes = {"stdout": 0, "stderr": 0}
    for line in lines:
        if begun and is_cut(line):
            yield from (_joined(pieces, whole=False) for pieces in begun.values())
            begun.clear()
        pieces = begun.pop(line.stream, [])
        if line.whole:
            yield _joined([*pieces, line], whole=True) if pieces else line
            continue
        sizes[line.stream] = len(line.text) + (sizes[line.stream] if pieces else 0)
        pieces.append(line)
        if sizes[line.stream] > most:
            yield _joined(pieces, whole=False)
        else:
            begun[line.stream] = pieces
    for pieces in begun.values():
        yield _joined(pieces, whole=False)


def _joined(pieces: list[LogLine], *, whole: bool) -> LogLine:
    return LogLine(pieces[0].time, pieces[0].stream, whole, "".join(piece.text for piece in pieces))
