"""What to do about an execution.

Level-triggered: the plan depends on the observed state, never on which event came last, so a restart, a lost event or a
repeated one changes nothing. At most one status write follows, and none where nothing has changed. A final phase stays.

A successful execution costs three writes: the pod, `Running`, and the end; a short one costs two. A pod that waits is only
written about once it has waited for a while.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from glider_core.api import reasons
from glider_core.api.execution import Execution
from glider_core.api.failure import Failure
from glider_core.api.observed_pod import Pod
from glider_core.api.phases import Phase
from glider_core.api.pod_settings import ExecutorMode
from glider_core.api.policies import Policies
from glider_core.api.status import Attempt, Failures, Link, Status
from glider_core.diagnose.diagnosis import diagnose
from glider_core.diagnose.disruptions import deleted
from glider_core.diagnose.evidence import Evidence
from glider_core.diagnose.findings import Finding, Outcome, Progress, Unread
from glider_core.diagnose.waiting import step_began
from glider_core.reconcile import events, lifecycle, statuses
from glider_core.reconcile.admission import Limit
from glider_core.reconcile.allowance import NORMAL, Allowance
from glider_core.reconcile.cleanup import after_end
from glider_core.reconcile.launching import QUIET, launch
from glider_core.reconcile.observed_pods import ObservedPods
from glider_core.reconcile.parents import Parent, UnknownParent
from glider_core.reconcile.plan import NOTHING, Plan, Reading, earliest
from glider_core.reconcile.queueing import queued_with_pod, queued_without_pod, what_it_waits_for
from glider_core.reconcile.refusals import Refusal
from glider_core.reconcile.retries import counted, next_attempt_at
from glider_core.reconcile.statuses import Context, attempt_of
from glider_core.reconcile.timeouts import Clocks, next_deadline, overdue, timeout_failure
from glider_core.render.pod import pod_name
from glider_core.resolve.resolution import Awaited, Refused, Resolution, Unconfigured

#: After how long a silent pod's Events are looked up, how often, and when that is tried again if the allowance forbids it.
ASK_AFTER = timedelta(seconds=20)
ASK_EVERY = timedelta(seconds=60)
ASK_LATER = timedelta(seconds=10)


def reconcile(
    execution: Execution,
    *,
    resolution: Resolution | Unconfigured | None,
    observed: ObservedPods,
    now: datetime,
    policies: Policies | None = None,
    reads: bool = False,
    links: tuple[Link, ...] = (),
    allowance: Allowance = NORMAL,
    full: Limit | None = None,
    refusal: Refusal | None = None,
    parent: Parent | UnknownParent | None = None,
    archived: bool = True,
) -> Plan:
    """What to do about `execution`.

    Args:
        execution: the execution as last seen.
        resolution: what exactly it is to run; None only where it is finished.
        observed: what is known of its pods.
        now: the time.
        policies: the configuration's.
        reads: whether there is a store to read what an attempt left there.
        links: where the current attempt's logs are.
        allowance: what may be asked of the API server beyond what has to be.
        full: the limit of concurrency that others have used up, so that it can't have its first pod.
        refusal: why its pod couldn't be created when that was last tried.
        parent: the eager execution that it belongs to, if it does.
        archived: whether it is in the history, if it is finished; or none is kept.
    """
    policies = policies or Policies()
    if isinstance(resolution, Unconfigured) and execution.status.phase.terminal:
        return NOTHING  # it is unknown how long it and its pods are to be kept
    if observed.doubtful and not isinstance(resolution, Unconfigured):
        return Plan(confirm=min(observed.doubtful))
    if resolution is None or execution.status.phase.terminal:
        return after_end(execution, observed, policies=policies, now=now, archived=archived)
    if isinstance(parent, UnknownParent):
        return Plan(find_parent=execution.parent)
    if isinstance(resolution, Awaited) and (resolution.until <= now or observed.latest is not None):  # it was there when that began
        return Plan(find=resolution.template)
    number = current_attempt(execution.status, observed)
    name = pod_name(execution, number)
    context = Context(
        execution=execution,
        resolution=resolution,
        pod=observed.seen.get(name),
        now=now,
        observed=observed,
        policies=policies,
        reads=reads,
        links=links,
        allowance=allowance,
        full=full,
        refusal=refusal,
        parent=parent,
    )
    if isinstance(resolution, Unconfigured):
        return launch(context, number, name)  # which reports it; nothing is done about a pod that is there
    plan = _follow(context, context.pod) if context.pod else _unseen(context, number, name)
    return replace(plan, delete=(*plan.delete, *_leftovers(execution.status, observed, below=number, now=now)))


def current_attempt(status: Status, observed: ObservedPods) -> int:
    """The current attempt: the first whose end isn't recorded, or the one after it that has a pod already.

    No further one: each attempt's end is recorded before the next begins, so that would be a forged pod with an arbitrary number.
    """
    last = status.last_attempt
    following = 0 if last is None else last.number + (last.completed is not None)
    return following + any(pod.attempt == following + 1 for pod in observed.seen.values())


def _leftovers(status: Status, observed: ObservedPods, *, below: int, now: datetime) -> tuple[Pod, ...]:
    """Pods that still run although their attempt has ended: one whose image has an invalid name, or whose sidecars go on.

    A pod whose exit code is on record has ended, and is kept. Where the cache still has it running, the watch is late: another operator
    wrote the status.
    """
    ended = {attempt.pod_uid for attempt in status.attempts if attempt.exit_code is not None}
    earlier = (pod for pod in observed.seen.values() if pod.attempt < below)
    return tuple(pod for pod in earlier if (pod.live and pod.uid not in ended) or pod.lingers(now=now))


def _unseen(context: Context, number: int, name: str) -> Plan:
    """The attempt's pod isn't there: not yet, not any more, or the watch is late."""
    last = context.status.last_attempt
    begun = name in context.observed.created or (last is not None and last.number == number)
    if name in context.observed.gone and begun:
        attempt = last if last is not None and last.number == number else Attempt(number=number, pod_name=name)
        return _ended(context, attempt, Outcome(failure=deleted(name)))
    if (until := context.observed.awaited_until(name, now=context.now)) is not None:
        return Plan(requeue_at=until)
    if begun:
        return Plan(confirm=name)
    return _stopped_before_it_began(context, number) or launch(context, number, name)


def _stopped_before_it_began(context: Context, number: int) -> Plan | None:
    """The plan for an execution that may not start another attempt now: suspended, cancelled, deleted, or out of time."""
    status, wish = context.status, lifecycle.wish(context.execution.lifecycle, context.parent)
    if wish == reasons.CANCELLED:
        failure = lifecycle.cancelled(context.execution, context.parent)
        return Plan(status=statuses.ended(context, failure), events=(events.execution_ended(number, failure),))
    clocks = Clocks(total=context.execution.created, queued=queued_without_pod(context) if wish is None else None)
    if (late := _overdue(context, clocks)) is not None:
        failure = timeout_failure(late, context.timeouts, waited_for=what_it_waits_for(context))
        return Plan(status=statuses.ended(context, failure), events=(events.execution_ended(number, failure),))
    if context.execution.deleting:
        failure = lifecycle.deleted()
        return Plan(status=statuses.ended(context, failure), events=(events.execution_ended(number, failure),))
    if isinstance(context.resolution, Refused) and context.resolution.at_once:
        return None
    if wish == reasons.SUSPENDED:
        if status.phase is Phase.SUSPENDED:
            return Plan(requeue_at=_next_deadline(context, Clocks(total=context.execution.created)))
        event = events.execution_suspended(number, generation=context.execution.generation)
        return Plan(status=statuses.suspended(context, None), events=(event,))
    if status.phase is Phase.SUSPENDED:
        return Plan(status=statuses.resumed(context))
    return None


def _follow(context: Context, pod: Pod) -> Plan:
    match _diagnosis(context, pod, evidence=context.observed.evidence.get(pod.name)):
        case Unread():
            return _read(context, pod)
        case Outcome() as outcome:
            plan = _ended(context, attempt_of(context, pod), outcome)
            return replace(plan, delete=(pod,)) if pod.live else plan  # given up, and nothing is to run on
        case Progress() as progress:
            return _stop(context, pod, progress) or _on_its_way(context, pod, progress)


def _diagnosis(context: Context, pod: Pod, *, evidence: Evidence | None) -> Finding:
    terms = context.terms
    return diagnose(
        pod,
        now=context.now,
        patience=context.policies.patience,
        warning=context.observed.warnings.get(pod.name),
        returns_outputs=terms is None or terms.outputs,  # where that is unknown, exit code 0 alone isn't a success
        reads=context.reads and terms is not None and terms.executor is ExecutorMode.IMAGE and _stored(context),
        evidence=evidence,
    )


def _stored(context: Context) -> bool:
    return context.paths is not None and context.paths.stored


def _read(context: Context, pod: Pod) -> Plan:
    """The plan to read the outcome from the store. A store that doesn't answer is reported, tried again, and given up in the end."""
    assert context.paths is not None, "else nothing is read"
    reading = Plan(read=Reading(pod=pod, prefix=context.paths.output_prefix(pod.attempt)))
    if (silence := context.observed.unanswered.get(pod.name)) is None:
        return reading
    attempt, clocks = attempt_of(context, pod), Clocks(total=context.execution.created)
    patient_until = silence.since + context.policies.patience.store
    cancelled = lifecycle.wish(context.execution.lifecycle, context.parent) == reasons.CANCELLED
    stop = reasons.CANCELLED if cancelled else _overdue(context, clocks)
    if stop is not None or context.now >= patient_until:
        outcome = _diagnosis(context, pod, evidence=Evidence(problem=silence.problem))
        assert isinstance(outcome, Outcome), "its container has terminated, and there is no more to be read"
        return _ended(context, replace(attempt, reason=stop or attempt.reason), outcome)
    if silence.again_at <= context.now:
        return reading
    requeue_at = earliest(silence.again_at, patient_until, _next_deadline(context, clocks))
    if context.status.condition.reason == reasons.STORE_UNAVAILABLE:
        return Plan(requeue_at=requeue_at)
    status, event = statuses.unread(context, attempt, silence.problem), events.end_unread(attempt, silence.problem)
    return Plan(status=status, events=(event,), requeue_at=requeue_at)


