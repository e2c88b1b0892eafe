"""The API server's time, as its answers give it.

Timeouts count from times that the API server wrote, and so does how long a pod may wait for what it needs. An operator whose own
clock is minutes ahead would give up everything at once, and one whose clock is behind would wait too long. So decisions use the
API server's time: the `Date` of an answer, and the time since then on a monotonic clock. The machine's own clock is used only
until the first answer, since it may be set at any time (NTP, a machine that wakes up). A `Date` is in whole seconds, so a
difference of less than two is ignored.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from glider_core.api.elapsed import elapsed

logger = logging.getLogger(__name__)

#: A `Date` has no fractions: on average half a second of it has passed.
_HALF = timedelta(seconds=0.5)
_SAME = timedelta(seconds=2)
#: An answer that took longer may be about another time.
_PROMPT = 1.0
#: How often a `Date` is read, at most.
_EVERY = 5.0


class ServerClock:
    """What time it is. `own` is this machine's clock."""

    def __init__(self, *, own: Callable[[], datetime] = lambda: datetime.now(UTC), monotonic: Callable[[], float] = elapsed) -> None:
        self._own = own
        self._monotonic = monotonic
        self._date, self._read_at = own(), monotonic()
        self._next = 0.0

    def now(self) -> datetime:
        """The API server's time."""
        return self._date + timedelta(seconds=self._monotonic() - self._read_at)

    def observe(self, date: str | None, took: float) -> None:
        """Read the `Date` of an answer that `took` so many seconds."""
        if date is None or took > _PROMPT or self._monotonic() < self._next:
            return
        self._next = self._monotonic() + _EVERY
        try:
            found = parsedate_to_datetime(date)
        except ValueError:
            return
        found = found.replace(tzinfo=found.tzinfo or UTC) + _HALF
        if abs(found - self.now()) >= _SAME:
            self._date, self._read_at = found, self._monotonic()
            logger.warning(
                "the API server's clock is %+.0f s ahead of this machine's; using the API server's", (found - self._own()).total_seconds()
            )
