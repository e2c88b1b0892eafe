"""Whether this operator may write right now.

Checked before each write, by a monotonic clock: a process, or a machine, that was suspended for a minute must not write
when it wakes up, before it could learn that another one leads.
"""

from __future__ import annotations

from collections.abc import Callable

from glider_core.api.elapsed import elapsed
from glider_core.kube.errors import Unavailable


class Deposed(Unavailable):
    """Another operator may lead by now, so nothing was written."""


class Fence:
    """Open until the time to which the Lease was last renewed."""

    def __init__(self, *, clock: Callable[[], float] = elapsed) -> None:
        self._clock = clock
        self._until = float("-inf")

    def extend(self, until: float) -> None:
        """The Lease was renewed, and is held until then."""
        self._until = until

    def close(self) -> None:
        """No more writes."""
        self._until = float("-inf")

    @property
    def open(self) -> bool:
        """Whether writes are allowed."""
        return self._clock() < self._until

    def check(self) -> None:
        """Raises Deposed where writes aren't allowed."""
        if not self.open:
            raise Deposed("this operator doesn't hold the Lease any more")
