"""The output of a local run: phases with their time and the task's own lines on standard error, the outputs on standard output."""

from __future__ import annotations

import sys
import time
from typing import Any

from glider_core.api.execution import Execution
from glider_core.api.failure import Failure
from glider_core.api.phases import Phase
from glider_core.api.status import Status
from glider_core.api.yaml_form import to_yaml

_LAST_LINES = 12
_COLOURS = {Phase.SUCCEEDED: "32", Phase.FAILED: "31", Phase.TIMED_OUT: "31", Phase.RETRYING: "33"}


class Terminal:
    """Reports the run of one execution."""

    def __init__(self, execution: Execution, *, alone: bool = True) -> None:
        self._name = f"{execution.namespace}/{execution.name}"
        self._alone = alone
        self._started = time.monotonic()
        self._colourful = sys.stderr.isatty()
        _err(self._name)

    def status(self, status: Status) -> None:
        """A phase, when it was reached, and a remark."""
        elapsed = time.monotonic() - self._started
        phase = f"{status.phase:<10}"
        if self._colourful and status.phase in _COLOURS:
            phase = f"\033[{_COLOURS[status.phase]}m{phase}\033[0m"
        _err(f"  {elapsed:6.2f}s  {phase}  {_remark(status)}".rstrip())

    def line(self, line: str) -> None:
        """A line of the task's own."""
        _err(f"           | {line}")

    def note(self, note: str) -> None:
        """A difference from a cluster, or a warning."""
        _err(f"           ! {note}")

    def result(self, status: Status) -> None:
        """The outputs, or the error; with several executions each has a document of its own, with its name."""
        document: dict[str, Any]
        if status.failure is not None:
            document = {"error": _error(status.failure)}
        elif status.outputs is not None:
            document = {"outputs": dict(status.outputs)}
        else:
            document = {"outputsUri": status.outputs_uri}
        if not self._alone:
            document = {"execution": self._name} | document
            sys.stdout.write("---\n")
        sys.stdout.write(to_yaml(document))
        sys.stdout.flush()


def _error(failure: Failure) -> dict[str, str]:
    """The end of the message; the most informative line comes first where it would be left out."""
    lines = failure.message.rstrip().splitlines()
    kept = lines[-_LAST_LINES:]
    left_out = [f"[… {len(lines) - len(kept)} lines before]"] if len(kept) < len(lines) else []
    if left_out and not any(failure.headline in line for line in kept):
        left_out.insert(0, failure.headline)
    return {
        "code": failure.code,
        "kind": failure.kind.value,
        "origin": failure.origin.value,
        "message": "\n".join(line.rstrip().expandtabs() for line in [*left_out, *kept]),
    }


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


def _err(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
