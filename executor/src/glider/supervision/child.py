"""The process that runs the task, as its parent sees it: what it reports, and how it ended.

From its reports the parent knows what is left to report:

    failed …         how the attempt failed: first the little that any state of the process allows, then all
    stored           error.pb is stored, or must not be
    storing          outputs are about to be stored: an outputs.pb may be there from now on
    summarised       the summary is written
    launching name   another program takes this process' place
    ended code       the process has come to its end, and this is its exit code

Reports go through memory that both share. That takes no file handle, no system call and hardly any memory of its own, so that a
task that used these up, or closed every descriptor that it found, still reports. A line counts once its length is written, so
that none is read by half.
"""

from __future__ import annotations

import mmap
import os
from typing import NamedTuple

FAILED, STORED, STORING, SUMMARISED, LAUNCHING, ENDED = "failed", "stored", "storing", "summarised", "launching", "ended"

#: Room for two failures with the longest messages. What nobody writes to takes no memory.
_ROOM = 8 << 20
_HEADER = 8
#: As they are before the task could put something else in their place.
_getpid, _len, _from_bytes = os.getpid, len, int.from_bytes


class Page:
    """Memory for lines, shared with the processes that are forked off later."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, _ROOM)

    def write(self, line: bytes) -> None:
        """Adds a line; what there is no room for is left out."""
        start = self._end()
        end = start + _len(line) + 1
        if end <= _ROOM:
            self._memory[start:end] = line + b"\n"
            self._memory[:_HEADER] = end.to_bytes(_HEADER, "little")

    def lines(self) -> tuple[str, ...]:
        """All that was written so far."""
        return tuple(self._memory[_HEADER : self._end()].decode(errors="replace").split("\n")[:-1])

    def _end(self) -> int:
        return _from_bytes(self._memory[:_HEADER], "little") or _HEADER


class Pipe:
    """A pipe whose writers never wait, and whose readers never wait for them."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self.reader, self.writer = os.pipe()
        os.set_blocking(self.reader, False)
        os.set_blocking(self.writer, False)

    def content(self) -> str:
        """All that was written so far. A grandchild may hold the writing end for long, so its closing isn't waited for."""
        try:
            while piece := os.read(self.reader, 1 << 16):
                self._pieces.append(piece)
        except BlockingIOError:
            pass
        return b"".join(self._pieces).decode(errors="replace")


class Line:
    """The child's side. Processes that the child forks report nothing."""

    def __init__(self, page: Page | None = None) -> None:
        self._page = page
        self._pid = _getpid()

    def write(self, kind: str, text: str = "") -> None:
        """One report, as a line; best effort."""
        if self._page is None or _getpid() != self._pid:
            return
        try:
            self._page.write(f"{kind} {text}".rstrip().encode(errors="backslashreplace"))
        except Exception:  # no memory, for one
            return


_current = Line()


def use_line(line: Line) -> None:
    """`line` is this process' from now on."""
    global _current
    _current = line


def report_to_parent(kind: str, text: str = "") -> None:
    """Reports to the parent, where there is one."""
    _current.write(kind, text)


class FailureReport(NamedTuple):
    """How an attempt failed, as plain text: nothing needs to be imported to write it or to read it."""

    code: str
    kind: str
    origin: str
    message: str

    def encoded(self) -> str:
        """As one line."""
        return " ".join([text.encode(errors="backslashreplace").hex() or "-" for text in self])


def decode_failure(line: str) -> FailureReport | None:
    """What `FailureReport.encoded` made; None where it is something else."""
    try:
        code, kind, origin, message = ("" if word == "-" else bytes.fromhex(word).decode() for word in line.split(" "))
    except ValueError:
        return None
    return FailureReport(code, kind, origin, message)


class Ending(NamedTuple):
    """`status` is what waitpid reports: an exit code, or a signal's number below 0.

    `reports` are the child's lines, `dump` what its faulthandler wrote. `terminated` are the seconds from the first SIGTERM
    that was forwarded to the end, None where there was none; `overdue`: we killed it, since it was still there when time ran
    out. `oom_kills` were counted meanwhile.
    """

    status: int
    reports: tuple[str, ...] = ()
    dump: str = ""
    terminated: float | None = None
    overdue: bool = False
    oom_kills: int = 0
    peak_memory_bytes: int = 0
    cpu_seconds: float = 0.0

    def last(self, kind: str) -> str | None:
        """The text of the last report of that kind; None where there is none."""
        return next((line[len(kind) + 1 :] for line in reversed(self.reports) if line.partition(" ")[0] == kind), None)

    def failure(self) -> FailureReport | None:
        """How the attempt failed, by the last report of that, which is the whole of it."""
        reports = (line.partition(" ") for line in reversed(self.reports))
        return next((found for kind, _, text in reports if kind == FAILED and (found := decode_failure(text)) is not None), None)

    def is_reported(self) -> bool:
        """Whether the child has reported its outcome everywhere, and nothing is left to its parent."""
        if self.last(ENDED) is None:
            return False
        if self.last(FAILED) is not None:
            return self.last(STORED) is not None and self.last(SUMMARISED) is not None
        return self.last(STORING) is None or self.last(SUMMARISED) is not None
