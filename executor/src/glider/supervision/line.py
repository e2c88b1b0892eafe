"""What the process that runs the task says to its parent, so that the parent knows what is left to tell.

    failed {json}    the error that is about to be stored
    storing          outputs are about to be stored: an outputs.pb may be there from now on
    launching name   another program takes this process' place
    ended code       all is told; the process' exit code

Said through a pipe that is never waited for: a parent that is gone, or a task that closed every descriptor it found, must not
disturb the end of an attempt.
"""

from __future__ import annotations

import os

FAILED, STORING, LAUNCHING, ENDED = "failed", "storing", "launching", "ended"

#: A pipe's buffer holds 64 KiB, and nobody empties it before the end.
LONGEST = 48 * 1024


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

    def __init__(self, writer: int | None = None) -> None:
        self._writer = writer
        self._pid = os.getpid()
        self._pipe = None if writer is None else os.fstat(writer).st_ino

    def say(self, word: str, more: str = "") -> None:
        """One line; best effort."""
        if self._writer is None or os.getpid() != self._pid:
            return
        try:
            if os.fstat(self._writer).st_ino == self._pipe:  # else the task closed it, and the number is another file's now
                os.write(self._writer, f"{word} {more}".rstrip().encode()[:LONGEST] + b"\n")
        except OSError:
            pass


_current = Line()


def use_line(line: Line) -> None:
    """`line` is this process' from now on."""
    global _current
    _current = line


def say(word: str, more: str = "") -> None:
    """Tells the parent, where there is one."""
    _current.say(word, more)
