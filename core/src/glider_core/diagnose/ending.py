"""The outcome of a pod that ended. The first source that has one decides alone:

1. an OOM kill: the kernel ended the task, whatever error is written somewhere;
2. the executor's summary, or else error.pb: it has most details, and the task's own error must not hide behind "exit code 1";
3. Kubernetes' own reasons: preemption, eviction, a lost node, a container that can't start, a deleted pod;
4. the exit code, which is the task's: USER, and RECOVERABLE as in Flyte.

Success needs no such order. A summary with success counts even if the exit code isn't 0: the executor writes it last, after
outputs.pb, so the outputs are complete. Only the interpreter's own end can fail after it, where extension modules may crash. It also
counts if the kernel killed some process of the container: containerd reports OOMKilled then, even if the task went on.

Where an init container failed, the task's never started. Sidecars (restartPolicy Always) are restarted by Kubernetes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from glider.wire.errors import CODE_STORAGE_REFUSED, Kind, TaskError
from glider.wire.summary import Summary, Usage, decode_summary
from glider_core.api import reasons
from glider_core.api.failure import Failure, system_failure, user_failure
from glider_core.api.observed_pod import Container, Pod
from glider_core.api.pod_template import EXECUTOR
from glider_core.diagnose.disruptions import deleted, deletion, disruption, node_lost, pod_reason
from glider_core.diagnose.evidence import Evidence
from glider_core.diagnose.exitcodes import exit_code, oom_kill, start_error, with_tail
from glider_core.diagnose.findings import Outcome, Unread


def container_ending(
    pod: Pod, container: Container, *, returns_outputs: bool, reads: bool = False, evidence: Evidence | None = None
) -> Outcome | Unread:
    """The outcome of the task's `container`, which has terminated."""
    summary = decode_summary(container.message)
    usage = summary.usage if summary else None
    if summary is not None and summary.error is None:
        return _reported(pod, container, summary)
    unread = reads and evidence is None and summary is None
    if (failure := oom_kill(pod, container, summary)) is not None and not _lived_on(container, evidence, unread=unread):
        return _failure(container, failure, usage)
    if summary is not None:
        return _reported(pod, container, summary)
    if unread and start_error(container) is None:
        return Unread()
    return _without_summary(pod, container, evidence or Evidence(), returns_outputs=returns_outputs)


def _lived_on(container: Container, evidence: Evidence | None, *, unread: bool) -> bool:
    """Whether the task may have succeeded although the kernel killed a process beside it: the store decides, where it is to be read."""
    if container.exit_code != 0:
        return False
    return unread or (evidence is not None and evidence.error is None and (evidence.outputs_found or evidence.futures_found))


def pod_ending(pod: Pod) -> Outcome:
    """The outcome of `pod`, which ended before its task's container did."""
    failure = disruption(pod) or failed_init(pod) or pod_reason(pod)
    if failure is None and (pod.vanished or pod.deleting):
        failure = deleted(pod.name)
    if failure is None:
        failure = system_failure(
            reasons.POD_FAILED, pod.message or f"Pod {pod.name} failed before the task's container ran, and gives no reason."
        )
    started = pod.primary.started if pod.primary is not None else None
    return Outcome(failure=failure, started=started)


def _reported(pod: Pod, container: Container, summary: Summary) -> Outcome:
    if summary.error is not None:
        return _failure(container, _error(pod, summary.error), summary.usage)
    return _success(container, outputs=summary.outputs, futures=summary.futures, usage=summary.usage)


def _without_summary(pod: Pod, container: Container, evidence: Evidence, *, returns_outputs: bool) -> Outcome:
    if evidence.error is not None:
        return _failure(container, _error(pod, evidence.error))
    if container.exit_code != 0:
        return _failure(container, _kubernetes_reason(pod, container) or exit_code(container))
    if evidence.problem and returns_outputs:
        return _failure(container, _unreadable(evidence.problem))
    if evidence.outputs_found or evidence.futures_found:
        return _success(container, outputs=evidence.outputs, futures=evidence.futures_found)
    if not returns_outputs:
        return _success(container, outputs={})
    return _failure(container, _kubernetes_reason(pod, container) or _no_outputs(container))


def _kubernetes_reason(pod: Pod, container: Container) -> Failure | None:
    return (
        disruption(pod, ended=container)
        or pod_reason(pod)
        or start_error(container)
        or node_lost(pod, container)
        or deletion(pod, container)
    )


def _error(pod: Pod, error: TaskError) -> Failure:
    message = error.message
    if error.code == CODE_STORAGE_REFUSED and pod.secrets:
        whose = f"{'Secret' if len(pod.secrets) == 1 else 'Secrets'} {', '.join(pod.secrets)} of namespace {pod.namespace}"
        message = f"{message.rstrip()}\nThe pod has its keys from {whose}."
    return Failure(code=error.code, kind=error.kind, origin=error.origin, message=message)


def _unreadable(problem: str) -> Failure:
    message = f"The task's container exited with code 0, and the operator couldn't read what it left in the store: {problem}"
    return system_failure(reasons.STORE_UNREADABLE, message, kind=Kind.NON_RECOVERABLE)


def _no_outputs(container: Container) -> Failure:
    message = f"Container {container.name} exited with code 0 and left no outputs, though the task's interface promises some."
    return user_failure(reasons.OUTPUTS_NOT_FOUND, with_tail(f"{message} Does its command run pyflyte-execute?", container))


def _success(container: Container, *, outputs: Mapping[str, Any] | None, futures: bool = False, usage: Usage | None = None) -> Outcome:
    return replace(_outcome(container, usage), outputs=outputs, futures=futures)


def _failure(container: Container, failure: Failure, usage: Usage | None = None) -> Outcome:
    return replace(_outcome(container, usage), failure=failure)


def _outcome(container: Container, usage: Usage | None) -> Outcome:
    return Outcome(usage=usage, started=container.started, finished=container.finished, exit_code=container.exit_code)


def failed_init(pod: Pod) -> Failure | None:
    """The failure of the first init container that failed."""
    for container in pod.init:
        if container.terminated and not container.sidecar and container.exit_code != 0:
            return _injection(container) if container.name == EXECUTOR else _own(container)
    return None


def _injection(container: Container) -> Failure:
    cause = container.message.strip() or container.reason
    message = f"Init container {container.name}, which brings the executor, exited with code {container.exit_code}: {cause}"
    return system_failure(reasons.INJECTION_FAILED, message)


def _own(container: Container) -> Failure:
    if container.reason == reasons.OOM_KILLED:
        message = f"Init container {container.name} was killed because it used more memory than its limit. Raise it."
        return user_failure(reasons.INIT_OOM_KILLED, message, kind=Kind.RECOVERABLE)
    if container.reason in (reasons.START_ERROR, reasons.CANNOT_RUN):
        return user_failure(container.reason, f"Init container {container.name} could not be started: {container.message}")
    message = f"Init container {container.name} exited with code {container.exit_code}, so that the task never started."
    return user_failure(reasons.INIT_FAILED, with_tail(message, container), kind=Kind.RECOVERABLE)
