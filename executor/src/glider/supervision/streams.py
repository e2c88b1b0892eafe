"""What the task writes to standard output and standard error, on its way through the parent.

Before the fork each of the two is replaced, in the parent and so in the child, by a pipe, or by a terminal where it is one; of two that
are the same file, both by the same. The parent's own messages take the same way, and so are in order with the task's. The container's
own files stay open as targets, which the child gives back their numbers where there is nobody to move what it writes.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from typing import NamedTuple

STDOUT, STDERR = "stdout", "stderr"
_NAMES = {1: STDOUT, 2: STDERR}


class Stream(NamedTuple):
    """One way through the parent: what comes from `reader` goes to `target`. `descriptors` are the numbers that lead into it."""

    name: str
    reader: int
    target: int
    descriptors: tuple[int, ...]
    terminal: bool = False


def divert() -> tuple[Stream, ...]:
    """Puts pipes in the place of this process' standard output and error.

    Raises:
        OSError: there are no descriptors left, for one; then all is as before.
    """
    streams: list[Stream] = []
    try:
        for descriptors in _files():
            streams.append(_diverted(descriptors))
    except BaseException:
        restore(streams)
        close(streams)
        raise
    return tuple(streams)


def restore(streams: Iterable[Stream]) -> None:
    """Gives the container's own files their numbers back, in this process."""
    for stream in streams:
        for descriptor in stream.descriptors:
            os.dup2(stream.target, descriptor)


def close(streams: Iterable[Stream]) -> None:
    """Lets go of what is the parent's, in a process that isn't."""
    for stream in streams:
        for descriptor in (stream.reader, stream.target):
            os.close(descriptor)


def _files() -> list[tuple[int, ...]]:
    """Descriptors of standard output and error; in one tuple, where they are the same file."""
    files: dict[tuple[int, int], list[int]] = {}
    for descriptor in _NAMES:
        status = os.fstat(descriptor)
        files.setdefault((status.st_dev, status.st_ino), []).append(descriptor)
    return [tuple(descriptors) for descriptors in files.values()]


def _diverted(descriptors: tuple[int, ...]) -> Stream:
    target = os.dup(descriptors[0])
    try:
        terminal = os.isatty(target)
        reader, writer = _terminal_like(target) if terminal else os.pipe()
    except BaseException:
        os.close(target)
        raise
    for descriptor in descriptors:
        os.dup2(writer, descriptor)
    os.close(writer)
    return Stream(_NAMES[descriptors[0]], reader, target, descriptors, terminal)


def _terminal_like(target: int) -> tuple[int, int]:
    """A terminal of the same size and settings, both ends. Only the real one turns line feeds into what terminals want."""
    import fcntl
    import termios

    reader, writer = os.openpty()
    with contextlib.suppress(OSError, termios.error):
        attributes = termios.tcgetattr(target)
        attributes[1] &= ~termios.OPOST
        termios.tcsetattr(writer, termios.TCSANOW, attributes)
        fcntl.ioctl(writer, termios.TIOCSWINSZ, fcntl.ioctl(target, termios.TIOCGWINSZ, bytes(8)))
    return reader, writer
