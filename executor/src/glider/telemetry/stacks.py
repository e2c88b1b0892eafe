"""Where every thread is: dumped to stderr on SIGUSR1, and once shortly before the attempt's time is up.

By faulthandler, whose C code needs neither the GIL nor the main thread: a task that hangs in a C call is just the one whose
stack is wanted. Nothing is killed. A task that uses faulthandler's timer for itself takes it from us.
"""

from __future__ import annotations

import faulthandler
import signal

_STDERR = 2  # by number: the task may have put something else in sys.stderr's place
_LONGEST_MARGIN = 5.0
_MARGIN_SHARE = 0.1


def dump_on_signal() -> None:
    """SIGUSR1 dumps the stacks from now on."""
    faulthandler.register(signal.SIGUSR1, file=_STDERR)


def dump_before(timeout: float | None, *, age: float) -> None:
    """Dumps the stacks before `timeout` seconds have passed since the start, which was `age` seconds ago."""
    if timeout is not None and (seconds := seconds_to_dump(timeout, age=age)) > 0:
        faulthandler.dump_traceback_later(seconds, file=_STDERR)


def seconds_to_dump(timeout: float, *, age: float) -> float:
    """A tenth of the time before its end, but at most five seconds; 0 where that has passed."""
    return max(0.0, timeout - min(_LONGEST_MARGIN, timeout * _MARGIN_SHARE) - age)
