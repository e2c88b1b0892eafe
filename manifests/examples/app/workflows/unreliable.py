"""Tasks that need patience: one that succeeds at the third attempt, one that takes its time."""

import os
import time

from glider import FlyteRecoverableException, current_context


def flaky(succeeds_at: int) -> str:
    """Fail in a way that a retry may mend, until the attempt number `succeeds_at`."""
    attempt = int(os.environ["FLYTE_ATTEMPT_NUMBER"])
    if attempt < succeeds_at:
        raise FlyteRecoverableException(f"attempt {attempt} was not the one")
    current_context().stats.incr("recovered")
    return f"attempt {attempt} did it"


def sleep(seconds: float) -> str:
    """Take `seconds`, and say so in the log."""
    print(f"sleeping {seconds} s", flush=True)
    time.sleep(seconds)
    return "rested"
