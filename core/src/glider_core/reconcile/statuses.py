"""The status that follows from a finding. Each function takes the status on record and returns the next one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from glider.wire.contract import FUTURES_FILE
from glider_core.api import reasons
from glider_core.api.conditions import Condition
from glider_core.api.execution import Execution
from glider_core.api.failure import Failure, user_failure
from glider_core.api.moments import format_time
from glider_core.api.observed_pod import Pod
from glider_core.api.phases import Phase
from glider_core.api.policies import Policies
from glider_core.api.retrying import Timeouts
from glider_core.api.status import MAX_ATTEMPTS, Attempt, Failures, Link, Status
from glider_core.api.terms import Terms
from glider_core.diagnose.findings import Outcome, Progress
from glider_core.reconcile.admission import Limit
from glider_core.reconcile.allowance import Allowance
from glider_core.reconcile.memory import next_memory
from glider_core.reconcile.observed_pods import ObservedPods
from glider_core.reconcile.parents import Parent
from glider_core.reconcile.refusals import Refusal
from glider_core.resolve.resolution import Resolution, Resolved, Unconfigured
from glider_core.resolve.storage import Paths, paths_of

_WAITED_FOR = "; it waited for this: "
_TIMEOUTS = frozenset({reasons.QUEUED_TIMEOUT, reasons.ATTEMPT_TIMEOUT, reasons.TOTAL_TIMEOUT, reasons.DEADLINE_EXCEEDED})


@dataclass(frozen=True, kw_only=True, slots=True)
class Context:
    """What all of a reconcile's decisions are about.

    `reads`: whether the store can be read. `full`: the limit that others have used up. `refusal`: of the last creation of its pod.
    `parent`: the eager execution that it belongs to.
    """

    execution: Execution
    resolution: Resolution | Unconfigured
    pod: Pod | None
    now: datetime
    observed: ObservedPods = field(default_factory=ObservedPods)
    policies: Policies = field(default_factory=Policies)
    reads: bool = False
    links: tuple[Link, ...] = ()
    allowance: Allowance = field(default_factory=Allowance)
    full: Limit | None = None
    refusal: Refusal | None = None
    parent: Parent | None = None

    @property
    def task(self) -> Resolved | None:
        """The resolved task, where there is one."""
        return self.resolution if isinstance(self.resolution, Resolved) else None

    @property
    def status(self) -> Status:
        """The status on record."""
        return self.execution.status

    @property
    def terms(self) -> Terms | None:
        """What the attempt was started with, by its pod; else what it would be started with now."""
        if self.pod is not None and self.pod.terms is not None:
            return self.pod.terms
        return self.task.terms if self.task else None

    @property
    def paths(self) -> Paths | None:
        """Where the attempt's files are."""
        terms = self.terms
        return paths_of(self.execution, terms.storage, inputs_uri=self.execution.inputs_uri) if terms else None

    @property
    def timeouts(self) -> Timeouts:
        """The limits in effect: the task's as they are now, or where the task is unknown those in its pod's annotation."""
        if self.task is not None:
            return self.task.timeouts
        return self.terms.timeouts if self.terms else Timeouts()

    def end_of(self, outcome: Outcome) -> datetime:
        """When the attempt ended. A node's clock may be ahead of ours, and nothing is to wait for it."""
        return min(outcome.finished or self.now, self.now)

    def condition(self, true: bool | None, reason: str, message: str, *, before: Condition | None = None) -> Condition:
        """A condition from now on (by default Succeeded); its time stays while its status does."""
        before = before or self.status.condition
        kept = before.since if before.since is not None and before.true is true else self.now
        return Condition(true=true, reason=reason, message=message, since=kept)


def attempt_of(context: Context, pod: Pod) -> Attempt:
    """The record of an attempt: what its pod shows, and what was recorded before that the pod doesn't show."""
    last = context.status.last_attempt
    known = last if last is not None and last.number == pod.attempt else Attempt(number=pod.attempt, memory=context.status.memory or "")
    return replace(known, pod_name=pod.name, pod_uid=pod.uid, node_name=pod.node_name or known.node_name)


