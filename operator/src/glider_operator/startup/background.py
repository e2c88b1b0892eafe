"""Tasks that run beside everything else for as long as the operator does. One that dies ends the process.

Sweeps or Events that stop silently would be noticed too late; a restart costs seconds, and loses nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

logger = logging.getLogger(__name__)


class Background:
    """The tasks that `start` has started; made while the loop runs."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._died: asyncio.Future[BaseException] = asyncio.get_running_loop().create_future()

    def start(self, coroutine: Coroutine[Any, Any, None], *, name: str) -> asyncio.Task[None]:
        """Like asyncio.create_task; an exception of the task is logged, and ends the operator."""
        task = asyncio.create_task(coroutine, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    async def unless_it_dies(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """What `coroutine` returns.

        Raises:
            Exception: what one of the tasks died of; then `coroutine` has been cancelled.
        """
        meanwhile = asyncio.create_task(coroutine)
        try:
            either: set[asyncio.Future[Any]] = {meanwhile, self._died}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if not meanwhile.done():
                meanwhile.cancel()
                await asyncio.wait([meanwhile])
        if self._died.done():
            raise self._died.result()
        return meanwhile.result()

    def cancel(self) -> None:
        """End all that still runs."""
        for task in tuple(self._tasks):
            task.cancel()

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if task.cancelled() or (error := task.exception()) is None:
            return
        logger.error("stopping: the %s failed: %r", task.get_name(), error)
        if not self._died.done():
            self._died.set_result(error)
