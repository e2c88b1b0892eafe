"""What the process that runs the task says to its parent, so that the parent knows what is left to tell.

    failed …         how the attempt failed: first the little that can be said in any state, then all
    stored           error.pb is stored, or must not be
    storing          outputs are about to be stored: an outputs.pb may be there from now on
    summarised       the summary is written
    launching name   another program takes this process' place
    ended code       the process has come to its end, and this is its exit code

Said through memory that both share: it takes no file handle, no system call and hardly any memory of its own, so that a task
that used these up, or closed every descriptor that it found, is heard all the same. A line counts once its length is written,
so that none is read by half.

How the process of a task ended, as its parent saw it, and what that process had said.
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
    """The child's end. Says nothing in processes that the child forks."""

    def __init__(self, page: Page | None = None) -> None:
        self._page = page
        self._pid = _getpid()

    def say(self, word: str, more: str = "") -> None:
        """One line; best effort."""
        if self._page is None or _getpid() != self._pid:
            return
        try:
            self._page.write(f"{word} {more}".rstrip().encode(errors="backslashreplace"))
        except Exception:  # no memory, say
            return


_current = Line()


def use_line(line: Line) -> None:
    """`line` is this process' from now on."""
    global _current
    _current = line


def say(word: str, more: str = "") -> None:
    """Tells the parent, where there is one."""
    _current.say(word, more)


class Failure(NamedTuple):
    """How an attempt failed, as plain text: nothing needs to be imported to say it or to read it."""

    code: str
    kind: str
    origin: str
    message: str

    def encoded(self) -> str:
        """As one line."""
        return " ".join([text.encode(errors="backslashreplace").hex() or "-" for text in self])


def decode_failure(line: str) -> Failure | None:
    """What `Failure.encoded` made; None where it is something else."""
    try:
        code, kind, origin, message = ("" if word == "-" else bytes.fromhex(word).decode() for word in line.split(" "))
    except ValueError:
        return None
    return Failure(code, kind, origin, message)


class Ending(NamedTuple):
    """`status` is what waitpid says: an exit code, or a signal's number below 0.

    `said` are the child's lines, `dump` what its faulthandler wrote. `terminated` are the seconds from the first SIGTERM
    that was forwarded to the end, None where there was none; `overdue`: we killed it, since it was still there when time ran
    out. `oom_kills` were counted meanwhile.
    """

    status: int
    said: tuple[str, ...] = ()
    dump: str = ""
    terminated: float | None = None
    overdue: bool = False
    oom_kills: int = 0
    peak_memory_bytes: int = 0
    cpu_seconds: float = 0.0

    def last(self, word: str) -> str | None:
        """What the child said last after `word`; None where it never said so."""
        return next((line[len(word) + 1 :] for line in reversed(self.said) if line.partition(" ")[0] == word), None)

    def failure(self) -> Failure | None:
        """How the attempt failed by the child's words; the last that it said, which is the whole of it."""
        words = (line.partition(" ") for line in reversed(self.said))
        return next((found for word, _, more in words if word == FAILED and (found := decode_failure(more)) is not None), None)

    def is_told(self) -> bool:
        """Whether the child has told all that there is to tell, and nothing is left to its parent."""
        if self.last(ENDED) is None:
            return False
        if self.last(FAILED) is not None:
            return self.last(STORED) is not None and self.last(SUMMARISED) is not None
        return self.last(STORING) is None or self.last(SUMMARISED) is not None
