"""Which signals end the operator."""

from __future__ import annotations

import signal
import sys


def end_on_signals() -> None:
    """End at SIGTERM, wherever that comes."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
