"""Ways for a task to end that its own process can't tell. `kubectl get te` does all the same."""

import ctypes
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from typing import Any

MEBIBYTE = 1 << 20


def eat_memory(mebibytes: int) -> int:
    held = [b"x" * MEBIBYTE for _ in range(mebibytes)]
    return len(held)


def eat_memory_in_a_child(mebibytes: int) -> int:
    with ProcessPoolExecutor(1) as pool:
        return pool.submit(eat_memory, mebibytes).result()


_all_hold: Any = None


def _wait_for(all_hold: Any) -> None:
    global _all_hold
    _all_hold = all_hold


def _hold_memory(mebibytes: int) -> int:
    held = [b"x" * MEBIBYTE for _ in range(mebibytes)]
    _all_hold.wait()
    return len(held)


def hold_memory_in_children(mebibytes: int, children: int) -> int:
    """Each holds so much, all at the same time."""
    with ProcessPoolExecutor(children, initializer=_wait_for, initargs=(multiprocessing.Barrier(children),)) as pool:
        return sum(pool.map(_hold_memory, [mebibytes] * children))


def segfault() -> None:
    ctypes.string_at(0)


def leave(code: int) -> None:
    os._exit(code)
