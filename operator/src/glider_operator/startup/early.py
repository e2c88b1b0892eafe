"""The entry point of `glider-operator`: a signal to stop ends it from its first moment on.

In a container it is process 1, to which Linux delivers only signals that have a handler. Its imports take seconds on a busy
node, and a SIGTERM that came meanwhile would leave it running until it is killed.
"""

from __future__ import annotations

from glider_operator.startup.signals import end_on_signals


def main() -> None:
    """The command."""
    end_on_signals()
    from glider_operator.startup.command import main as run  # after that

    run()
