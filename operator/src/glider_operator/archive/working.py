"""A thread of one's own for what blocks, which can be stopped between two steps."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


class StoppedError(Exception):
    """Whoever started it waits no longer."""


class Thread:
    """Runs one action after the other. `name` is for tools that show threads."""

    def __init__(self, name: str) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._stopped = threading.Event()

    async def do(self, action: Callable[[], T]) -> T:
        """What `action` returns."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, action)

    def sleep(self, seconds: float) -> None:
        """Wait, in the thread.

        Raises:
            StoppedError: it is to end.
        """
        if self._stopped.wait(seconds):
            raise StoppedError

    def check(self) -> None:
        """Raises StoppedError where the thread is to end."""
        if self._stopped.is_set():
            raise StoppedError

    def stop(self) -> None:
        """Let it end, without waiting for that."""
        self._stopped.set()
        self._pool.shutdown(wait=False, cancel_futures=True)
