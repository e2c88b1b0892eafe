"""Finished executions: which of them still matter, and when they and their pods are deleted.

They aren't watched. Those that still have a pod or a TTL are cached for as long; a periodic list finds those that aren't cached yet.
None is deleted before it is archived, where a history is kept (`glider_operator.archive`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from glider.wire.jsonform import FieldError
from glider_core.api.execution import Execution, Identity, is_finished
from glider_core.api.labels import instance_of
from glider_core.api.lifecycle import TtlAction, read_lifecycle
from glider_core.api.policies import Policies
from glider_core.api.tombstones import is_compacted
from glider_core.config import Config
from glider_core.reconcile.cleanup import after_end
from glider_core.reconcile.observed_pods import ObservedPods
from glider_core.reconcile.plan import Plan
from glider_operator.archive.archive import Archive
from glider_operator.cache.executions import ExecutionCache, Key
from glider_operator.cache.pods import PodCache
from glider_operator.controller.cluster import Cluster
from glider_operator.controller.reconfiguring import kept_otherwise

#: How many executions that left the watch are looked up one by one, at most.
_DOUBTS = 1_000
#: The share of all calls for what TTLs ask for, where many are due at once.
_SHARE = 0.25


class FinishedExecutions:
    """The finished ones among `executions`, and their `pods`. `requeue_after` takes a key and a delay in seconds."""

    def __init__(
        self,
        cluster: Cluster,
        *,
        executions: ExecutionCache,
        pods: PodCache,
        requeue_after: Callable[[Key, float], None],
        archive: Archive,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._cluster = cluster
        self._executions = executions
        self._pods = pods
        self._requeue_after = requeue_after
        self._archive = archive
        self._clock = clock
        self._next = 0.0
        self._doubtful: dict[Key, str] = {}

    def matters(self, body: Mapping[str, Any], config: Config) -> bool:
        """Whether anything is still to be done about a finished execution, or the cache doesn't know yet that it has finished."""
        metadata = body["metadata"]
        return (
            self._executions.by_uid(metadata["uid"]) is not None
            or self._pods.any_there((metadata["namespace"], metadata["uid"]))
            or _has_a_ttl(body, _policies(metadata["namespace"], config))
        )

    def reconsider(self, before: Config, after: Config) -> None:
        """Requeue those that the new configuration keeps for another time."""
        for key in kept_otherwise(self._executions.finished(), before, after):
            self._requeue_in_turn(key, after)

    def consider(self, execution: Execution, config: Config, *, now: datetime) -> None:
        """Requeue one that has just been found to be finished."""
        if not self._consider_expired(execution, config, now=now):
            self._requeue_after((execution.namespace, execution.name), 0.0)

    def archived(self, uid: str, config: Config, *, now: datetime) -> None:
        """Requeue one that has just been archived, if its deletion has waited for that."""
        execution = self._executions.by_uid(uid)
        if execution is not None and execution.status.phase.terminal:
            self._consider_expired(execution, config, now=now)

    def _consider_expired(self, execution: Execution, config: Config, *, now: datetime) -> bool:
        """Whether its TTL has passed, so that it was requeued in its turn."""
        archived, policies = self._archive.is_archived(execution.uid), _policies(execution.namespace, config)
        plan = after_end(execution, ObservedPods(), policies=policies, now=now, archived=archived)
        if expired := plan.remove or plan.compact:
            self._requeue_in_turn((execution.namespace, execution.name), config)
        return expired

    def _requeue_in_turn(self, key: Key, config: Config) -> None:
        """One after the other, since all of them may have to be deleted at once."""
        now = self._clock()
        self._next = max(self._next, now)
        self._requeue_after(key, self._next - now)
        self._next += 1 / (config.client_connection.qps * _SHARE)

    def is_needed(self, execution: Execution, plan: Plan, config: Config) -> bool:
        """Whether a finished execution has to stay cached after `plan`, for what is to be done later, or for its pods.

        While its namespace's configuration is invalid, it stays.
        """
        if not _is_configured(execution.namespace, config):
            return True
        self._pods.forget_gone(execution.identity)
        return plan.confirm is not None or plan.requeue_at is not None or self._pods.any_there(execution.identity)

    def doubts(self, key: Key, uid: str) -> bool:
        """Whether to look up why an execution isn't watched any more, although it isn't known to have finished.

        It may be gone. Or the operator ended it, and the answer is late or lost; or another client did, and its pod goes on.
        """
        if len(self._doubtful) >= _DOUBTS:
            return False  # the next list of finished executions will show it
        self._doubtful[key] = uid
        return True

    def is_doubtful(self, execution: Identity) -> bool:
        """Whether the execution, which isn't cached, is still to be looked up."""
        return any((namespace, uid) == execution for (namespace, _), uid in self._doubtful.items())

    def settle(self, key: Key, *, uid: str | None) -> None:
        """What exists of that name is known: the execution with `uid`, or none that has anything to do with us."""
        doubted = self._doubtful.pop(key, None)
        if doubted is not None and doubted != uid:
            self._pods.left((key[0], doubted))

    async def find_out(self, key: Key, *, instance_id: str | None) -> Mapping[str, Any] | None:
        """The execution, if it was doubtful, and is a finished one of this operator's.

        Raises:
            KubeError: the API server could not do its part; it is still in doubt.
        """
        uid = self._doubtful.get(key)
        if uid is None:
            return None
        body = await self._cluster.find_execution(*key)
        if body is None or body["metadata"]["uid"] != uid or not is_finished(body) or instance_of(body) != instance_id:
            body = None
        self.settle(key, uid=uid if body is not None else None)
        return body


def _has_a_ttl(body: Mapping[str, Any], policies: Policies) -> bool:
    """Whether anything is still to be done about it after its TTL."""
    lifecycle = read_lifecycle(body.get("spec") or {})
    if lifecycle.ttl is None and policies.ttl is None:
        return False
    return (lifecycle.ttl_action or policies.ttl_action) is TtlAction.DELETE or not is_compacted(body["status"])


def _policies(namespace: str, config: Config) -> Policies:
    try:
        return config.for_namespace(namespace).policies
    except FieldError:
        return config.policies


def _is_configured(namespace: str, config: Config) -> bool:
    try:
        config.for_namespace(namespace)
    except FieldError:
        return False
    return True
