"""How long to wait before another attempt: exponentially longer, up to a limit, and never all at the same time.

The jitter shortens by up to a fifth, so that the limit stays one. It comes from the execution and the attempt instead of
chance: computing it again, after a restart or in a test, gives the same.
"""

from __future__ import annotations

import math
import random
from datetime import timedelta

from glider_core.resolve.resolution import RetryPolicy

_JITTER = 0.2


def wait_before(policy: RetryPolicy, *, failures: int, seed: str) -> timedelta:
    """How long to wait after the `failures`th failure (from 1)."""
    if not policy.initial:
        return timedelta()
    factor = _grown(policy.factor, times=failures - 1, most=policy.longest / policy.initial)
    jitter = random.Random(f"{seed}/{failures}").random() * _JITTER
    return policy.initial * factor * (1 - jitter)


def _grown(factor: float, *, times: int, most: float) -> float:
    """`factor` to the power of `times`, at most `most`: it isn't computed where it is more, since no float may hold it."""
    if most <= 1 or (factor > 1 and times >= math.log(most) / math.log(factor)):
        return most
    return float(factor**times)