def _stop(context: Context, pod: Pod, progress: Progress) -> Plan | None:
    """The plan to end a running attempt: the reason is recorded, then its pod is deleted: SIGTERM and its grace period."""
    attempt = attempt_of(context, pod)
    if attempt.stopping:
        return Plan(delete=() if pod.deleting else (pod,), requeue_at=progress.until)
    reason = lifecycle.wish(context.execution.lifecycle, context.parent)
    if reason is None and not pod.deleting:
        reason = _overdue(context, _clocks(context, pod, progress))
    if reason is None:
        return None
    why = lifecycle.why(reason, context.execution.lifecycle, context.parent)
    if reason == reasons.QUEUED_TIMEOUT:
        why = statuses.with_wait(why, what_it_waits_for(context))
    return Plan(
        status=statuses.stopping(context, attempt, reason=reason, why=why),
        delete=(pod,),
        events=(events.attempt_stopped(attempt, reason, why),),
    )


def _on_its_way(context: Context, pod: Pod, progress: Progress) -> Plan:
    status, attempt = context.status, attempt_of(context, pod)
    requeue_at = earliest(progress.until, _next_deadline(context, _clocks(context, pod, progress)))
    on_record = status.last_attempt is not None and status.last_attempt.number == pod.attempt
    if progress.silent and (pod.node_name or on_record):  # schedulers are quick, and what has no node yet is shown as that first
        if (ask_at := _ask_at(context, pod)) <= context.now and context.allowance.asks:
            return Plan(ask=pod)
        requeue_at = earliest(requeue_at, ask_at if ask_at > context.now else context.now + ASK_LATER)
    if (worth_it_at := _worth_a_write_at(context, pod, progress, on_record=on_record)) is not None:
        return Plan(requeue_at=earliest(requeue_at, worth_it_at))
    # a changed message alone isn't written: the scheduler rephrases its reasons with every node that comes or goes
    if on_record and status.phase is progress.phase and status.condition.reason == progress.reason:
        return Plan(requeue_at=requeue_at)
    if attempt.queued is None and not pod.gated:
        attempt = replace(attempt, queued=queued_with_pod(context, pod))
    return Plan(status=statuses.progressed(context, attempt, progress), requeue_at=requeue_at)


