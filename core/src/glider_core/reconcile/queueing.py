"""Since when an attempt has been queued, and what it waits for.

It is queued from the moment at which it could first have had a pod: its execution's creation, its resumption, or the end of the
back-off. What counts from there is every wait that was put on record: a missing Secret, a quota, a webhook, others that have all
places, an earlier pod that isn't gone, and then what its pod waits for. A wait that nobody has seen doesn't count, so that an operator
that was away for an hour first tries to create the pod. Nor does the time behind a scheduling gate, as in a queue of Kueue.
"""

from __future__ import annotations

from datetime import datetime

from glider_core.api import reasons
from glider_core.api.observed_pod import Pod
from glider_core.diagnose.waiting import waits_for
from glider_core.reconcile.backoff import wait_before
from glider_core.reconcile.statuses import Context
from glider_core.resolve.resolution import Resolved

#: Reasons of an execution without a pod that aren't what it waits for.
_NO_WAIT = frozenset({"", reasons.RETRYING, reasons.RESUMED, reasons.SUSPENDED})


def next_start(context: Context, task: Resolved) -> datetime:
    """When the next attempt may start: at once for the first, and for one that follows a suspension."""
    last = context.status.last_attempt
    if last is None or last.completed is None:
        return context.now
    if last.failure is None:
        return last.completed
    return last.completed + wait_before(task.retries, failures=context.status.failures.all, seed=context.execution.uid)


def could_begin(context: Context) -> datetime:
    """When the next attempt could first have had a pod."""
    resumed = context.status.suspended
    since = [context.execution.created]
    if resumed is not None and resumed.true is False and resumed.since is not None:
        since.append(resumed.since)
    if context.status.last_attempt is not None and context.task is not None:
        since.append(next_start(context, context.task))
    return max(since)


def queued_without_pod(context: Context) -> datetime | None:
    """Since when the next attempt, which has no pod, has been queued; None where nothing on record keeps it from having one."""
    return could_begin(context) if _recorded_wait(context) else None


def queued_with_pod(context: Context, pod: Pod) -> datetime:
    """The same of the attempt in `pod`, which no gate holds back; now, if by the record a gate has done so until now."""
    last = context.status.last_attempt
    if last is not None and last.number == pod.attempt:
        return last.queued or context.now
    return min(queued_without_pod(context) or pod.created, pod.created)


def what_it_waits_for(context: Context) -> str:
    """What the attempt waits for, in one line; empty where that is unknown."""
    pod = context.pod
    wait = _recorded_wait(context) if pod is None else waits_for(pod, warning=context.observed.warnings.get(pod.name))
    return " ".join(wait.split())


def _recorded_wait(context: Context) -> str:
    condition = context.status.condition
    return "" if condition.reason in _NO_WAIT else f"{condition.reason}: {condition.message}"
