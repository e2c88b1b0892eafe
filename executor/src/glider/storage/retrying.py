"""When a request that failed is sent again. One rule for every engine: obstore's and s3fs' own know no Retry-After, stop at
different errors, and take from 8 seconds to two minutes to find that a store is dead.

A failure that may pass (`StorageError.transient`) is tried again until `patience` seconds after the first one, with pauses
that double and are jittered, so that a thousand pods don't return in step. Where the store gives a time to leave it alone,
it is left alone; if that is longer than there is time for, the end comes at once.
"""

from __future__ import annotations

import email.utils
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TypeVar

from glider.settings.model import StorageSettings
from glider.storage.errors import StorageError

T = TypeVar("T")
FIRST_PAUSE = 0.1
LONGEST_PAUSE = 3.0
_NO_TIME = 0.001


@dataclass(frozen=True, kw_only=True, slots=True)
class Retrying:
    """The rule.

    Args:
        patience: seconds from the first failure on.
        most: how many retries at most; None for as many as there is time for.
        first: the first pause in seconds.
        longest: the longest one that we choose ourselves.
    """

    patience: float
    most: int | None = None
    first: float = FIRST_PAUSE
    longest: float = LONGEST_PAUSE
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random

    def run(self, action: Callable[[], T]) -> T:
        """What `action` returns, once it does.

        Raises:
            StorageError: it failed for good; the message gives the number of tries.
        """
        tries = 0
        failed_at: float | None = None
        while True:
            try:
                return action()
            except StorageError as error:
                tries += 1
                now = self.clock()
                failed_at = now if failed_at is None else failed_at
                left = self.patience - (now - failed_at)
                pause = self.pause(tries, retry_after=error.retry_after, left=left)
                if not self.goes_on(error, tries=tries, left=left, pause=pause):
                    final = error.given_up(tries=tries, seconds=now - failed_at)
                    if final is error:  # from itself it would be a circle of causes
                        raise
                    raise final from error
            self.sleep(pause)

    def pause(self, tries: int, *, retry_after: float | None, left: float) -> float:
        """Seconds until the next try: at least half of our own growing pause, or what the store asks for and some jitter.

        Our own is cut so that there is a last try when our patience ends.
        """
        if retry_after is not None:
            return retry_after + self.chance() * self.first
        own: float = min(self.longest, self.first * 2.0 ** min(tries - 1, 30)) * (0.5 + self.chance() / 2)
        return min(own, max(0.0, left))

    def goes_on(self, error: StorageError, *, tries: int, left: float, pause: float) -> bool:
        """Whether another try is worth it. A failure that took longer than our patience still gets its second try."""
        if not error.transient or (self.most is not None and tries > self.most):
            return False
        return left > _NO_TIME and pause <= left


def retrying_of(settings: StorageSettings, *, patience: float) -> Retrying:
    """The rule as flytekit's settings configure it."""
    first = settings.s3.backoff_seconds or FIRST_PAUSE
    return Retrying(patience=patience, most=settings.s3.retries, first=first, longest=max(first, LONGEST_PAUSE))


def seconds_to_wait(header: str | None, *, now: datetime | None = None) -> float | None:
    """What a Retry-After header asks for: seconds, or a date. None where it has nothing that can be understood."""
    if not header:
        return None
    if header.strip().isdigit():
        return float(header)
    try:
        until = email.utils.parsedate_to_datetime(header)
    except (TypeError, ValueError):
        return None
    return max(0.0, (until - (now or datetime.now(timezone.utc))).total_seconds()) if until.tzinfo else None
