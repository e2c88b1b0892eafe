"""Where `glider-operator` begins: a signal to stop ends it from its first moment on.

In a container it is process 1, to which Linux passes on only signals that it has a handler for. What it imports takes seconds on a busy
node, and a SIGTERM that came meanwhile would leave it running until it is killed.
"""

from __future__ import annotations

import signal
import sys


def main() -> None:
    """The command."""
    end_on_signals()
    from glider_operator.startup.command import main as run  # after that

    run()


def end_on_signals() -> None:
    """End at SIGTERM, wherever that comes."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
