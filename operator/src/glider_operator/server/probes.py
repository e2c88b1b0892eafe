"""Whether the operator does its work, and whether a restart would help if it doesn't.

Ready: the watches work and the queue moves. Alive: the event loop answers, and the workers aren't all stuck for longer than any call
may take. A blocked loop is reported by a thread, with the place, since the loop itself can't. A reconcile that takes too long is
reported while it runs, since it may never end.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Mapping

from glider_operator.cache.executions import Key
from glider_operator.queue.work_queue import SLOW
from glider_operator.telemetry import metrics

logger = logging.getLogger(__name__)

#: How long the queue may not move before the operator is unready, and before it asks for a restart. Calls end within 40 s.
STUCK_UNREADY = 90.0
STUCK_DEAD = 300.0
_BEAT = 0.25
_REMEMBERED = 40
#: How late the loop may be before that is logged, and before the thread logs where it is blocked.
_LAG = 1.0
_HELD_UP = 5.0


class Health:
    """Readiness and liveness.

    Args:
        stuck_for: how many seconds the queue hasn't moved.
        silent: the resource whose watch seems to report nothing; empty if all watches work.
        working: the running reconciles, and for how many seconds each has been running.
    """

    def __init__(
        self,
        *,
        stuck_for: Callable[[], float],
        silent: Callable[[], str],
        working: Callable[[], Mapping[Key, float]] = dict,
    ) -> None:
        self._stuck_for = stuck_for
        self._silent = silent
        self._working = working
        self._slow: set[Key] = set()
        self._lags: deque[float] = deque(maxlen=_REMEMBERED)
        self._beat = time.monotonic()
        self._stop = threading.Event()

    def unready(self) -> str:
        """Why the operator isn't ready; empty if it is."""
        if (stuck := self._stuck_for()) > STUCK_UNREADY:
            return f"nothing in the queue has moved for {stuck:.0f} s"
        if silent := self._silent():
            return f"the watch of {silent} misses changes; sweeps find them"
        return ""

    def dead(self) -> str:
        """Why a restart would help; empty if it wouldn't."""
        return f"nothing in the queue has moved for {stuck:.0f} s" if (stuck := self._stuck_for()) > STUCK_DEAD else ""

    def lag(self) -> float:
        """How late the event loop was, at worst in the last seconds."""
        return max(self._lags, default=0.0)

    async def watch(self) -> None:
        """Measure the loop's lag until cancelled."""
        thread = threading.Thread(target=self._watch_loop, args=(threading.get_ident(),), name="watchdog", daemon=True)
        thread.start()
        try:
            while True:
                self._beat = before = time.monotonic()
                await asyncio.sleep(_BEAT)
                self._lags.append(lag := max(0.0, time.monotonic() - before - _BEAT))
                metrics.LOOP_LAG.set(self.lag())
                if lag > _LAG:
                    logger.warning("the event loop was %.1f s late", lag)
                self._report_slow_reconciles()
        finally:
            self._stop.set()

    def _report_slow_reconciles(self) -> None:
        """Log each once."""
        slow = {key: took for key, took in self._working().items() if took > SLOW}
        for key in slow.keys() - self._slow:
            name = "/".join(key)
            logger.warning("%s: the reconcile has been running for %.0f s", name, slow[key], extra={"execution": name})
        self._slow = set(slow)

    def _watch_loop(self, loop_thread: int) -> None:
        reported = 0.0
        while not self._stop.wait(_HELD_UP / 5):
            held_up = time.monotonic() - self._beat
            if held_up > _HELD_UP and reported != self._beat:
                reported = self._beat  # once for each time that it happens
                frame = sys._current_frames().get(loop_thread)
                where = "".join(traceback.format_stack(frame)[-4:]) if frame is not None else "?"
                logger.warning("the event loop has been blocked for %.0f s, at\n%s", held_up, where)
