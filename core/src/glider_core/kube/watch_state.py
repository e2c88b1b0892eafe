"""Whether a watch works.

A watch that the API server accepts (200) works, unless it ends at once without an event, as behind a proxy that cuts every stream:
then no event would ever arrive, although each single call succeeds. After such an end the next watch counts only once it has
received an event or has lasted for a while, and each retry waits longer.
"""

from __future__ import annotations

import random
from collections.abc import Callable

_FIRST_PAUSE, _LONGEST_PAUSE = 0.25, 30.0
#: A watch that ends sooner, without an event, doesn't count.
_SHORT = 1.0
#: How long there may be no watch before the operator reports that it isn't ready.
PATIENCE = 30.0

ENDED_AT_ONCE = "it ended at once, without an event"


class WatchState:
    """The state of one watch of `resource`. `last_problem`: why the last try failed. `clock`: seconds, monotonic."""

    def __init__(self, resource: str, *, clock: Callable[[], float]) -> None:
        self._resource = resource
        self._clock = clock
        self.last_problem = "it hasn't begun"
        self._lost_at = clock()
        self._opened_at: float | None = None
        self._received = False
        #: Whether the last one that was accepted ended at once: the next one doesn't count until it has shown that it works.
        self._doubtful = False
        self._failures = 0

    def opened(self) -> None:
        """The API server has accepted the watch."""
        self._opened_at, self._received = self._clock(), False

    def received(self) -> None:
        """The watch has received an event."""
        self._received, self._doubtful, self._failures = True, False, 0

    def ended(self) -> bool:
        """The watch has ended, with an error or without. Return whether that was at once, without an event."""
        if self._works():
            self._lost_at = self._clock()
        if self._opened_at is None:
            return not self._received
        self._doubtful = not self._received and self._clock() < self._opened_at + _SHORT
        return self._doubtful

    def lost(self, problem: str) -> None:
        """The watch can't go on, or could not begin."""
        if self._works():
            self._lost_at = self._clock()
        self.last_problem, self._opened_at, self._received = problem, None, False

    def pause(self) -> float:
        """How many seconds to wait before the next try: longer each time, with jitter, so that operators don't all come back at once."""
        self._failures += 1
        longest: float = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(self._failures - 1, 30))
        return longest * random.uniform(0.5, 1.0)

    def problem(self) -> str:
        """Why the watch has not worked for a while; empty if it works, or has failed only a moment ago."""
        lasts = self._clock() - self._lost_at
        if self._works() or lasts < PATIENCE:
            return ""
        return f"no watch of {self._resource} for {lasts:.0f} s: {self.last_problem}"

    def _works(self) -> bool:
        if self._received or self._opened_at is None:
            return self._received
        return not self._doubtful or self._clock() >= self._opened_at + _SHORT
