"""How slowly the API server answers writes now: the measure by which optional calls are reduced.

A count of calls a second shows little about load: the same count is a tenth of one API server and all of another. The time that a
write takes, its wait for the operator's own rate limit included, rises with load on either.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

#: How much one write moves the average: a dozen writes at once are enough to see that a burst has begun.
_WEIGHT = 0.25
#: Without writes the average falls by half in this time, in seconds, so that a burst in the past counts little.
_HALF_LIFE = 5.0


class WriteLatency:
    """A moving average of the seconds that writes take, which decays while there are none.

    Args:
        clock: seconds, monotonic.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._average = 0.0
        self._as_of = clock()

    def observe(self, seconds: float) -> None:
        """Count a write that took `seconds`."""
        average = self.seconds()
        self._average = average + _WEIGHT * (seconds - average)
        self._as_of = self._clock()

    def seconds(self) -> float:
        """The average now, in seconds."""
        return self._average * math.pow(0.5, (self._clock() - self._as_of) / _HALF_LIFE)
