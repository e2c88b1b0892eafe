"""What one run costs: CPU and wall time, and peak memory, of everything that the program starts.

CPU is user + system time that the kernel has counted for the program and all of its descendants; those that outlive their
parent come to this process (PR_SET_CHILD_SUBREAPER), and count too. Memory takes a run of its own, since looking at it costs
time: the larger of the sum of PSS over the tree, sampled every 5 ms (shared pages counted once), and the exact peak RSS of
its largest process, which a sample may miss.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import resource
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36
_SAMPLE_SECONDS = 0.005


@dataclass(frozen=True, kw_only=True)
class Run:
    """CPU and wall time in seconds; peak memory in bytes, 0 where nobody looked."""

    cpu: float
    wall: float
    memory: int = 0


class RunFailedError(Exception):
    """The program ended with an error."""


def adopt_orphans() -> None:
    """Makes this process the parent of its descendants' orphans."""
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")


def run(arguments: Sequence[str], *, environment: Mapping[str, str], log: str, with_memory: bool = False) -> Run:
    """Runs one program to its end, its output to the file `log`.

    Raises:
        RunFailedError: it didn't end well.
    """
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    into_log = [(os.POSIX_SPAWN_DUP2, out, descriptor) for descriptor in (1, 2)]
    former = set(_children_of(os.getpid()))
    started = time.perf_counter()
    pid = os.posix_spawn(arguments[0], list(arguments), environment, file_actions=into_log)
    os.close(out)
    with _sampled(pid) if with_memory else contextlib.nullcontext([0]) as sums:
        _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - started
    usages = [usage, *_reap_orphans(former)]
    if status != 0:
        raise RunFailedError(f"{' '.join(arguments)}: ended with status {status}:\n{Path(log).read_text(errors='replace')[-3000:]}")
    memory = max(max(sums), *(1024 * each.ru_maxrss for each in usages)) if with_memory else 0
    return Run(cpu=sum(each.ru_utime + each.ru_stime for each in usages), wall=wall, memory=memory)


def _reap_orphans(former: set[int]) -> list[resource.struct_rusage]:
    """What those used that outlived the program and so became our children, which `former` already were."""
    return [os.wait4(pid, 0)[2] for pid in _children_of(os.getpid()) if pid not in former]


@contextlib.contextmanager
def _sampled(pid: int) -> Iterator[list[int]]:
    """Sums of PSS over the tree, as they come, until the block ends."""
    sums, ended = [0], threading.Event()

    def sample() -> None:
        while not ended.wait(_SAMPLE_SECONDS):
            sums.append(sum(_pss(each) for each in _tree(pid)))

    sampler = threading.Thread(target=sample)
    sampler.start()
    try:
        yield sums
    finally:
        ended.set()
        sampler.join()


def _tree(pid: int) -> Iterator[int]:
    yield pid
    for child in _children_of(pid):
        yield from _tree(child)


def _children_of(pid: int) -> list[int]:
    found = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += [int(word) for word in (task / "children").read_text().split()]
    return found


def _pss(pid: int) -> int:
    try:
        found = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    except OSError:  # it has just ended
        return 0
    return 1024 * int(found.group(1)) if found else 0
