"""Who has asked for an execution by its name: they have received the answer to the request that made it."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

#: So many executions are remembered.
_MOST = 10_000


class Answered:
    """Remembers for some `seconds` who asked for which execution. Used on the event loop."""

    def __init__(self, *, seconds: float = 60, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._clock = seconds, clock
        self._noted: OrderedDict[tuple[str, str, str], float] = OrderedDict()

    def note(self, *, user: str, namespace: str, name: str) -> None:
        """That user has asked for it."""
        key = (user, namespace, name)
        self._noted[key] = self._clock()
        self._noted.move_to_end(key)
        while self._noted and (len(self._noted) > _MOST or self._is_old(next(iter(self._noted.values())))):
            self._noted.popitem(last=False)

    def has(self, *, user: str, namespace: str, name: str) -> bool:
        """Whether that user has asked for it."""
        return (user, namespace, name) in self._noted

    def _is_old(self, moment: float) -> bool:
        return moment < self._clock() - self._seconds
