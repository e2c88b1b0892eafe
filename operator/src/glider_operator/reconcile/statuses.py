"""The status that follows from a finding. Each function takes the status on record and returns the next one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from glider.wire.contract import FUTURES_FILE
from glider_operator.diagnose.findings import Outcome, Progress
from glider_operator.model import reasons
from glider_operator.model.execution import Execution
from glider_operator.model.failure import Failure, user_failure
from glider_operator.model.moments import format_time
from glider_operator.model.phases import Phase
from glider_operator.model.pod import Pod
from glider_operator.model.status import MAX_ATTEMPTS, Attempt, Condition, Status
from glider_operator.reconcile.retries import counted
from glider_operator.resolve.resolution import Resolution, Resolved


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """What all of a reconcile's decisions are about."""

    execution: Execution
    resolution: Resolution
    pod: Pod | None
    now: datetime

    @property
    def task(self) -> Resolved | None:
        """The resolved task, where there is one."""
        return self.resolution if isinstance(self.resolution, Resolved) else None

    def condition(self, true: bool | None, reason: str, message: str) -> Condition:
        """The condition from now on; its time stays while its status does."""
        before = self.execution.status.condition
        kept = before.since if before.since is not None and before.true is true else self.now
        return Condition(true=true, reason=reason, message=message, since=kept)


def attempt_of(pod: Pod) -> Attempt:
    """The record of an attempt as far as its pod alone tells."""
    return Attempt(number=pod.attempt, pod_name=pod.name, pod_uid=pod.uid, node_name=pod.node_name)


def progressed(scene: Scene, attempt: Attempt, progress: Progress) -> Status:
    """The attempt is on its way."""
    message = progress.message or f"Attempt {attempt.number}, pod {attempt.pod_name}."
    status = _current(scene, attempt.number)
    return replace(
        status,
        phase=progress.phase,
        condition=scene.condition(None, progress.reason, message),
        attempts=recorded(status.attempts, replace(attempt, started=progress.started)),
    )


def succeeded(scene: Scene, attempt: Attempt, outcome: Outcome) -> Status:
    """The attempt, and with it the execution, ended well."""
    paths = scene.task.paths if scene.task else None
    reason, message = reasons.COMPLETED, f"Attempt {attempt.number} succeeded."
    if outcome.futures:
        where = f"{paths.output_prefix(attempt.number)}/{FUTURES_FILE}" if paths else FUTURES_FILE
        reason = reasons.FUTURES_WRITTEN
        message += f" The task is dynamic: the nodes that it made are in {where}, for a workflow engine to run."
    return replace(
        _ended(scene, _over(scene, attempt, outcome, reason=reason)),
        phase=Phase.SUCCEEDED,
        condition=scene.condition(True, reason, message),
        outputs=outcome.outputs,
        outputs_uri=paths.outputs(attempt.number) if paths and paths.stored and not outcome.futures else None,
    )


def failed(scene: Scene, attempt: Attempt, outcome: Outcome, failure: Failure) -> Status:
    """The attempt failed, and no other follows."""
    status = _ended(scene, _over(scene, attempt, outcome, reason=failure.reason, failure=failure))
    return replace(
        status,
        phase=Phase.FAILED,
        condition=scene.condition(False, failure.reason, f"Attempt {attempt.number} failed: {failure.last_line}"),
        failure=failure,
        failures=counted(status.failures, failure),
    )


def retrying(scene: Scene, attempt: Attempt, outcome: Outcome, failure: Failure, *, next_at: datetime) -> Status:
    """The attempt failed, and another follows."""
    status = _current(scene, attempt.number)
    message = f"Attempt {attempt.number} failed ({failure.reason}); the next starts at {format_time(next_at)}. {failure.last_line}"
    return replace(
        status,
        phase=Phase.RETRYING,
        condition=scene.condition(None, reasons.RETRYING, message),
        attempts=recorded(status.attempts, _over(scene, attempt, outcome, reason=failure.reason, failure=failure)),
        failures=counted(status.failures, failure),
    )


def refused(scene: Scene, message: str, *, reason: str = reasons.INVALID_SPEC) -> Status:
    """The execution can't be run at all: no attempt is to blame."""
    failure = user_failure(reason, message)
    return replace(
        scene.execution.status,
        observed_generation=scene.execution.generation,
        phase=Phase.FAILED,
        condition=scene.condition(False, reason, message),
        completed=scene.now,
        failure=failure,
    )


def blocked(scene: Scene, reason: str, message: str) -> Status:
    """The next attempt's pod can't be created for now."""
    return replace(
        scene.execution.status,
        observed_generation=scene.execution.generation,
        condition=scene.condition(None, reason, message),
    )


def recorded(attempts: tuple[Attempt, ...], attempt: Attempt) -> tuple[Attempt, ...]:
    """`attempts` with `attempt` as the record of its number; the oldest make room."""
    others = tuple(other for other in attempts if other.number != attempt.number)
    return (*others, attempt)[-MAX_ATTEMPTS:]


def _over(scene: Scene, attempt: Attempt, outcome: Outcome, *, reason: str, failure: Failure | None = None) -> Attempt:
    return replace(
        attempt,
        started=outcome.started or attempt.started,
        completed=outcome.finished or scene.now,
        exit_code=outcome.exit_code,
        reason=reason,
        failure=failure,
    )


def _ended(scene: Scene, attempt: Attempt) -> Status:
    status = _current(scene, attempt.number)
    return replace(
        status,
        completed=attempt.completed,
        attempts=recorded(status.attempts, attempt),
    )


def _current(scene: Scene, attempt: int) -> Status:
    """The status on record with what is known by now about any attempt's start."""
    status, task = scene.execution.status, scene.task
    status = replace(
        status,
        observed_generation=scene.execution.generation,
        started=status.started or (scene.pod.created if scene.pod else None),
    )
    if task is None:
        return status
    return replace(
        status,
        inputs_uri=task.paths.inputs if task.paths.stored or task.inline_inputs is None else None,
        raw_output_data_prefix=task.paths.raw_output(attempt) if task.paths.stored else None,
    )
