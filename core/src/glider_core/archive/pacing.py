"""How quickly objects are deleted: a store that is busy with deletions is slow for tasks too."""

from __future__ import annotations

import time
from collections.abc import Callable


class Pace:
    """At most so many a second, in the long run.

    Args:
        per_second: how many.
        clock: seconds of a clock that only goes forward.
        sleep: waits for seconds; it may raise, to end what is paced.
    """

    def __init__(
        self, per_second: int, *, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self.per_second = per_second
        self._clock, self._sleep = clock, sleep
        self._free = clock()

    def take(self, count: int) -> None:
        """Wait until `count` more may be deleted. `sleep` is called each time, also for no time at all."""
        now = self._clock()
        self._sleep(max(0.0, self._free - now))
        self._free = max(self._free, now) + count / self.per_second
