"""The task of the soak: each attempt does what the script has for it. Runs in a pod, where nothing else of the tests is."""

import ctypes
import os
import time

from glider import FlyteRecoverableException


def act(script: list[str]) -> str:
    """Do what `script` has for this attempt; its last line is for all that follow."""
    attempt = int(os.environ["FLYTE_ATTEMPT_NUMBER"])
    line = script[min(attempt, len(script) - 1)]
    verb, _, amount = line.partition(" ")
    if verb == "sleep":
        time.sleep(float(amount))
    elif verb == "raise":
        raise ValueError(line)
    elif verb == "recoverable":
        raise FlyteRecoverableException(f"attempt {attempt} was not the one")
    elif verb == "leave":
        os._exit(int(amount))
    elif verb == "segfault":
        ctypes.string_at(0)
    elif verb == "eat":
        held = [b"x" * (1 << 20) for _ in range(int(amount))]
        return f"ate {len(held)} MiB"
    return f"attempt {attempt}: {line}"
