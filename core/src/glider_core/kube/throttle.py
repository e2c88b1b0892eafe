"""The rate limit of calls: a token bucket, as client-go's.

The operator shares the API server with everybody else; `clientConnection.qps` is its share.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

#: How long a spare call gives others priority, in seconds. Sweeps are spare, and must happen under any load.
_LETS_OTHERS = 10.0


class TokenBucket:
    """Lets through `burst` calls at once, and `qps` a second on average; or as much of what else is counted."""

    def __init__(self, *, qps: float, burst: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._qps = qps
        self._burst = burst
        self._clock = clock
        self._tokens = float(burst)
        self._filled_at = clock()

    def has(self, amount: float = 1.0) -> bool:
        """Whether `amount` tokens are there: for one call, unless something else is counted."""
        return self._available() >= amount

    def try_take(self, amount: float = 1.0) -> bool:
        """Take `amount` tokens if they are there. Whether they were."""
        if not self.has(amount):
            return False
        self._tokens -= amount
        return True

    def reserve(self) -> float:
        """Take a token, and return how many seconds later it may be used."""
        self._tokens = self._available() - 1
        return max(0.0, -self._tokens / self._qps)

    async def _wait_for_spare(self) -> None:
        until = self._clock() + _LETS_OTHERS
        while True:
            missing, left = self._burst / 2 - self._available(), until - self._clock()
            if missing <= 0 or left <= 0:
                return
            await asyncio.sleep(min(missing / self._qps, left))

    def _available(self) -> float:
        now = self._clock()
        self._tokens = min(self._burst, self._tokens + (now - self._filled_at) * self._qps)
        self._filled_at = now
        return self._tokens

    async def take(self, *, spare: bool = False) -> None:
        """Wait until one more call may be made; a `spare` one leaves half of what may come at once to the others, for a while."""
        if spare:
            await self._wait_for_spare()
        if (delay := self.reserve()) > 0:
            await asyncio.sleep(delay)
