"""`glider-operator` with a clock that is off: python -m tests.integration.fire.skewed SECONDS [the operator's options]

Every module that asks for the time of day gets this one's. What measures durations goes by the monotonic clock, which nobody sets.
"""

from __future__ import annotations

import datetime as module
import sys
import time

SKEW = float(sys.argv.pop(1))
_seconds = time.time


class SkewedDatetime(module.datetime):
    """datetime, with another idea of now."""

    @classmethod
    def now(cls, tz: module.tzinfo | None = None) -> SkewedDatetime:
        return cls.fromtimestamp(_seconds() + SKEW, tz)


if __name__ == "__main__":
    time.time = lambda: _seconds() + SKEW
    module.datetime = SkewedDatetime  # type: ignore[misc]
    from glider_operator.cli.operator import main

    main()
