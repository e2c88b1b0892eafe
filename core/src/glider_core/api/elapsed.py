"""How much time has passed, by a clock that nobody sets and that goes on while the machine sleeps.

Linux' monotonic clock stands still while a laptop or a virtual machine is suspended: who holds a Lease would go on to believe in it,
and what was found out an hour ago would be news. Only what the kernel knows of is counted: where a hypervisor stops a machine
without telling it, every clock in it stands still.
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
