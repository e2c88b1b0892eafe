"""The API server's time, by what its answers say.

Timeouts count from times that the API server wrote, and so does how long a pod may wait for what it needs. An operator whose own
clock is minutes ahead would give up everything at first sight, and one whose clock is behind would let it wait. So decisions go
by the API server's time: our own clock's, put right by the `Date` of answers. That is in whole seconds, so a difference of less
than two is none. Our own clock is read once: somebody may set it while we run, and until the next answer all would be over.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

logger = logging.getLogger(__name__)

#: A second that was begun is half over, by and large.
_HALF = timedelta(seconds=0.5)
_SAME = timedelta(seconds=2)
#: An answer that took longer may be about another time.
_PROMPT = 1.0
#: How often it is worth looking at.
_EVERY = 5.0


class ServerClock:
    """What time it is. `own` is this machine's clock."""

    def __init__(self, *, own: Callable[[], datetime] = lambda: datetime.now(UTC), monotonic: Callable[[], float] = time.monotonic) -> None:
        self._began = own() - timedelta(seconds=monotonic())
        self._monotonic = monotonic
        self._ahead = timedelta()
        self._next = 0.0

    def now(self) -> datetime:
        """The API server's time."""
        return self._began + timedelta(seconds=self._monotonic()) + self._ahead

    def heard(self, date: str | None, took: float) -> None:
        """An answer that `took` so many seconds has this `Date`."""
        if date is None or took > _PROMPT or self._monotonic() < self._next:
            return
        self._next = self._monotonic() + _EVERY
        try:
            said = parsedate_to_datetime(date)
        except ValueError:
            return
        off = said.replace(tzinfo=said.tzinfo or UTC) + _HALF - self.now()
        if abs(off) >= _SAME:
            self._ahead += off
            logger.warning("the API server's clock is %+.0f s ahead of ours; going by it", self._ahead.total_seconds())
