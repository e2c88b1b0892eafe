"""How long to wait before another attempt: exponentially longer, up to a limit, and never all at the same time.

The jitter shortens by up to a fifth, so that the limit stays one. It comes from the execution and the attempt instead of
chance: whoever computes it again, after a restart or in a test, gets the same.
"""

from __future__ import annotations

import random
from datetime import timedelta

from glider_operator.resolve.resolution import RetryPolicy

_JITTER = 0.2


def wait_before(policy: RetryPolicy, *, failures: int, seed: str) -> timedelta:
    """How long to wait after the `failures`th failure (from 1)."""
    if not policy.initial:
        return timedelta()
    longest = policy.longest / policy.initial
    # 64 doublings are more than any limit, and a float doesn't overflow with them
    factor = min(policy.factor ** min(failures - 1, 64), longest)
    jitter = random.Random(f"{seed}/{failures}").random() * _JITTER
    return policy.initial * factor * (1 - jitter)
