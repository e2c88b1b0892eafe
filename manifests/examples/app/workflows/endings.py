"""Ways for a task to end that its own process can't tell. `kubectl get te` does all the same."""

import ctypes
import os
import time
from concurrent.futures import ProcessPoolExecutor

MEBIBYTE = 1 << 20


def eat_memory(mebibytes: int) -> int:
    held = [b"x" * MEBIBYTE for _ in range(mebibytes)]
    return len(held)


def eat_memory_in_a_child(mebibytes: int) -> int:
    with ProcessPoolExecutor(1) as pool:
        return pool.submit(eat_memory, mebibytes).result()


def _hold_memory(mebibytes: int) -> int:
    held = eat_memory(mebibytes)
    time.sleep(2)
    return held


def hold_memory_in_children(mebibytes: int, children: int) -> int:
    """Each holds so much, all at the same time."""
    with ProcessPoolExecutor(children) as pool:
        return sum(pool.map(_hold_memory, [mebibytes] * children))


def segfault() -> None:
    ctypes.string_at(0)


def leave(code: int) -> None:
    os._exit(code)