def _ask_at(context: Context, pod: Pod) -> datetime:
    """When the pod's Events may show what the pod itself doesn't show."""
    known = context.observed.warnings.get(pod.name)
    return pod.created + ASK_AFTER if known is None else known.asked + ASK_EVERY


def _worth_a_write_at(context: Context, pod: Pod, progress: Progress, *, on_record: bool) -> datetime | None:
    """When `progress` is worth a write if it lasts; None if it is now. A time that is still to come is another clock's: now."""
    if progress.phase is Phase.RUNNING:
        shown = on_record and context.status.phase is Phase.RUNNING
        since, lasts = progress.started, timedelta() if shown else context.allowance.brief
    elif progress.reason != progress.phase.value or _has_an_unreported_warning(context):
        since, lasts = pod.created, timedelta() if on_record else QUIET
    else:  # scheduling, pulling and starting take their time
        since, lasts = (step_began(pod), context.allowance.step) if on_record else (pod.created, context.allowance.patient)
    return since + lasts if since is not None and since <= context.now < since + lasts else None


def _has_an_unreported_warning(context: Context) -> bool:
    return context.task is not None and bool(context.task.warnings) and context.status.warning is None


def _ended(context: Context, attempt: Attempt, outcome: Outcome) -> Plan:
    if outcome.failure is None:
        return Plan(status=statuses.succeeded(context, attempt, outcome), events=(events.attempt_succeeded(attempt),))
    if attempt.stopping == reasons.CANCELLED:
        failure = lifecycle.cancelled(context.execution, context.parent)
        return Plan(status=statuses.ended(context, failure, attempt, outcome), events=(events.execution_failed(attempt, failure),))
    if attempt.stopping == reasons.SUSPENDED:
        event = events.execution_suspended(attempt.number, generation=context.execution.generation)
        return Plan(status=statuses.suspended(context, attempt, outcome), events=(event,))
    failure = _blamed(context, attempt, outcome.failure)
    failed = statuses.failed_attempt(context, attempt, outcome, failure)
    failures = counted(context.status.failures, failure, began=failed.started is not None)
    if (starts := _retry_at(context, failed, failure, failures)) is not None:
        return Plan(
            status=statuses.retrying(context, failed, failure, failures=failures, next_at=starts),
            events=(events.attempt_retried(attempt, failure),),
            requeue_at=starts,
        )
    return Plan(status=statuses.failed(context, failed, failure, failures=failures), events=(events.execution_failed(attempt, failure),))


