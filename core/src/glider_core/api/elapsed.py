"""How much time has passed, by a monotonic clock that goes on while the machine sleeps.

Linux' monotonic clock stops while a laptop or a virtual machine is suspended: the holder of a Lease would still rely on it, and an
answer from an hour ago would count as fresh. Only suspensions that the kernel knows of are counted: if a hypervisor stops a machine
without its knowledge, every clock in it stops.
"""

from __future__ import annotations

import time


def elapsed() -> float:
    """Seconds, from some time on."""
    return _read()


def _with_sleep() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def _clock_that_works() -> bool:
    try:
        _with_sleep()
    except (AttributeError, OSError):  # not Linux, or one of its imitations
        return False
    return True


_read = _with_sleep if _clock_that_works() else time.monotonic