def progressed(context: Context, attempt: Attempt, progress: Progress) -> Status:
    """The attempt is on its way."""
    message = progress.message or f"Attempt {attempt.number}, pod {attempt.pod_name}."
    status = _current(context, attempt.number)
    return replace(
        status,
        phase=progress.phase,
        condition=context.condition(None, progress.reason, message),
        attempts=recorded(status.attempts, replace(attempt, started=progress.started or attempt.started)),
    )


def stopping(context: Context, attempt: Attempt, *, reason: str, why: str) -> Status:
    """The attempt is being ended by the operator; its phase stays until it has ended."""
    status = _current(context, attempt.number)
    return replace(
        status,
        condition=context.condition(None, reason, f"Ending attempt {attempt.number}: {why}."),
        attempts=recorded(status.attempts, replace(attempt, reason=reason)),
    )


def with_wait(why: str, waits_for: str) -> str:
    """Why an attempt is ended while it waits, with what it waits for. When its pod has ended, only the status has that."""
    return f"{why}{_WAITED_FOR}{waits_for.removesuffix('.')}" if waits_for else why


def waited_for(status: Status) -> str:
    """What an attempt that is being ended waited for, by the record; empty where the record doesn't have it."""
    return status.condition.message.partition(_WAITED_FOR)[2].removesuffix(".")


def unread(context: Context, attempt: Attempt, problem: str) -> Status:
    """The attempt has ended, and its outcome isn't known for now; its phase stays until it is."""
    status = _current(context, attempt.number)
    message = f"Attempt {attempt.number} has ended, and the store, which has its outcome, doesn't answer: {problem}"
    return replace(
        status,
        condition=context.condition(None, reasons.STORE_UNAVAILABLE, message),
        attempts=recorded(status.attempts, attempt),
    )


def succeeded(context: Context, attempt: Attempt, outcome: Outcome) -> Status:
    """The attempt, and with it the execution, ended well."""
    paths = context.paths
    reason, message = reasons.COMPLETED, f"Attempt {attempt.number} succeeded."
    if outcome.futures:
        where = f"{paths.output_prefix(attempt.number)}/{FUTURES_FILE}" if paths else FUTURES_FILE
        reason = reasons.FUTURES_WRITTEN
        message += f" The task is dynamic: the nodes that it made are in {where}, for a workflow engine to run."
    return replace(
        _ended(context, _with_end(context, attempt, outcome, reason=reason)),
        phase=Phase.SUCCEEDED,
        condition=context.condition(True, reason, message),
        outputs=outcome.outputs,
        outputs_uri=paths.outputs(attempt.number) if paths and paths.stored and not outcome.futures else None,
    )


def failed_attempt(context: Context, attempt: Attempt, outcome: Outcome, failure: Failure) -> Attempt:
    """The record of `attempt`, which failed for `failure`."""
    return _with_end(context, attempt, outcome, reason=failure.reason, failure=failure)


def failed(context: Context, attempt: Attempt, failure: Failure, *, failures: Failures) -> Status:
    """The attempt failed, and no other follows."""
    status = _ended(context, attempt)
    return replace(
        status,
        phase=Phase.TIMED_OUT if failure.code in _TIMEOUTS else Phase.FAILED,
        condition=context.condition(False, failure.reason, f"Attempt {attempt.number} failed: {failure.headline}"),
        failure=failure,
        failures=failures,
    )


def retrying(context: Context, attempt: Attempt, failure: Failure, *, failures: Failures, next_at: datetime) -> Status:
    """The attempt failed, and another follows."""
    status = _current(context, attempt.number)
    message = f"Attempt {attempt.number} failed ({failure.reason}); the next starts at {format_time(next_at)}. {failure.headline}"
    return replace(
        status,
        phase=Phase.RETRYING,
        condition=context.condition(None, reasons.RETRYING, message),
        attempts=recorded(status.attempts, attempt),
        failures=failures,
        checkpoint_uri=_checkpoint(context, attempt),
        memory=_memory(context, failure),
    )


def suspended(context: Context, attempt: Attempt | None, outcome: Outcome | None = None) -> Status:
    """No attempt runs any more, and none will until it is resumed."""
    status = context.status if attempt is None else _current(context, attempt.number)
    if attempt is not None:
        ended_attempt = _with_end(context, attempt, outcome or Outcome(), reason=reasons.SUSPENDED)
        status = replace(status, attempts=recorded(status.attempts, ended_attempt), checkpoint_uri=_checkpoint(context, ended_attempt))
    message = "spec.suspend is true; set it to false to go on with another attempt."
    return replace(
        status,
        observed_generation=context.execution.generation,
        phase=Phase.SUSPENDED,
        condition=context.condition(None, reasons.SUSPENDED, message),
        suspended=context.condition(True, reasons.SUSPENDED, message, before=status.suspended or Condition()),
    )