def _blamed(context: Context, attempt: Attempt, failure: Failure) -> Failure:
    """What the attempt failed for: what we ended it for, or else what its pod reports."""
    if not attempt.stopping:
        return failure
    return timeout_failure(attempt.stopping, context.timeouts, waited_for=statuses.waited_for(context.status) or what_it_waits_for(context))


def _retry_at(context: Context, failed: Attempt, failure: Failure, failures: Failures) -> datetime | None:
    """When the next attempt starts, or None if no other follows: also where nobody knows any more what it would be started with, or the
    execution is to go.
    """
    if context.task is None or context.execution.deleting:
        return None
    policy, seed = context.task.retries, context.execution.uid
    return next_attempt_at(failed, failure, before=context.status.failures, after=failures, policy=policy, seed=seed)


def _clocks(context: Context, pod: Pod, progress: Progress) -> Clocks:
    """Which clocks run for the pod: a queue's gate stops that of the queued timeout."""
    queued = None
    if progress.started is None and progress.phase is not Phase.RUNNING and not pod.gated:
        queued = queued_with_pod(context, pod)
    return Clocks(total=context.execution.created, queued=queued, attempt=_ran_since(pod, progress))


def _ran_since(pod: Pod, progress: Progress) -> datetime | None:
    """Since when the task's container runs: no longer than its pod is there, whatever its node's clock shows."""
    return max(progress.started, pod.created) if progress.started else None


def _overdue(context: Context, clocks: Clocks) -> str | None:
    limit = overdue(context.timeouts, clocks, now=context.now)
    return limit.reason if limit else None


def _next_deadline(context: Context, clocks: Clocks) -> datetime | None:
    return next_deadline(context.timeouts, clocks, now=context.now)
