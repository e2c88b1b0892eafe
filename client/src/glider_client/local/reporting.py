"""The progress of a local run, on standard error: phases with their time, and the task's own lines."""

from __future__ import annotations

import sys
import time

from glider_core.api.execution import Execution
from glider_core.api.phases import Phase
from glider_core.api.status import Status

#: How the executor begins what it writes about a failure.
FAILED = "[glider] the task failed"
_COLOURS = {Phase.SUCCEEDED: "32", Phase.FAILED: "31", Phase.TIMED_OUT: "31", Phase.RETRYING: "33"}


class Terminal:
    """Reports the run of one execution."""

    def __init__(self, execution: Execution, *, quiet: bool = False) -> None:
        self._quiet = quiet
        #: Whether the log has shown the task's traceback.
        self.traced = False
        self._started = time.monotonic()
        self._colourful = sys.stderr.isatty()
        self._write(f"{execution.namespace}/{execution.name}")

    def status(self, status: Status) -> None:
        """A phase, when it was reached, and a remark."""
        elapsed = time.monotonic() - self._started
        phase = f"{status.phase:<10}"
        if self._colourful and status.phase in _COLOURS:
            phase = f"\033[{_COLOURS[status.phase]}m{phase}\033[0m"
        self._write(f"  {elapsed:6.2f}s  {phase}  {_remark(status)}".rstrip())

    def line(self, line: str) -> None:
        """A line of the task's own."""
        self.traced = self.traced or line.startswith(FAILED)
        self._write(f"           | {line}")

    def _write(self, line: str) -> None:
        if not self._quiet:
            sys.stderr.write(f"{line}\n")
            sys.stderr.flush()

    def note(self, note: str) -> None:
        """A difference from a cluster, or a warning."""
        self._write(f"           ! {note}")


def _remark(status: Status) -> str:
    match status.phase:
        case Phase.RUNNING if status.last_attempt is not None:
            return f"attempt {status.last_attempt.number}"
        case Phase.RETRYING:
            return status.condition.message
        case Phase.FAILED | Phase.TIMED_OUT | Phase.ABORTED if status.failure is not None:
            return f"{status.failure.reason}: {status.failure.headline}"
        case _:
            return ""
