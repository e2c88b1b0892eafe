"""SIGTERM: what Kubernetes sends before it takes a pod away.

The error document is written by a thread of its own, because the main thread may sit in a C call for longer than the
grace period. The signal's arrival gets to that thread through a pipe, by two ways: Python's wake-up descriptor, which the
C handler writes at once, and the Python handler, for when asyncio has taken the wake-up descriptor over.

A handler must be installed at all since a container's first process ignores SIGTERM without one. A task that installs its
own handler for SIGTERM keeps it, and we stay out of its way. A forked child gets the default back.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable
from types import FrameType

_SIGTERM = bytes([signal.SIGTERM])


def watch_termination(on_terminated: Callable[[], None]) -> None:
    """Calls `on_terminated` from another thread once SIGTERM arrives. Must be called from the main thread."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)

    def handler(number: int, frame: FrameType | None) -> None:
        with contextlib.suppress(BlockingIOError):  # full of the same news
            os.write(writer, _SIGTERM)

    def wait() -> None:
        while news := os.read(reader, 64):
            if _SIGTERM in news and signal.getsignal(signal.SIGTERM) is handler:
                on_terminated()
                return

    def forget() -> None:
        if signal.getsignal(signal.SIGTERM) is handler:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.set_wakeup_fd(-1)
        os.close(reader)
        os.close(writer)

    signal.signal(signal.SIGTERM, handler)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    os.register_at_fork(after_in_child=forget)
    threading.Thread(target=wait, name="glider-termination", daemon=True).start()
