"""SIGTERM: what Kubernetes sends before it takes a pod away.

The error document is written by a thread of its own, because the main thread may sit in a C call for longer than the
grace period. The signal's arrival gets to that thread through a pipe, by two ways: Python's wake-up descriptor, which the
C handler writes at once, and the Python handler, for when asyncio has taken the wake-up descriptor over. And the parent process
writes to a pipe before it forwards the signal, for when the task has taken over both.

A task that installs its own handler for SIGTERM keeps it, and we stay out of its way: what it does then, such as saving a
checkpoint, goes first, and how it ends is reported as the end of a terminated attempt. One that takes too long is killed by the parent
process. A forked child gets the default back; until it has, SIGTERM waits, since the pipe is still the parent's too.

Where the parent is gone, of which there is no signal, nobody waits for the task any more: that ends it like SIGTERM.
"""

from __future__ import annotations

import os
import select
import signal
import threading
from collections.abc import Callable
from types import FrameType

from glider.supervision.parent import lifeline

_SIGTERM = bytes([signal.SIGTERM])
_ASKED = b"\0"  # no signal's number


class Termination:
    """Listens for SIGTERM from its making on, which must be in the main thread.

    Args:
        on_terminated: called from another thread, with what happened, unless the task has a handler of its own.
    """

    def __init__(self, on_terminated: Callable[[str], None]) -> None:
        self._received = False
        self._answer = threading.Event()
        self._on_terminated = on_terminated
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._writer, False)
        self._pipe = os.fstat(self._writer).st_ino
        signal.signal(signal.SIGTERM, self._handler)
        signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)
        self._forking = threading.local()
        os.register_at_fork(before=self._hold, after_in_child=self._forget, after_in_parent=self._let_through)
        threading.Thread(target=self._wait, name="glider-termination", daemon=True).start()

    def received(self) -> bool:
        """Whether SIGTERM has come. Not for the listening thread, which may be a moment behind a handler of the task's own."""
        self._answer.clear()
        if self._pass_on(_ASKED):
            self._answer.wait(timeout=1)
        return self._received

    def _handler(self, number: int, frame: FrameType | None) -> None:
        self._received = True
        if not self._pass_on(_SIGTERM):
            threading.Thread(target=self._on_terminated, args=("SIGTERM",), name="glider-termination", daemon=True).start()

    def _pass_on(self, message: bytes) -> bool:
        """To the listening thread; False where the task closed the pipe, whose number may be another file's by now."""
        try:
            if os.fstat(self._writer).st_ino != self._pipe:
                return False
            os.write(self._writer, message)
        except BlockingIOError:  # full of the same messages
            return True
        except OSError:
            return False
        return True

    def _wait(self) -> None:
        parent = lifeline()
        pipe = None if parent is None else os.fstat(parent).st_ino
        watched = [self._reader] if parent is None else [self._reader, parent]
        while True:
            try:
                ready, _, _ = select.select(watched, [], [])
                from_parent = parent is not None and parent in ready and os.fstat(parent).st_ino == pipe
                gone = from_parent and not os.read(parent or 0, 1)
                self._received = self._received or (from_parent and not gone)
                messages = os.read(self._reader, 64) if self._reader in ready else b""
            except (OSError, ValueError):  # the task closed every descriptor that it found; the parent sees to the rest
                return
            if gone:
                self._on_terminated("the supervising process was killed")
                return
            self._received = self._received or _SIGTERM in messages
            if _ASKED in messages:
                self._answer.set()
            if _SIGTERM in messages and signal.getsignal(signal.SIGTERM) == self._handler:
                self._on_terminated("SIGTERM")

    def _hold(self) -> None:
        """SIGTERM waits in the thread that forks, and so in the child."""
        self._forking.blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})

    def _let_through(self) -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, self._forking.blocked)

    def _forget(self) -> None:
        try:
            if signal.getsignal(signal.SIGTERM) == self._handler:
                signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.set_wakeup_fd(-1)
            os.close(self._reader)
            os.close(self._writer)
        finally:
            self._let_through()
