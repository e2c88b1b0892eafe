"""An init container ended badly, so that the task's never started. Sidecars (restartPolicy Always) are restarted by Kubernetes."""

from __future__ import annotations

from glider.wire.errors import Kind
from glider_core.api import reasons
from glider_core.api.failure import Failure, system_failure, user_failure
from glider_core.api.pod import EXECUTOR, Container, Pod
from glider_core.diagnose.exitcodes import with_tail


def failed_init(pod: Pod) -> Failure | None:
    """The failure of the first init container that ended badly."""
    for container in pod.init:
        if container.terminated and not container.sidecar and container.exit_code != 0:
            return _injection(container) if container.name == EXECUTOR else _own(container)
    return None


def _injection(container: Container) -> Failure:
    said = container.message.strip() or container.reason
    message = f"Init container {container.name}, which brings the executor, exited with code {container.exit_code}: {said}"
    return system_failure(reasons.INJECTION_FAILED, message)


def _own(container: Container) -> Failure:
    if container.reason == reasons.OOM_KILLED:
        message = f"Init container {container.name} was killed because it used more memory than its limit. Raise it."
        return user_failure(reasons.INIT_OOM_KILLED, message, kind=Kind.RECOVERABLE)
    if container.reason in (reasons.START_ERROR, reasons.CANNOT_RUN):
        return user_failure(container.reason, f"Init container {container.name} could not be started: {container.message}")
    message = f"Init container {container.name} exited with code {container.exit_code}, so that the task never started."
    return user_failure(reasons.INIT_FAILED, with_tail(message, container), kind=Kind.RECOVERABLE)
