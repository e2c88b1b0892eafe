"""The API server's time, by what its answers say.

Timeouts count from times that the API server wrote, and so does how long a pod may wait for what it needs. An operator whose own
clock is minutes ahead would give up everything at first sight, and one whose clock is behind would let it wait. So decisions go
by the API server's time: what the `Date` of an answer said, and how long that is ago by a clock that nobody sets. Our own clock
counts only until the first answer, since it may be set at any time (NTP, a machine that wakes up), and timeouts would go by that.
A `Date` is in whole seconds, so a difference of less than two is none.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from glider_core.api.elapsed import elapsed

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

    def __init__(self, *, own: Callable[[], datetime] = lambda: datetime.now(UTC), monotonic: Callable[[], float] = elapsed) -> None:
        self._own = own
        self._monotonic = monotonic
        self._said, self._said_at = own(), monotonic()
        self._next = 0.0

    def now(self) -> datetime:
        """The API server's time."""
        return self._said + timedelta(seconds=self._monotonic() - self._said_at)

    def heard(self, date: str | None, took: float) -> None:
        """An answer that `took` so many seconds has this `Date`."""
        if date is None or took > _PROMPT or self._monotonic() < self._next:
            return
        self._next = self._monotonic() + _EVERY
        try:
            said = parsedate_to_datetime(date)
        except ValueError:
            return
        said = said.replace(tzinfo=said.tzinfo or UTC) + _HALF
        if abs(said - self.now()) >= _SAME:
            self._said, self._said_at = said, self._monotonic()
            logger.warning(
                "the API server's clock is %+.0f s ahead of this machine's; using the API server's", (said - self._own()).total_seconds()
            )
