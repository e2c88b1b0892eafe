"""How a pod ended. The first piece of evidence that speaks, speaks alone:

1. an OOM kill: the kernel ended the task, whatever else is written somewhere;
2. the executor's summary: it knows most, and the task's own error must not hide behind "exit code 1";
3. Kubernetes' own reasons: preemption, eviction, a lost node, a container that can't start, a deleted pod;
4. the exit code, which is the task's: USER, and RECOVERABLE as in Flyte.

A summary of success counts although the exit code isn't 0: the executor writes it last, after outputs.pb, so the result is
complete. What fails after it is the interpreter's own end, where extension modules like to crash.
"""

from __future__ import annotations

from glider.wire.errors import Kind, TaskError
from glider.wire.summary import decode_summary
from glider_operator.diagnose.findings import Outcome
from glider_operator.model import reasons
from glider_operator.model.failure import Failure, system_failure, user_failure
from glider_operator.model.pod import Container, Pod

_KILLED = 137
_TERMINATED = 143
#: Kubernetes' word for a container whose end nobody saw, since its node was lost.
_STATUS_UNKNOWN = "ContainerStatusUnknown"


def container_ending(pod: Pod, container: Container, *, returns_outputs: bool) -> Outcome:
    """How the task's `container`, which is over, ended."""
    if container.reason == reasons.OOM_KILLED:
        return _outcome(container, failure=_oom(pod))
    if (summary := decode_summary(container.message)) is not None:
        if summary.error is not None:
            return _outcome(container, failure=_reported(summary.error))
        return Outcome(
            outputs=summary.outputs,
            futures=summary.futures,
            started=container.started,
            finished=container.finished,
            exit_code=container.exit_code,
        )
    if (failure := _kubernetes_reason(pod, container)) is not None:
        return _outcome(container, failure=failure)
    if container.exit_code != 0:
        return _outcome(container, failure=_exit_code(container))
    return _outcome(container, failure=_without_summary(container) if returns_outputs else None)


def pod_ending(pod: Pod) -> Outcome:
    """How `pod`, which is over without its task's container having run to an end, ended."""
    failure = disruption(pod) or _failed_init(pod)
    if failure is None and pod.reason:
        failure = system_failure(pod.reason, pod.message or f"Kubernetes ended pod {pod.name}: {pod.reason}.")
    if failure is None and (pod.vanished or pod.deleting):
        failure = deleted(pod.name)
    if failure is None:
        failure = system_failure(
            reasons.POD_FAILED, pod.message or f"Pod {pod.name} failed before the task's container ran, and gives no reason."
        )
    return Outcome(failure=failure)


def deleted(pod_name: str) -> Failure:
    """The failure of an attempt whose pod isn't there any more."""
    return system_failure(reasons.POD_DELETED, f"Pod {pod_name} was deleted before the task ended, and not by Glider.")


def disruption(pod: Pod) -> Failure | None:
    """The failure of a pod that Kubernetes gave up for another cause than the task (preemption, drain, taint)."""
    condition = pod.conditions.get("DisruptionTarget")
    if condition is None or not condition.true:
        return None
    return system_failure(condition.reason or "DisruptionTarget", condition.message or f"Kubernetes disrupted pod {pod.name}.")


def _kubernetes_reason(pod: Pod, container: Container) -> Failure | None:
    if (failure := disruption(pod)) is not None:
        return failure
    if pod.reason:
        return system_failure(pod.reason, pod.message or f"Kubernetes ended pod {pod.name}: {pod.reason}.")
    if container.reason in (reasons.START_ERROR, reasons.CANNOT_RUN):
        return user_failure(container.reason, f"The container could not be started: {container.message}")
    if container.reason == _STATUS_UNKNOWN:
        return system_failure(container.reason, container.message or f"The node of pod {pod.name} was lost.")
    if (pod.deleting or pod.vanished) and container.exit_code in (_KILLED, _TERMINATED):
        return deleted(pod.name)
    return None


def _failed_init(pod: Pod) -> Failure | None:
    for container in pod.init:
        if container.terminated and container.exit_code != 0:
            said = container.message.strip() or container.reason
            return system_failure(
                reasons.INJECTION_FAILED, f"Init container {container.name} exited with code {container.exit_code}: {said}"
            )
    return None


def _oom(pod: Pod) -> Failure:
    limit = f"its limit of {pod.memory_limit}" if pod.memory_limit else "its node had left (it has no limit of its own)"
    message = f"The task was killed because it used more memory than {limit}. Raise container.resources.limits.memory."
    return user_failure(reasons.OOM_KILLED, message, kind=Kind.RECOVERABLE)


def _reported(error: TaskError) -> Failure:
    return Failure(code=error.code, kind=error.kind, origin=error.origin, message=error.message)


def _exit_code(container: Container) -> Failure:
    message = f"The task's container exited with code {container.exit_code} and left no summary."
    if tail := container.message.strip():
        message = f"{message} Its last output:\n{tail}"
    return user_failure(reasons.CONTAINER_FAILED, message, kind=Kind.RECOVERABLE)


def _without_summary(container: Container) -> Failure:
    message = "The task's container exited with code 0 and left no outputs, though its interface promises some."
    message = f"{message} Does its command run pyflyte-execute?"
    if tail := container.message.strip():
        message = f"{message} Its last output:\n{tail}"
    return user_failure(reasons.OUTPUTS_NOT_FOUND, message)


def _outcome(container: Container, *, failure: Failure | None) -> Outcome:
    return Outcome(
        failure=failure,
        outputs={} if failure is None else None,
        started=container.started,
        finished=container.finished,
        exit_code=container.exit_code,
    )
