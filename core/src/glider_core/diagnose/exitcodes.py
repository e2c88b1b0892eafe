"""The failure of a container without a summary, by its exit code: it is the task's own, USER, and RECOVERABLE as in Flyte."""

from __future__ import annotations

import signal

from glider.wire.errors import Kind
from glider.wire.summary import Summary
from glider_core.api import reasons
from glider_core.api.failure import Failure, sentence, user_failure
from glider_core.api.observed_pod import Container, Pod

_SIGNALS = 128
_KNOWN = {
    126: "Its command is there and can't be executed.",
    127: "Its command wasn't found: check container.command and the image.",
    137: "It was killed (SIGKILL), and not for its memory as far as Kubernetes saw.",
    139: "It crashed (SIGSEGV), as extension modules do.",
    143: "It was terminated (SIGTERM) from inside the container.",
}


def oom_kill(pod: Pod, container: Container, summary: Summary | None = None) -> Failure | None:
    """The failure of a container in which the kernel killed a process for its memory; the executor's message follows."""
    if container.reason != reasons.OOM_KILLED:
        return None
    limit = f"its limit of {pod.memory_limit}" if pod.memory_limit else "its node had left (it has no limit of its own)"
    who = "The task" if container.exit_code == 137 else "The task or a child process of it"
    field = pod.terms.memory_field if pod.terms is not None else ""
    hint = f"Raise {field or 'spec.resources.limits.memory'}, or set retries.oom."
    message = f"{who} was killed because container {container.name} used more memory than {limit}. {hint}"
    if summary is not None and summary.error is not None:
        message = f"{message}\n\n{summary.error.message}"
    return user_failure(reasons.OOM_KILLED, message, kind=Kind.RECOVERABLE)


def exit_code(container: Container) -> Failure:
    """The failure of which only the exit code is known."""
    message = f"Container {container.name} exited with code {container.exit_code} and left no summary. {_meaning(container.exit_code or 0)}"
    return user_failure(reasons.CONTAINER_FAILED, with_tail(message.rstrip(), container), kind=Kind.RECOVERABLE)


def start_error(container: Container) -> Failure | None:
    """The failure of a container whose process could not be started at all."""
    if container.reason not in (reasons.START_ERROR, reasons.CANNOT_RUN):
        return None
    hint = "Check container.command, and that the image has Python 3.10 or newer."
    return user_failure(container.reason, f"{sentence(f'Container {container.name} could not be started', container.message)} {hint}")


def with_tail(message: str, container: Container) -> str:
    """`message` with the end of the container's log, where there is one."""
    if tail := container.message.strip():
        return f"{message} Its last output:\n{tail}"
    return message


def _meaning(code: int) -> str:
    if code in _KNOWN:
        return _KNOWN[code]
    number = code - _SIGNALS
    if number in {one.value for one in signal.Signals}:
        return f"It was ended by a signal ({signal.Signals(number).name})."
    return ""
