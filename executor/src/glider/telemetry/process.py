"""What the kernel knows about this process and those that descend from it.

CPU is what this process, the children that it has waited for and the descendants that still live have used. Peak memory is
harder, since the peaks of several processes neither come at the same time nor share nothing:

- A process alone: its own peak of resident memory, exactly.
- With children, in a container's own cgroup: the peak that the cgroup was charged with, less the page cache that it holds
  now, which the kernel would have given back. Page cache that was dropped meanwhile stays in, so this errs upwards.
- With children, elsewhere: the largest single process, so this errs downwards. Adding them up would count what forks share
  once for each.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from collections.abc import Iterable, Iterator

from glider.telemetry.cgroups import peak_without_cache


def peak_memory_bytes() -> int:
    """The most memory that this process and its descendants have held, as far as that can be told (see above)."""
    living = [_highest_resident(pid) for pid in descendants(os.getpid())]
    waited = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * _unit()
    own = _highest_resident("self") or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _unit()
    alone = not living and not waited
    return max(own, waited, *living, 0 if alone else peak_without_cache())


def cpu_seconds(*, besides: Iterable[int] = ()) -> float:
    """User and system time of this process and its descendants, and of the processes `besides` with the children that these have
    waited for: a supervisor, to which orphans go.
    """
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    others = [*descendants(os.getpid()), *besides]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages) + sum(_ticks(pid) for pid in others) / _ticks_a_second()


def age_seconds(pid: int | str = "self") -> float:
    """Since the process was started, so that the interpreter's own start counts; 0 where the kernel doesn't tell."""
    try:
        return max(0.0, time.clock_gettime(time.CLOCK_BOOTTIME) - int(_stat(pid)[19]) / _ticks_a_second())
    except (OSError, AttributeError, ValueError, IndexError):
        return 0.0


def descendants(pid: int) -> Iterator[int]:
    """The living ones; none where the kernel doesn't tell."""
    try:
        threads = os.listdir(f"/proc/{pid}/task")  # noqa: PTH208 - pathlib is 5 ms of start-up
    except OSError:  # it has ended meanwhile, or this isn't Linux
        return
    for thread in threads:
        for child in map(int, _read(f"/proc/{pid}/task/{thread}/children").split()):
            yield child
            yield from descendants(child)


def _highest_resident(pid: int | str) -> int:
    """Of the program that runs now. getrusage would begin with what the one before exec() held."""
    for line in _read(f"/proc/{pid}/status").splitlines():
        if line.startswith(b"VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


def _ticks(pid: int) -> int:
    """utime, stime, cutime and cstime."""
    try:
        return sum(map(int, _stat(pid)[11:15]))
    except (OSError, ValueError):
        return 0


def _stat(pid: int | str) -> list[bytes]:
    """The fields after the program's name, which may hold anything."""
    with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123
        return file.read().rpartition(b")")[2].split()


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            return file.read()
    except OSError:
        return b""


def _ticks_a_second() -> int:
    return os.sysconf("SC_CLK_TCK")


def _unit() -> int:
    """getrusage's; Linux counts in KiB, macOS in bytes."""
    return 1 if sys.platform == "darwin" else 1024
