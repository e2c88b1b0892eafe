"""SIGTERM: what Kubernetes sends before it takes a pod away.

The error document is written by a thread of its own, because the main thread may sit in a C call for longer than the
grace period. The signal's arrival gets to that thread through a pipe, by two ways: Python's wake-up descriptor, which the
C handler writes at once, and the Python handler, for when asyncio has taken the wake-up descriptor over.

A task that installs its own handler for SIGTERM keeps it, and we stay out of its way: what it does then, saving a checkpoint,
say, goes first, and how it ends is told as the end of a terminated attempt. One that takes too long is killed by the parent
process. A forked child gets the default back.

Where the parent is gone, which no signal tells, nobody waits for the task any more: that ends it like SIGTERM.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import threading
from collections.abc import Callable
from types import FrameType

from glider.supervision.parent import lifeline

_SIGTERM = bytes([signal.SIGTERM])


class Termination:
    """Listens for SIGTERM from its making on, which must be in the main thread.

    Args:
        on_terminated: called from another thread, with what happened, unless the task has a handler of its own.
    """

    def __init__(self, on_terminated: Callable[[str], None]) -> None:
        self.heard = False
        self._on_terminated = on_terminated
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._writer, False)
        signal.signal(signal.SIGTERM, self._handler)
        signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)
        os.register_at_fork(after_in_child=self._forget)
        threading.Thread(target=self._wait, name="glider-termination", daemon=True).start()

    def _handler(self, number: int, frame: FrameType | None) -> None:
        with contextlib.suppress(BlockingIOError):  # full of the same news
            os.write(self._writer, _SIGTERM)

    def _wait(self) -> None:
        parent = lifeline()
        watched = [self._reader] if parent is None else [self._reader, parent]
        while True:
            try:
                ready, _, _ = select.select(watched, [], [])
                news = b"" if parent in ready else os.read(self._reader, 64)
            except (OSError, ValueError):  # the task closed every descriptor that it found; the parent sees to the rest
                return
            if parent in ready:
                self._on_terminated("the supervising process was killed")
                return
            if _SIGTERM in news:
                self.heard = True
                if signal.getsignal(signal.SIGTERM) == self._handler:
                    self._on_terminated("SIGTERM")
                    return

    def _forget(self) -> None:
        if signal.getsignal(signal.SIGTERM) == self._handler:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.set_wakeup_fd(-1)
        os.close(self._reader)
        os.close(self._writer)
