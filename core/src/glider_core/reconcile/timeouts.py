"""How long an execution may take, and what it has then ended for.

Three clocks run: `queued` (from when the attempt could first have had a pod until the task's container starts), `attempt` (from
then on) and `total` (over all attempts). They are checked here, at every reconcile, and nowhere else: a pod's own
activeDeadlineSeconds would kill without stating why.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from glider.wire.errors import Kind, Origin
from glider_core.api import reasons
from glider_core.api.failure import Failure
from glider_core.api.moments import words
from glider_core.api.retrying import Timeouts


@dataclass(frozen=True, kw_only=True, slots=True)
class Clocks:
    """Since when each clock runs; None: it doesn't."""

    total: datetime
    queued: datetime | None = None
    attempt: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """A limit and when it is reached."""

    reason: str
    ends: datetime
    allowed: timedelta


def overdue(timeouts: Timeouts, clocks: Clocks, *, now: datetime) -> Limit | None:
    """The limit that has passed, the most final one first, or None while it is in time."""
    return next((limit for limit in _limits(timeouts, clocks) if limit.ends <= now), None)


def next_deadline(timeouts: Timeouts, clocks: Clocks, *, now: datetime) -> datetime | None:
    """When to look again: the earliest limit still ahead."""
    return min((limit.ends for limit in _limits(timeouts, clocks) if limit.ends > now), default=None)


def timeout_failure(reason: str, timeouts: Timeouts, *, waited_for: str = "") -> Failure:
    """What an attempt that was ended for this limit has ended with, whatever its pod reports after SIGTERM."""
    waited = f" It waited for this: {waited_for}" if waited_for else ""
    match reason:
        case reasons.QUEUED_TIMEOUT:
            message = f"The task's container didn't start within {_words(timeouts.queued)} (timeouts.queued).{waited}"
            return Failure(code=reason, kind=Kind.NON_RECOVERABLE, origin=Origin.SYSTEM, message=message)
        case reasons.ATTEMPT_TIMEOUT:
            message = f"The attempt ran longer than {_words(timeouts.attempt)} (timeouts.attempt) and was ended."
            return Failure(code=reason, kind=Kind.RECOVERABLE, origin=Origin.USER, message=message)
        case _:
            message = f"The execution took longer than {_words(timeouts.total)} (timeouts.total) over all attempts and was ended.{waited}"
            return Failure(code=reasons.TOTAL_TIMEOUT, kind=Kind.NON_RECOVERABLE, origin=Origin.USER, message=message)


def _limits(timeouts: Timeouts, clocks: Clocks) -> Iterator[Limit]:
    if timeouts.total is not None:
        yield Limit(reason=reasons.TOTAL_TIMEOUT, ends=clocks.total + timeouts.total, allowed=timeouts.total)
    if timeouts.attempt is not None and clocks.attempt is not None:
        yield Limit(reason=reasons.ATTEMPT_TIMEOUT, ends=clocks.attempt + timeouts.attempt, allowed=timeouts.attempt)
    if timeouts.queued is not None and clocks.queued is not None:
        yield Limit(reason=reasons.QUEUED_TIMEOUT, ends=clocks.queued + timeouts.queued, allowed=timeouts.queued)


def _words(duration: timedelta | None) -> str:
    return words(duration) if duration is not None else "it may"
