"""What the kernel knows about this process and those that descend from it.

CPU is what this process, the children that it has waited for and the descendants that still live have used. Peak memory is
harder, since the peaks of several processes neither come at the same time nor share nothing:

- A process alone: its own peak of resident memory, exactly.
- With children, in a container's own cgroup: the peak that the cgroup was charged with, less the page cache that it holds
  now, which the kernel would have given back. Page cache that was dropped meanwhile stays in, so this errs upwards.
- With children, elsewhere: the largest single process, so this errs downwards. Adding them up would count what forks share
  once for each.

A cgroup accounts for this attempt and nothing else where it is the container's own. That is so where the root of the mounted
hierarchy lists this process and isn't the machine's root. That holds in a pod, with cgroup v1 and v2 alike; on a plain machine,
or in a session of systemd's, there is none.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from collections.abc import Iterable, Iterator


def peak_memory_bytes() -> int:
    """The most memory that this process and its descendants have held, as far as that is known (see above)."""
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
    """Since the process was started, so that the interpreter's own start counts; 0 where the kernel doesn't know."""
    try:
        return max(0.0, time.clock_gettime(time.CLOCK_BOOTTIME) - int(_stat(pid)[19]) / _ticks_a_second())
    except (OSError, AttributeError, ValueError, IndexError):
        return 0.0


def descendants(pid: int) -> Iterator[int]:
    """The living ones; none where the kernel doesn't know."""
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


_MOUNT = "/sys/fs/cgroup"


def peak_without_cache(mount: str = _MOUNT) -> int:
    """The peak of memory that the cgroup was charged with, in bytes, less the page cache that it holds now; 0 where it isn't ours
    or has no such counter (memory.peak came with Linux 5.19).
    """
    v1 = os.path.join(mount, "memory")  # noqa: PTH118 - pathlib is 5 ms of start-up
    for folder, peak, cache in ((mount, "memory.peak", b"file"), (v1, "memory.max_usage_in_bytes", b"total_cache")):
        if _is_ours(folder):
            charged = _read_counter(folder, peak)
            return max(0, int(charged) - _cache(folder, cache)) if charged else 0
    return 0


def _is_ours(folder: str) -> bool:
    """v1's root has a `release_agent`; v2's has no counters of memory, but then no memory.peak either."""
    return str(os.getpid()).encode() in _read_counter(folder, "cgroup.procs").split() and not os.path.exists(f"{folder}/release_agent")  # noqa: PTH110


def _cache(folder: str, name: bytes) -> int:
    """Without what lies in tmpfs, which nobody can give back."""
    fields = dict(line.split(maxsplit=1) for line in _read_counter(folder, "memory.stat").splitlines())
    shared = fields.get(b"shmem", fields.get(b"total_shmem", b"0"))
    return max(0, int(fields.get(name, b"0")) - int(shared))


def _read_counter(folder: str, name: str) -> bytes:
    try:
        with open(os.path.join(folder, name), "rb") as file:  # noqa: PTH118, PTH123
            return file.read().strip()
    except (OSError, ValueError):
        return b""
