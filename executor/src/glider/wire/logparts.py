"""The log of an attempt as objects in the store: `<output prefix of the attempt>/logs/<number>.log.zst`, numbered from 0.

Each is a Zstandard frame of lines in the format of CRI, that of the kubelet's own log files:

    2026-11-30T12:00:00.123456789Z stdout F a whole line
    2026-11-30T12:00:00.123456789Z stderr P the beginning of a line, which goes on in the next line of stderr

Where lines were left out, since there were too many, a line of stderr in their place begins with CUT and has their number of bytes.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import NamedTuple

FOLDER = "logs"
CUT = "glider: "
_SUFFIX = ".log.zst"
_MOST_DIGITS = 9


class LogLine(NamedTuple):
    """A line. `time`: RFC 3339 with nanoseconds, in UTC; `stream`: stdout or stderr; `whole`: whether it doesn't go on in the next."""

    time: str
    stream: str
    whole: bool
    text: str


def part_name(number: int) -> str:
    """The file name of a part."""
    return f"{number}{_SUFFIX}"


def part_number(name: str) -> int | None:
    """The number of the part with that file name; None where it is something else."""
    digits = name.removesuffix(_SUFFIX)
    if len(digits) > _MOST_DIGITS or not (digits.isascii() and digits.isdecimal()):
        return None
    number = int(digits)
    return number if name == part_name(number) else None


def parts_of(names: Iterable[str]) -> list[str]:
    """The file names of parts among `names`, in the order of their numbers."""
    return sorted((name for name in names if part_number(name) is not None), key=lambda name: part_number(name) or 0)


def blocks_of(pieces: Iterable[bytes], *, longest: int = 4 << 20) -> Iterator[bytes]:
    """A part's content, which comes in `pieces`, in blocks of whole lines for `lines_of`. A line of more than `longest` bytes, which no
    executor has written, is cut; one that isn't whole is left out.
    """
    rest = b""
    for piece in pieces:
        lines, ended, begun = piece.rpartition(b"\n")
        if ended:
            yield rest + lines + ended
            rest = begun
        else:
            rest += begun
        if len(rest) > longest:
            yield rest + b"\n"
            rest = b""


def lines_of(data: bytes) -> Iterator[LogLine]:
    """The lines of a part's content. What isn't in the format, as where a part was written by something else, is a line without a time."""
    for raw in data.decode(errors="replace").split("\n")[:-1]:
        words = raw.split(" ", 3)
        if len(words) == 4 and words[1] in ("stdout", "stderr") and words[2] in ("F", "P"):
            yield LogLine(words[0], words[1], words[2] == "F", words[3])
        else:
            yield LogLine("", "stdout", True, raw)


def encoded(chunks: Iterable[tuple[int, str, bytes]]) -> bytes:
    """The content of a part: pieces of a log, each with its moment in nanoseconds since 1970 and its stream, as lines.

    No code runs for a single line: all lines that a piece has get the same time.
    """
    pieces: list[bytes] = []
    for moment, stream, data in chunks:
        begin = f"{_rfc3339(moment)} {stream} "
        lines, ended, rest = data.rpartition(b"\n")
        if ended:
            whole = f"{begin}F ".encode()
            pieces += (whole, lines.replace(b"\n", b"\n" + whole), ended)
        if rest:
            pieces += (f"{begin}P ".encode(), rest, b"\n")
    return b"".join(pieces)


def cut_line(moment: int, count: int) -> bytes:
    """The content of a part, or its beginning, where `count` bytes were left out."""
    return encoded([(moment, "stderr", f"{CUT}{count} bytes of the log are left out here\n".encode())])


def _rfc3339(moment: int) -> str:
    seconds, nanoseconds = divmod(moment, 10**9)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds))}.{nanoseconds:09d}Z"
