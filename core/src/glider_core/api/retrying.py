"""`retries` and `timeouts`: how often and how long a task is tried. None where nothing is set."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from glider_core.api.kinds import DURATION, LIMIT, MEMORY, api_field, count, growth, words
from glider_core.api.moments import words as in_words
from glider_core.api.settings import section

_MOST_RETRIES = 100
#: What holds where nothing is set: as in Flyte, nothing that the task itself does is tried again.
USER_RETRIES, SYSTEM_RETRIES = 0, 3
FIRST_WAIT, LONGEST_WAIT, WAIT_FACTOR = timedelta(seconds=5), timedelta(minutes=5), 2.0
MEMORY_FACTOR = 1.0
_WORDS = words(most=64, longest=128)


@dataclass(frozen=True, kw_only=True, slots=True)
class Backoff:
    """After how long a failed attempt is followed by another."""

    initial: timedelta | None = api_field(
        f"The wait after the first failure, such as {in_words(FIRST_WAIT)} (the default) or 1m30s.", DURATION
    )
    factor: float | None = api_field(f"By how much each further wait is longer. The default is {WAIT_FACTOR:g}.", growth(most=100))
    longest: timedelta | None = api_field(f"The longest wait. The default is {in_words(LONGEST_WAIT)}.", DURATION, name="max")


@dataclass(frozen=True, kw_only=True, slots=True)
class MoreMemory:
    """How much more memory an attempt gets after one that was killed for its memory; `most` in bytes."""

    factor: float | None = api_field(
        f"By how much more memory each such attempt gets, such as 1.5. The default is {MEMORY_FACTOR:g}.", growth(most=16)
    )
    most: int | None = api_field("The most memory that an attempt gets this way, such as 8Gi.", MEMORY, name="max")


@dataclass(frozen=True, kw_only=True, slots=True)
class Retries:
    """How many further attempts a failed one gets, after how long, for which errors, and with how much more memory."""

    user: int | None = api_field(
        f"Retries after recoverable failures of the task itself. The default is {USER_RETRIES}, as in Flyte.", count(most=_MOST_RETRIES)
    )
    system: int | None = api_field(
        "Retries after failures of what the task runs on, such as a lost node. Counted apart from `user`. "
        f"The default is {SYSTEM_RETRIES}.",
        count(most=_MOST_RETRIES),
    )
    backoff: Backoff = api_field(
        "How long to wait before another attempt. Each wait is shortened at random by up to a fifth.", section(Backoff), default=Backoff
    )
    retry_on: tuple[str, ...] | None = api_field(
        "Codes or reasons of failures that are retried although they would not be, such as UserError or QueuedTimeout. They are counted "
        "by their origin.",
        _WORDS,
    )
    no_retry_on: tuple[str, ...] | None = api_field(
        "Codes or reasons of failures that are not retried although they would be, such as OOMKilled. It wins over retryOn.", _WORDS
    )
    oom: MoreMemory = api_field(
        "How much more memory an attempt gets that follows one killed for its memory. Without it, every attempt gets the same.",
        section(MoreMemory),
        default=MoreMemory,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Timeouts:
    """Limits as durations; None means no limit, and so does 0, which takes back one from further up. Flyte's `timeout` is `attempt`."""

    queued: timedelta | None = api_field(
        "How long an attempt may wait until its container starts, for whatever. Time behind a scheduling gate, as in a queue of Kueue, "
        "does not count.",
        LIMIT,
    )
    attempt: timedelta | None = api_field(
        "How long an attempt may run, from the start of its container. Another attempt may follow, as after a recoverable failure of the "
        "task.",
        LIMIT,
    )
    total: timedelta | None = api_field(
        "How long the execution may take from its creation, over all attempts. Time suspended counts.", LIMIT
    )
