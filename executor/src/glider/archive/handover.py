"""A short task's log is stored by the child, at its end: it has a client of the store, which the parent would take 60 ms to make.

The child asks by a line through a pipe. The parent puts the part into memory that both share, and answers by a line with the part's
number and length, 0 where it sees to all itself. The child answers in turn that the part is stored, or why it isn't. A child that can't
ask any more, whatever became of it, leaves all to the parent.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import sys
from collections.abc import Callable

#: The largest part that is handed over.
ROOM = 1 << 20
ASK, STORED, FAILED = b"ask", b"stored", b"failed"
_ANSWER_SECONDS = 2.0
#: For how long the store is tried: the outcome is reported, and only the log is left.
_PATIENCE = 5.0
#: A request under way isn't ended by that.
_MOST_SECONDS = 8.0


class Handover:
    """Made before the fork. Both sides have all of it."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self._room = mmap.mmap(-1, ROOM)
        self.questions, self._asker = os.pipe()
        self._answers, self._answerer = os.pipe()
        self._pid = 0

    # the parent

    def lines(self) -> list[bytes]:
        """What the child has sent; there is something."""
        return os.read(self.questions, 1 << 16).splitlines()

    def give(self, number: int, data: bytes) -> bool:
        """Answers the child: it is to store that part. False where it is too large, and nothing was answered."""
        if len(data) > ROOM:
            return False
        self._room[: len(data)] = data
        self._answer(number, len(data))
        return True

    def keep(self) -> None:
        """Answers the child that there is nothing for it to do."""
        self._answer(0, 0)

    def _answer(self, number: int, length: int) -> None:
        os.write(self._answerer, b"%d %d\n" % (number, length))

    # the child

    def follow(self) -> None:
        """In the child, right after the fork."""
        global _current
        self._pid = os.getpid()
        self._pipes = self._identities()
        _current = self

    def settle(self) -> None:
        """Asks, and stores what is given."""
        import select

        if self._pid != os.getpid() or self._pipes != self._identities():
            return  # or the task has closed the pipes, and their numbers are its own files' now
        os.write(self._asker, ASK + b"\n")
        if not select.select([self._answers], [], [], _ANSWER_SECONDS)[0]:
            return
        number, length = map(int, os.read(self._answers, 64).split())
        if length == 0:
            return
        os.write(self._asker, _outcome(_storing(self.folder, number, self._room[:length])) + b"\n")

    def _identities(self) -> list[tuple[int, int]]:
        return [(status.st_dev, status.st_ino) for status in map(os.fstat, (self._asker, self._answers))]


_current: Handover | None = None


def settle() -> None:
    """In the child, when its outcome is reported: stores what it has written, if that is little and its parent keeps its log."""
    if _current is None:
        return
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()
    with contextlib.suppress(Exception):  # the task may have closed the pipes; then all is the parent's
        _current.settle()


def _storing(folder: str, number: int, data: bytes) -> Callable[[], None]:
    """What stores a part."""
    from glider.storage.access import current_access
    from glider.storage.uris import join
    from glider.wire.logparts import part_name

    storage = current_access().storage.hurried(_PATIENCE)
    return lambda: storage.write(join(folder, part_name(number)), data)


def _outcome(store: Callable[[], None]) -> bytes:
    """The child's answer. A client that waits for a store that doesn't answer is left behind, in a thread that the process ends with."""
    import threading

    outcome: list[bytes] = []

    def run() -> None:
        try:
            store()
        except Exception as problem:
            outcome.append(FAILED + b" " + f"{problem}".encode(errors="replace").replace(b"\n", b" ")[:2000])
        else:
            outcome.append(STORED)

    thread = threading.Thread(target=run, name="glider-log", daemon=True)
    thread.start()
    thread.join(_MOST_SECONDS)
    return outcome[0] if outcome else FAILED + b" expected an answer of the store in %g s, found none" % _MOST_SECONDS
