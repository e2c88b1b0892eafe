"""`glider-operator` with a clock that is off: python -m tests.integration.fire.skewed SECONDS [--later] [the operator's options]

With --later it jumps to where it is off at SIGUSR1. Every module that asks for the time of day gets this one's. What measures
durations goes by the monotonic clock, which nobody sets.
"""

from __future__ import annotations

import datetime as module
import signal
import sys
import time

SKEW = float(sys.argv.pop(1))
_seconds = time.time
_skew = [SKEW]


class SkewedDatetime(module.datetime):
    """datetime, with another idea of now."""

    @classmethod
    def now(cls, tz: module.tzinfo | None = None) -> SkewedDatetime:
        return cls.fromtimestamp(_seconds() + _skew[-1], tz)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--later"]:
        del sys.argv[1]
        _skew[:] = [0.0]
        signal.signal(signal.SIGUSR1, lambda *_: _skew.append(SKEW))
    time.time = lambda: _seconds() + _skew[-1]
    module.datetime = SkewedDatetime  # type: ignore[misc]
    from glider_operator.startup.command import main

    main()