def resumed(context: Context) -> Status:
    """It goes on."""
    message = "spec.suspend is false again."
    return replace(
        context.status,
        observed_generation=context.execution.generation,
        phase=Phase.PENDING,
        condition=context.condition(None, reasons.RESUMED, message),
        suspended=context.condition(False, reasons.RESUMED, message, before=context.status.suspended or Condition()),
    )


def ended(context: Context, failure: Failure, attempt: Attempt | None = None, outcome: Outcome | None = None) -> Status:
    """The execution was ended by the operator: cancelled, or out of time while no attempt ran."""
    status = replace(context.status, completed=context.now)
    if attempt is not None:
        status = _ended(context, failed_attempt(context, attempt, outcome or Outcome(), failure))
    return replace(
        status,
        observed_generation=context.execution.generation,
        phase=Phase.TIMED_OUT if failure.code in _TIMEOUTS else Phase.ABORTED,
        condition=context.condition(False, failure.reason, failure.message),
        failure=failure,
    )


def refused(context: Context, message: str, *, reason: str = reasons.INVALID_SPEC) -> Status:
    """The execution can't be run at all: no attempt is to blame."""
    failure = user_failure(reason, message)
    return replace(
        context.status,
        observed_generation=context.execution.generation,
        phase=Phase.FAILED,
        condition=context.condition(False, reason, message),
        completed=context.now,
        failure=failure,
    )


def blocked(context: Context, reason: str, message: str) -> Status:
    """The next attempt's pod can't be created for now."""
    return replace(
        context.status,
        observed_generation=context.execution.generation,
        condition=context.condition(None, reason, message),
    )


def recorded(attempts: tuple[Attempt, ...], attempt: Attempt) -> tuple[Attempt, ...]:
    """`attempts` with `attempt` as the record of its number; the oldest make room."""
    others = tuple(other for other in attempts if other.number != attempt.number)
    return (*others, attempt)[-MAX_ATTEMPTS:]


def _with_end(context: Context, attempt: Attempt, outcome: Outcome, *, reason: str, failure: Failure | None = None) -> Attempt:
    return replace(
        attempt,
        started=outcome.started or attempt.started,
        completed=context.end_of(outcome),
        exit_code=outcome.exit_code,
        usage=outcome.usage,
        reason=reason,
        failure=failure,
    )


def _ended(context: Context, attempt: Attempt) -> Status:
    status = _current(context, attempt.number)
    return replace(
        status,
        completed=attempt.completed,
        attempts=recorded(status.attempts, attempt),
    )


def _checkpoint(context: Context, attempt: Attempt) -> str | None:
    """Where the last attempt that ran may have left a checkpoint; one that never started has left none."""
    paths = context.paths
    if paths is None or not paths.stored or attempt.started is None:
        return context.status.checkpoint_uri
    return paths.checkpoint(attempt.number)


def _memory(context: Context, failure: Failure) -> str | None:
    if context.task is None:
        return context.status.memory
    limit = context.pod.memory_limit if context.pod is not None else ""
    return next_memory(failure, limit=limit, before=context.status.memory, policy=context.task.retries)


def _current(context: Context, attempt: int) -> Status:
    """The status on record with what is known by now about any attempt's start."""
    status = replace(
        context.status,
        observed_generation=context.execution.generation,
        started=context.status.started or (context.pod.created if context.pod else None),
        links=context.links or context.status.links,
        warning=_warning(context),
    )
    if (paths := context.paths) is None:
        return status
    return replace(
        status,
        inputs_uri=paths.inputs if paths.stored or context.execution.inputs_uri is not None else None,
        raw_output_data_prefix=paths.raw_output(attempt) if paths.stored else None,
    )


def _warning(context: Context) -> Condition | None:
    if context.task is None or not context.task.warnings:
        return context.status.warning
    return context.condition(True, reasons.CHECK_SPEC, "\n".join(context.task.warnings), before=context.status.warning or Condition())
