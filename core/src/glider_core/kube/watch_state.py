"""Whether a watch works, by what it was seen to do.

A watch that the API server takes up (200) works, unless it ends at once and has told nothing, as behind a proxy that cuts every
stream: then nothing would be heard of for ever while each single call looks well. After such an end the next one counts only once
it has told something or has lasted for a while, and it is tried again ever more slowly.
"""

from __future__ import annotations

import random
from collections.abc import Callable

_FIRST_PAUSE, _LONGEST_PAUSE = 0.25, 30.0
#: A watch that ends sooner, and says nothing, isn't one.
_SHORT = 1.0
#: How long there may be no watch before the operator says that it isn't ready.
PATIENCE = 30.0

ENDED_AT_ONCE = "it ended at once, and had told nothing"


class WatchState:
    """The state of one watch of `resource`. `last_problem` is what the last try that failed came to. `clock`: seconds, monotonic."""

    def __init__(self, resource: str, *, clock: Callable[[], float]) -> None:
        self._resource = resource
        self._clock = clock
        self.last_problem = "it hasn't begun"
        self._lost_at = clock()
        self._opened_at: float | None = None
        self._told = False
        #: Whether the last one that was taken up ended at once: the next one has to show that it is better.
        self._doubtful = False
        self._failures = 0

    def opened(self) -> None:
        """The API server has taken the watch up."""
        self._opened_at, self._told = self._clock(), False

    def told(self) -> None:
        """The watch has told something."""
        self._told, self._doubtful, self._failures = True, False, 0

    def ended(self) -> bool:
        """The watch has ended, well or not. Whether that was at once, and it had told nothing."""
        if self._works():
            self._lost_at = self._clock()
        if self._opened_at is None:
            return not self._told
        self._doubtful = not self._told and self._clock() < self._opened_at + _SHORT
        return self._doubtful

    def lost(self, problem: str) -> None:
        """The watch can't go on, or could not begin."""
        if self._works():
            self._lost_at = self._clock()
        self.last_problem, self._opened_at, self._told = problem, None, False

    def pause(self) -> float:
        """How many seconds to wait before the next try: longer each time, with jitter, so that operators don't all come back at once."""
        self._failures += 1
        longest: float = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(self._failures - 1, 30))
        return longest * random.uniform(0.5, 1.0)

    def problem(self) -> str:
        """What keeps the watch from telling anything, if that has been so for a while; empty if it tells, or where it may be over soon."""
        lasts = self._clock() - self._lost_at
        if self._works() or lasts < PATIENCE:
            return ""
        return f"no watch of {self._resource} for {lasts:.0f} s: {self.last_problem}"

    def _works(self) -> bool:
        if self._told or self._opened_at is None:
            return self._told
        return not self._doubtful or self._clock() >= self._opened_at + _SHORT
