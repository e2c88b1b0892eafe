"""How much memory the next attempt gets: more, after one that was killed for its memory, up to a ceiling."""

from __future__ import annotations

from fractions import Fraction

from glider_core.api import reasons
from glider_core.api.failure import Failure
from glider_core.api.quantities import format_bytes, parse_bytes
from glider_core.resolve.resolution import RetryPolicy


def next_memory(failure: Failure, *, limit: str, before: str | None, policy: RetryPolicy) -> str | None:
    """The next attempt's memory after `failure`, or None for what the task asks for.

    Args:
        failure: how the attempt ended.
        limit: the memory limit that it had; empty for none.
        before: what it got for OOM kills before it.
        policy: the execution's.
    """
    if failure.code != reasons.OOM_KILLED or policy.oom_factor <= 1 or not limit:
        return before
    had = parse_bytes(limit)
    wanted = int(had * Fraction(policy.oom_factor))  # as a float it may be more than one holds
    if policy.oom_max is not None:
        wanted = min(wanted, max(policy.oom_max, had))  # a ceiling below the task's own limit takes nothing away
    return format_bytes(wanted) if wanted > had else before
