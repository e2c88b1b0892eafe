"""How often we may call: a token bucket, as client-go's.

The operator shares the API server with everybody else; `clientConnection.qps` is its share.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable


class TokenBucket:
    """Lets through `burst` calls at once, and `qps` a second on average."""

    def __init__(self, *, qps: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._qps = qps
        self._burst = burst
        self._clock = clock
        self._tokens = float(burst)
        self._filled_at = clock()

    def reserve(self) -> float:
        """Take a token, and return how many seconds later it may be used."""
        now = self._clock()
        self._tokens = min(self._burst, self._tokens + (now - self._filled_at) * self._qps)
        self._filled_at = now
        self._tokens -= 1
        return max(0.0, -self._tokens / self._qps)

    async def take(self) -> None:
        """Wait until one more call may be made."""
        if (delay := self.reserve()) > 0:
            await asyncio.sleep(delay)
