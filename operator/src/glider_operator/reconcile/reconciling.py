"""What to do about an execution.

Level-triggered: the answer depends on what is there, never on which event came last, so a restart, a lost event or a
repeated one changes nothing. At most one status write follows, and none where nothing has changed. Terminal is terminal.

A successful execution costs three writes: the pod, `Running`, and the end. A pod that waits is only written about once it
has waited for a while, and one that is over by the time we look was never `Running`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from glider_operator.diagnose.diagnosis import diagnose
from glider_operator.diagnose.ending import deleted
from glider_operator.diagnose.findings import Outcome, Progress
from glider_operator.model import reasons
from glider_operator.model.execution import Execution
from glider_operator.model.failure import Failure
from glider_operator.model.phases import Phase
from glider_operator.model.pod import Pod
from glider_operator.model.status import Attempt, Status
from glider_operator.reconcile import events, statuses
from glider_operator.reconcile.backoff import wait_before
from glider_operator.reconcile.plan import NOTHING, Plan
from glider_operator.reconcile.retries import another_attempt, counted
from glider_operator.reconcile.sightings import Sightings
from glider_operator.reconcile.statuses import Scene
from glider_operator.render.pod import pod_name
from glider_operator.resolve.resolution import Awaited, Refused, Resolution, Resolved

#: How long a pod may wait before that is worth a write.
QUIET = timedelta(seconds=5)


def reconcile(execution: Execution, *, resolution: Resolution | None, sightings: Sightings, now: datetime) -> Plan:
    """What to do about `execution`.

    Args:
        execution: the execution as last seen.
        resolution: what exactly it is to run; None only where it is over.
        sightings: what is known of its pods.
        now: the time.
    """
    if execution.deleting:
        return NOTHING  # its pods go with it, by their owner references
    number = _current_attempt(execution.status, sightings)
    if resolution is None or execution.status.phase.terminal:
        return Plan(delete=_leftovers(sightings, below=number + 1))
    name = pod_name(execution, number)
    scene = Scene(execution=execution, resolution=resolution, pod=sightings.seen.get(name), now=now)
    plan = _follow(scene, scene.pod) if scene.pod else _unseen(scene, number, name, sightings)
    return replace(plan, delete=_leftovers(sightings, below=number))


def refuse(execution: Execution, *, reason: str, message: str, now: datetime) -> Plan:
    """The API server refused the pod, and would refuse it again: the execution ends with its words."""
    scene = Scene(execution=execution, resolution=Refused(message=message), pod=None, now=now)
    return Plan(status=statuses.refused(scene, message, reason=reason), events=(events.execution_refused(reason, message),))


def block(execution: Execution, *, reason: str, message: str, now: datetime) -> Plan:
    """The API server refused the pod for now: say so once, and try again."""
    if execution.status.condition.reason == reason:
        return NOTHING
    scene = Scene(execution=execution, resolution=Refused(message=message), pod=None, now=now)
    return Plan(status=statuses.blocked(scene, reason, message), events=(events.execution_refused(reason, message),))


def _current_attempt(status: Status, sightings: Sightings) -> int:
    """The attempt that counts: the first that isn't over on record, or a later one that has a pod already."""
    last = status.last_attempt
    following = 0 if last is None else last.number + (last.completed is not None)
    return max(following, sightings.latest_attempt() or 0)


def _leftovers(sightings: Sightings, *, below: int) -> tuple[Pod, ...]:
    """Pods that live on although their attempt is over, such as one whose image has an invalid name."""
    return tuple(pod for pod in sightings.seen.values() if pod.attempt < below and pod.live)


def _unseen(scene: Scene, number: int, name: str, sightings: Sightings) -> Plan:
    """The attempt's pod isn't there: not yet, not any more, or the watch is late."""
    last = scene.execution.status.last_attempt
    begun = name in sightings.created or (last is not None and last.number == number)
    if name in sightings.gone and begun:
        attempt = last if last is not None and last.number == number else Attempt(number=number, pod_name=name)
        return _ended(scene, attempt, Outcome(failure=deleted(name)))
    if (until := sightings.awaited_until(name, now=scene.now)) is not None:
        return Plan(wake_at=until)
    if begun:
        return Plan(confirm=name)
    return _launch(scene, number, name)


def _launch(scene: Scene, number: int, name: str) -> Plan:
    match scene.resolution:
        case Refused(message=message):
            event = events.execution_refused(reasons.INVALID_SPEC, message)
            return Plan(status=statuses.refused(scene, message), events=(event,))
        case Awaited(until=until):
            return Plan(wake_at=until)
        case Resolved() as task:
            if (starts := _next_start(scene, task)) > scene.now:
                return Plan(wake_at=starts)
            return Plan(create=number, events=(events.pod_created(name, number),))


def _next_start(scene: Scene, task: Resolved) -> datetime:
    """When the next attempt may start: at once for the first."""
    status = scene.execution.status
    last = status.last_attempt
    if last is None or last.completed is None:
        return scene.now
    failures = status.failures.user + status.failures.system
    return last.completed + wait_before(task.retries, failures=failures, seed=scene.execution.uid)


def _follow(scene: Scene, pod: Pod) -> Plan:
    returns_outputs = scene.task is not None and bool(scene.task.interface.outputs)
    match diagnose(pod, returns_outputs=returns_outputs):
        case Progress() as progress:
            return _on_its_way(scene, pod, progress)
        case Outcome() as outcome:
            return _ended(scene, statuses.attempt_of(pod), outcome)


def _on_its_way(scene: Scene, pod: Pod, progress: Progress) -> Plan:
    status = scene.execution.status
    on_record = status.last_attempt is not None and status.last_attempt.number == pod.attempt
    if not on_record and progress.phase is not Phase.RUNNING and scene.now < pod.created + QUIET:
        return Plan(wake_at=pod.created + QUIET)
    # a message alone is no news: the scheduler words its reasons anew with every node that comes or goes
    if on_record and status.phase is progress.phase and status.condition.reason == progress.reason:
        return NOTHING
    return Plan(status=statuses.progressed(scene, statuses.attempt_of(pod), progress))


def _ended(scene: Scene, attempt: Attempt, outcome: Outcome) -> Plan:
    failure = outcome.failure
    if failure is None:
        return Plan(status=statuses.succeeded(scene, attempt, outcome), events=(events.attempt_succeeded(attempt),))
    if (starts := _retry_at(scene, outcome, failure)) is not None:
        return Plan(
            status=statuses.retrying(scene, attempt, outcome, failure, next_at=starts),
            events=(events.attempt_retried(attempt, failure),),
            wake_at=starts,
        )
    return Plan(status=statuses.failed(scene, attempt, outcome, failure), events=(events.execution_failed(attempt, failure),))


def _retry_at(scene: Scene, outcome: Outcome, failure: Failure) -> datetime | None:
    """When the next attempt starts, or None if no other follows: also where the template is gone by now."""
    if scene.task is None:
        return None
    policy, failures = scene.task.retries, counted(scene.execution.status.failures, failure)
    if not another_attempt(failure, failures, policy):
        return None
    wait = wait_before(policy, failures=failures.user + failures.system, seed=scene.execution.uid)
    return (outcome.finished or scene.now) + wait
