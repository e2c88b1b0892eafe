"""Deletes the pods of a finished execution, after a time for their logs, and the execution itself, after its TTL.

Or it compacts the execution then. That is on record before its pods are deleted, which are deleted as long as there are any.
Neither comes before the execution is in the history, where one is kept. Its pods don't wait for that: the store may fail for days.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from glider_core.api.execution import Execution
from glider_core.api.lifecycle import TtlAction
from glider_core.api.observed_pod import Pod
from glider_core.api.policies import PodRetention, Policies
from glider_core.reconcile.events import waits_for_history
from glider_core.reconcile.observed_pods import ObservedPods
from glider_core.reconcile.plan import Event, Plan, earliest

#: How soon one that isn't in the history after its TTL is considered again, at the latest: once it is there it is considered anyway.
ARCHIVED_BY = timedelta(minutes=5)


def after_end(execution: Execution, observed: ObservedPods, *, policies: Policies, now: datetime, archived: bool = True) -> Plan:
    """The plan for `execution`, which is finished. `archived`: whether it is in the history, or none is kept."""
    ended = execution.status.completed or execution.created
    expires = _expiry(execution, ended, policies)
    events: tuple[Event, ...] = ()
    if expires is not None and expires <= now:
        if archived:
            return _expired(execution, observed, policies)
        if ARCHIVED_BY <= now - expires < 2 * ARCHIVED_BY:  # as it comes by every so often, once
            events = (waits_for_history(),)
        expires = now + ARCHIVED_BY
    there = [pod for pod in observed.seen.values() if not (pod.vanished or pod.deleting)]
    leaves = {pod.name: pod.sidecars_until or _leaves(pod, ended, policies.pod_retention) for pod in there}
    due = tuple(pod for pod in there if pod.live or ((when := leaves[pod.name]) is not None and when <= now))
    later = (when for when in leaves.values() if when is not None and when > now)
    return Plan(delete=due, requeue_at=earliest(expires, *later), events=events)


def _expired(execution: Execution, observed: ObservedPods, policies: Policies) -> Plan:
    if (execution.lifecycle.ttl_action or policies.ttl_action) is TtlAction.DELETE:
        return Plan(remove=True)  # its pods go with it, by their owner references
    there = tuple(pod for pod in observed.seen.values() if not (pod.vanished or pod.deleting))
    return Plan(compact=not execution.compacted, delete=there)


def _expiry(execution: Execution, ended: datetime, policies: Policies) -> datetime | None:
    if execution.deleting:
        return None
    ttl = execution.lifecycle.ttl if execution.lifecycle.ttl is not None else policies.ttl
    return None if ttl is None else ended + ttl


def _leaves(pod: Pod, ended: datetime, retention: PodRetention) -> datetime | None:
    kept = retention.succeeded if pod.phase == "Succeeded" else retention.failed
    return None if kept is None else ended + kept
