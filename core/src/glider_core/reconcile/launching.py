"""The next attempt's pod: it is created now, or it waits, is held or is blocked, or it never will be.

Each of these is an ordinary outcome. What only a call can show, such as a quota or a missing Secret, is an input like any other:
the refusal of the last creation.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from glider_core.api import reasons
from glider_core.reconcile import events, statuses
from glider_core.reconcile.admission import Limit, Turn, rank_of
from glider_core.reconcile.plan import NOTHING, Launch, Plan, earliest
from glider_core.reconcile.queueing import could_begin, next_start
from glider_core.reconcile.refusals import Refusal
from glider_core.reconcile.replacing import predecessor
from glider_core.reconcile.statuses import Context
from glider_core.reconcile.timeouts import Clocks, next_deadline
from glider_core.resolve.resolution import Awaited, Refused, Resolved, Unconfigured

#: How long an execution or a pod waits for an unusual reason before that is worth a write.
QUIET = timedelta(seconds=5)
#: What a pod needs and isn't there, by a message that names it.
_MISSING = frozenset({reasons.SECRET_NOT_FOUND, reasons.CONFIG_MAP_NOT_FOUND, reasons.POD_TEMPLATE_NOT_FOUND})


def launch(context: Context, number: int, name: str) -> Plan:
    """The plan for attempt `number`, which has no pod and is to have the pod `name`."""
    match context.resolution:
        case Refused(message=message):
            return _refused(context, number, reasons.INVALID_SPEC, message)
        case Unconfigured(message=message):
            return _blocked(context, number, reasons.CONFIGURATION_REFUSED, message)
        case Awaited(until=until):
            return Plan(requeue_at=until)
        case Resolved() as task:
            refusal = context.refusal if context.refusal is not None and context.refusal.counts(now=context.now) else None
            if refusal is not None and refusal.final:
                return _refused(context, number, refusal.reason, refusal.message)
            clocks = Clocks(total=context.execution.created, queued=could_begin(context))
            deadline = next_deadline(context.timeouts, clocks, now=context.now)
            plan = _begin(context, task, number, name, refusal)
            return replace(plan, requeue_at=earliest(plan.requeue_at, deadline))


def _begin(context: Context, task: Resolved, number: int, name: str, refusal: Refusal | None) -> Plan:
    if (starts := next_start(context, task)) > context.now:
        return Plan(requeue_at=starts)
    if (waiting := _waits_for_predecessor(context, number, since=starts)) is not None:
        return waiting
    if refusal is not None:
        return _blocked_by(context, number, refusal)
    if context.full is not None:
        return _held(context, task, context.full)
    attempt = Launch(task=task, attempt=number, memory=context.status.memory, previous_checkpoint=context.status.checkpoint_uri)
    return Plan(create=attempt, events=(events.pod_created(name, number),))


def _waits_for_predecessor(context: Context, number: int, *, since: datetime) -> Plan | None:
    """The plan while an earlier attempt's pod isn't gone: its deletion is under way, or comes with this plan."""
    earlier = predecessor(context.observed, number=number, now=context.now)
    if earlier is None:
        return None
    if context.status.condition.reason == reasons.POD_TERMINATING:
        return Plan(requeue_at=earlier.until)
    if context.now < since + QUIET:
        return Plan(requeue_at=earliest(since + QUIET, earlier.until))
    return Plan(status=statuses.blocked(context, reasons.POD_TERMINATING, earlier.message(number)), requeue_at=earlier.until)


def _held(context: Context, task: Resolved, limit: Limit) -> Plan:
    """The limit of running executions is reached. The status shows it if it lasts. It is requeued when a place gets free."""
    held = Plan(held_by=Turn(limit=limit, rank=rank_of(context.execution, task)))
    if context.status.condition.reason == reasons.CONCURRENCY_LIMIT:
        return held
    if context.now < (worth_it_at := context.execution.created + QUIET):
        return replace(held, requeue_at=worth_it_at)
    message = f"{limit.name} lets {limit.most} run at once, and they do."
    return replace(held, status=statuses.blocked(context, reasons.CONCURRENCY_LIMIT, message))


def _blocked_by(context: Context, number: int, refusal: Refusal) -> Plan:
    """It can't have its pod for now, and so takes no place that others can use, unless it will have one in a moment.

    After a fresh refusal the work queue's back-off counts. What brings a later reconcile may be what it waits for.
    """
    requeue_at = refusal.until if context.now > refusal.at else None
    if refusal.brief:
        return Plan(requeue_at=requeue_at, blocked_by=refusal)
    idle = not any(pod.live for pod in context.observed.seen.values())
    blocked = _blocked(context, number, refusal.reason, refusal.message)
    return replace(blocked, requeue_at=requeue_at, release=idle, blocked_by=refusal)


def _blocked(context: Context, number: int, reason: str, message: str) -> Plan:
    """The status shows, once, why there is no pod. One thing after the other may be missing."""
    shown = context.status.condition
    if shown.reason == reason and (shown.message == message or reason not in _MISSING):
        return NOTHING  # other messages have numbers that change all the time
    event = events.execution_refused(number, reason, message)
    return Plan(status=statuses.blocked(context, reason, message), events=(event,))


def _refused(context: Context, number: int, reason: str, message: str) -> Plan:
    """It can't run at all: it ends with the message of the refusal."""
    event = events.execution_refused(number, reason, message)
    return Plan(status=statuses.refused(context, message, reason=reason), events=(event,))
