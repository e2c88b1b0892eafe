"""The lookups that a plan asks for: whether a pod, a template or a parent exists, what a pod waits for, what an attempt left in the store.

The answers go into the caches, except those about an execution that was deleted meanwhile: they would stay for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from glider_core.api.execution import Execution, OwnerReference, parse_execution
from glider_core.api.observed_pod import Pod
from glider_core.api.status import Status
from glider_core.reconcile.parents import Parent
from glider_core.reconcile.plan import Plan, Reading
from glider_core.store.access import StoreError
from glider_operator.cache.caches import Caches
from glider_operator.cache.executions import Key
from glider_operator.controller.cluster import Cluster
from glider_operator.controller.storing import Store
from glider_operator.telemetry import metrics


class Lookups:
    """Makes lookups through `cluster` and `store`. `on_template` gets a template that no watch has reported."""

    def __init__(
        self,
        cluster: Cluster,
        store: Store | None,
        *,
        caches: Caches,
        on_template: Callable[[Mapping[str, Any]], None],
        clock: Callable[[], datetime],
    ) -> None:
        self._cluster = cluster
        self._store = store
        self._executions = caches.executions
        self._parents = caches.parents
        self._templates = caches.templates
        self._pods = caches.pods
        self._on_template = on_template
        self._clock = clock

    async def make(self, key: Key, execution: Execution, plan: Plan) -> bool:
        """Make the lookups of `plan`. Return whether there was any, so that another reconcile has to follow.

        Raises:
            KubeError: the API server could not do its part.
        """
        if plan.confirm is not None:
            await self._look_for_pod(execution, plan.confirm)
        if plan.find is not None:
            await self._look_for_template(key, execution, plan.find)
        if plan.find_parent is not None:
            await self._look_for_parent(execution, plan.find_parent)
        if plan.ask is not None:
            await self._ask(execution, plan.ask)
        if plan.read is not None and self._store is not None:
            await self._read(execution, self._store, plan.read)
        return any(wanted is not None for wanted in (plan.confirm, plan.find, plan.find_parent, plan.ask, plan.read))

    async def _look_for_pod(self, execution: Execution, name: str) -> None:
        pod = await self._cluster.find_pod(execution.namespace, name)
        if not self._executions.is_there(execution):
            return
        if pod is not None and pod.execution_uid == execution.uid:
            self._pods.found(pod, now=self._clock())
            return
        self._pods.missed(execution.identity, name)
        if _is_missed(execution.status, name):
            metrics.PODS_MISSING.inc()

    async def _look_for_template(self, key: Key, execution: Execution, name: str) -> None:
        if (body := await self._cluster.find_template(execution.namespace, name)) is not None:
            self._on_template(body)
        elif self._executions.is_there(execution):
            self._templates.missed(key)

    async def _look_for_parent(self, execution: Execution, parent: OwnerReference) -> None:
        body = await self._cluster.find_execution(execution.namespace, parent.name)
        found = parse_execution(body) if body is not None and body["metadata"]["uid"] == parent.uid else None
        self._parents.found(parent.uid, Parent.of(found) if found is not None else None)

    async def _ask(self, execution: Execution, pod: Pod) -> None:
        before = self._pods.observed(execution.identity).warnings.get(pod.name)
        warning = await self._cluster.warnings_about(pod, now=self._clock(), before=before)
        if self._executions.is_there(execution):
            self._pods.warned(pod, warning)

    async def _read(self, execution: Execution, store: Store, reading: Reading) -> None:
        try:
            evidence = await store.read(reading.prefix, namespace=execution.namespace)
        except StoreError as error:
            if self._executions.is_there(execution):
                self._pods.unanswered(reading.pod, str(error), now=self._clock())
        else:
            if self._executions.is_there(execution):
                self._pods.read(reading.pod, evidence)


def _is_missed(status: Status, pod_name: str) -> bool:
    """Whether the pod disappeared unexpectedly: its attempt had not ended, and was not being ended."""
    attempt = next((attempt for attempt in status.attempts if attempt.pod_name == pod_name), None)
    return not status.phase.terminal and (attempt is None or (attempt.completed is None and not attempt.stopping))
