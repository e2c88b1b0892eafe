"""What the kernel knows about this process."""

from __future__ import annotations

import os
import resource
import sys
import time


def peak_memory_bytes() -> int:
    """The most memory that this process or its largest finished child has held (getrusage; Linux counts in KiB, macOS in bytes)."""
    unit = 1 if sys.platform == "darwin" else 1024
    return max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) * unit


def age_seconds() -> float:
    """Since the process was started, so that the interpreter's own start counts; 0 where the kernel doesn't tell."""
    try:
        with open("/proc/self/stat", "rb") as file:  # noqa: PTH123 - pathlib is 5 ms of start-up
            after_name = file.read().rpartition(b")")[2].split()
        started = int(after_name[19]) / os.sysconf("SC_CLK_TCK")
        return max(0.0, time.clock_gettime(time.CLOCK_BOOTTIME) - started)
    except (OSError, AttributeError, ValueError, IndexError):
        return 0.0
