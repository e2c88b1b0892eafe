"""What only the leader does: it begins with the leadership, and stops before the operator ends.

The watches go on before that, so that a standby's caches are filled; the leadership itself is released later, once no write is in flight.
"""

from __future__ import annotations

import asyncio

from glider_operator.startup.background import Background
from glider_operator.startup.parts import Parts


class Leading:
    """Reconciles, Events, sweeps and the history, as tasks in `background`. `elected`: whether another operator may have led before."""

    def __init__(self, parts: Parts, background: Background, *, elected: bool) -> None:
        self._parts = parts
        self._background = background
        self._elected = elected
        self._sweeping: list[asyncio.Task[None]] = []

    async def begin(self) -> None:
        """Start all of it; after an election, once the caches are as new as the former leader's last write.

        Raises:
            RestoredError: somebody has restored a backup of etcd.
        """
        controller, sweeps, start = self._parts.controller, self._parts.sweeps, self._background.start
        if self._elected:
            await sweeps.sweeper.catch_up()
        controller.queue.start(create_task=start)
        controller.recorder.start(create_task=start)
        self._sweeping.append(start(sweeps.sweeper.run(), name="sweeper"))
        self._sweeping.append(start(sweeps.finished.run(), name="list of finished executions"))
        self._sweeping.append(start(sweeps.retainer.run(), name="retention of templates"))
        self._sweeping.append(start(sweeps.history.run(), name="retention of the history"))
        if controller.archiver is not None:
            self._sweeping.append(start(controller.archiver.run(), name="history"))
            self._sweeping.append(start(controller.archiver.compact(), name="compaction of the history's index"))
        if self._parts.rescuer is not None:
            self._sweeping.append(start(self._parts.rescuer.run(), name="rescue of logs"))

    async def stop(self) -> None:
        """End it: sweeps first; then what is being reconciled is finished, and what it left to be archived and posted goes out."""
        controller = self._parts.controller
        for task in self._sweeping:
            task.cancel()
        await controller.queue.close()
        if controller.archiver is not None:
            await controller.archiver.flush()
        await controller.recorder.close(flush=self._parts.leadership.fence.open)
