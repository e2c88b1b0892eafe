"""The exceptions by which an execution's bad end comes back into Python.

    ExecutionError          an execution ended, and not well
        TaskFailedError     Failed
        TimedOutError       TimedOut
        AbortedError        Aborted: it was cancelled
    WaitTimeoutError        it hasn't ended in time, and goes on; a TimeoutError
    DeletedError            it is gone
    FinishedError           it has ended, and can't be suspended or resumed any more

The task's own traceback is their cause, so that Python prints it above them, as it does for a worker process.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from glider.wire.errors import headline
from glider_client.following.results import trace_of
from glider_core.api.phases import Phase


class RemoteTraceback(Exception):  # noqa: N818 - it is no error of its own: multiprocessing's and concurrent.futures' name
    """The traceback of the task, as text."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text

    def __str__(self) -> str:
        return f'\n"""\n{self.text}\n"""'


class ExecutionError(Exception):
    """An execution ended, and not well.

    Attributes:
        execution: its document, as the API server has it.
        name: its name.
        namespace: its namespace.
        phase: Failed, TimedOut or Aborted.
        code: what went wrong, such as USER:RuntimeError or OOMKilled.
        kind: whether another attempt might have helped: RECOVERABLE or NON_RECOVERABLE.
        origin: whose failure it is: USER or SYSTEM.
        reason: the code as one CamelCase word.
        message: what happened, with the end of the task's traceback.
    """

    verb: ClassVar[str] = "ended"

    def __init__(self, execution: Mapping[str, Any]) -> None:
        super().__init__(execution)
        self.execution = execution
        metadata, status = execution["metadata"], execution.get("status") or {}
        error = status.get("error") or {}
        condition: Mapping[str, Any] = next((one for one in status.get("conditions") or () if one.get("type") == "Succeeded"), {})
        self.name: str = metadata["name"]
        self.namespace: str = metadata["namespace"]
        self.phase: str = status.get("phase", "")
        self.reason: str = error.get("reason") or condition.get("reason", "")
        self.code: str = error.get("code") or self.reason
        self.kind: str = error.get("kind", "")
        self.origin: str = error.get("origin", "")
        self.message: str = error.get("message") or condition.get("message", "")

    def __str__(self) -> str:
        line = headline(self.message)
        return f"{self.name} {self.verb}" + (f": {line}" if line else "") + (f" ({self.code})" if self.code else "")


class TaskFailedError(ExecutionError):
    """It failed."""

    verb = "failed"


class TimedOutError(ExecutionError):
    """It took longer than it may."""

    verb = "timed out"


class AbortedError(ExecutionError):
    """It was cancelled."""

    verb = "was cancelled"


class WaitTimeoutError(TimeoutError):
    """An execution hasn't ended in time. It goes on; `execution` is its document."""

    def __init__(self, execution: Mapping[str, Any], seconds: float) -> None:
        super().__init__(execution, seconds)
        self.execution = execution
        self.seconds = seconds

    def __str__(self) -> str:
        phase = (self.execution.get("status") or {}).get("phase") or Phase.PENDING.value
        return f"{self.execution['metadata']['name']} is {phase} after {self.seconds:g} s, and goes on"


class DeletedError(Exception):
    """There is no such execution any more: somebody has deleted it."""


class FinishedError(Exception):
    """What is asked of an execution comes too late: it has finished, or is being cancelled or deleted."""


_ERRORS: Mapping[str, type[ExecutionError]] = {
    Phase.FAILED: TaskFailedError,
    Phase.TIMED_OUT: TimedOutError,
    Phase.ABORTED: AbortedError,
}


def failure_of(execution: Mapping[str, Any]) -> ExecutionError | None:
    """The exception of `execution`, with the task's traceback as its cause; None where it hasn't ended badly."""
    kind = _ERRORS.get((execution.get("status") or {}).get("phase", ""))
    if kind is None:
        return None
    error = kind(execution)
    if trace := trace_of(error.message):
        error.__cause__ = RemoteTraceback(trace)
    return error
