"""`retries` and `timeouts`: how often and how long a task is tried. None where nothing is said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from glider_core.api.fields import Fields
from glider_core.api.quantities import LONGEST, QUANTITY, parse_bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Retries:
    """How many further attempts a failed one gets, after how long, for which errors, and with how much more memory."""

    user: int | None = None
    system: int | None = None
    initial: timedelta | None = None
    factor: float | None = None
    longest: timedelta | None = None
    retry_on: tuple[str, ...] | None = None
    no_retry_on: tuple[str, ...] | None = None
    oom_factor: float | None = None
    oom_max: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Timeouts:
    """Limits as durations; None means no limit. Flyte's `timeout` is `attempt`."""

    queued: timedelta | None = None
    attempt: timedelta | None = None
    total: timedelta | None = None


def parse_retries(fields: Fields) -> Retries:
    """`retries` of a task, an execution or the configuration."""
    backoff, oom = fields.object("backoff"), fields.object("oom")
    retries = Retries(
        user=fields.count("user"),
        system=fields.count("system"),
        initial=backoff.duration("initial"),
        factor=backoff.number("factor", least=1),
        longest=backoff.duration("max"),
        retry_on=_words(fields, "retryOn"),
        no_retry_on=_words(fields, "noRetryOn"),
        oom_factor=oom.number("factor", least=1),
        oom_max=_bytes(oom, "max"),
    )
    backoff.done()
    oom.done()
    fields.done()
    return retries


def parse_timeouts(fields: Fields) -> Timeouts:
    """`timeouts` of a task, an execution or the configuration. A limit of 0 is none, which takes back one from further up."""
    timeouts = Timeouts(queued=fields.duration("queued"), attempt=fields.duration("attempt"), total=fields.duration("total"))
    fields.done()
    return timeouts


def _words(fields: Fields, name: str) -> tuple[str, ...] | None:
    """An empty list is something said: it takes back what a template says."""
    words = fields.texts(name)
    return words if fields.has(name) else None


def _bytes(fields: Fields, name: str) -> int | None:
    text = fields.matching(name, QUANTITY, expected="an amount of memory such as 512Mi or 4Gi", longest=LONGEST)
    return None if text is None else parse_bytes(text)
