"""Carries out a plan, step by step, in the order of its fields: see `Plan` for the order's reasons and what a step that fails means.

Nothing is decided here. What only a call can show goes into the caches, for the next reconcile.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime

from glider_core.api.execution import Execution, parse_execution
from glider_core.api.observed_pod import Pod
from glider_core.api.status import Status
from glider_core.config import Config
from glider_core.kube.errors import Forbidden, KubeError, Rejected
from glider_core.reconcile.events import status_not_written
from glider_core.reconcile.observed_pods import WATCH_DELAY
from glider_core.reconcile.plan import Event, Launch, Plan
from glider_core.reconcile.refusals import Refusal
from glider_operator.archive.archive import Archive
from glider_operator.cache.caches import Caches
from glider_operator.cache.executions import Key
from glider_operator.controller.cluster import Cluster
from glider_operator.controller.creation import PodCreation
from glider_operator.controller.errors import Blocked
from glider_operator.controller.lookups import Lookups
from glider_operator.controller.recorder import EventRecorder
from glider_operator.controller.storing import Store
from glider_operator.controller.tracking import Tracker
from glider_operator.controller.watch_handlers import Body
from glider_operator.queue import WorkQueue
from glider_operator.telemetry import metrics
from glider_operator.telemetry.logs import in_one_line

logger = logging.getLogger(__name__)


class PlanExecutor:
    """Executes plans through `cluster` and `store`, one at a time for each execution."""

    def __init__(
        self,
        cluster: Cluster,
        store: Store | None,
        *,
        caches: Caches,
        queue: WorkQueue[Key],
        tracker: Tracker,
        recorder: EventRecorder,
        archive: Archive,
        on_template: Callable[[Body], None],
        config: Callable[[], Config],
        clock: Callable[[], datetime],
    ) -> None:
        self._cluster = cluster
        self._caches = caches
        self._queue = queue
        self._tracker = tracker
        self._recorder = recorder
        self._archive = archive
        self._config = config
        self._clock = clock
        self._creation = PodCreation(cluster, store, clock=clock)
        self._lookups = Lookups(cluster, store, caches=caches, on_template=on_template, clock=clock)

    async def execute(self, execution: Execution, plan: Plan) -> Refusal | None:
        """Execute `plan` for `execution`. What the creation of its pod was refused for, if it was: to be reconciled at once.

        Raises:
            KubeError, StoreError: a step failed.
            Blocked: all is done, and the pod can't be created for now.
        """
        key = (execution.namespace, execution.name)
        due_in = None if plan.requeue_at is None else (plan.requeue_at - self._clock()).total_seconds()
        if due_in is not None and due_in > 0 and self._is_there(execution):
            self._queue.add_after(key, due_in)
        self._tracker.places.settle(execution, plan)
        if plan.status is not None:
            await self._write_status(key, execution, plan, plan.status)
        elif execution.status.phase.terminal:
            self._record(execution, plan.events)
        if plan.compact:
            await self._compact(key, execution)
        failed = [error for pod in plan.delete if (error := await self._delete(key, execution, pod)) is not None]
        if plan.remove:
            await self._cluster.delete_execution(execution)
        if await self._lookups.make(key, execution, plan):
            self._queue.add(key, ahead=True)
        if plan.create is not None and (refusal := await self._create(key, execution, plan, plan.create)) is not None:
            return refusal
        if plan.blocked_by is not None:
            raise Blocked(plan.blocked_by)
        if failed:
            raise failed[0]
        if due_in is not None and due_in <= 0 and self._is_there(execution):
            self._queue.add(key)  # not before: a step that fails would be tried again at once, without its back-off
        return None

    async def _write_status(self, key: Key, execution: Execution, plan: Plan, status: Status) -> None:
        try:
            written = await self._cluster.write_status(execution, status)
        except (Rejected, Forbidden) as error:  # also a reduced one: an object at etcd's limit of size has no room for any
            self._record(execution, (*plan.events, status_not_written(status, str(error))))
            raise
        self._record(execution, plan.events)
        if status.phase.terminal:
            self._archive.ended(written)
        self._tracker.remember(parse_execution(written))
        self._creation.deliveries.written(status)
        if plan.requeue_at is None and plan.blocked_by is None:
            self._queue.add(key, ahead=True)  # what follows from it; the watch will report nothing new
        logger.info("%s/%s: %s", *key, in_one_line(status))
        metrics.count(execution, status, now=self._clock())

    async def _compact(self, key: Key, execution: Execution) -> None:
        self._tracker.remember(parse_execution(await self._cluster.compact(execution)))
        logger.info("%s/%s: compacted after its TTL", *key)

    def _record(self, execution: Execution, events: Iterable[Event]) -> None:
        for event in events:
            self._recorder.record(execution, event, now=self._clock())

    async def _delete(self, key: Key, execution: Execution, pod: Pod) -> KubeError | None:
        """Why `pod` couldn't be deleted; None if it was."""
        try:
            ending = await self._cluster.delete_pod(pod)
        except KubeError as error:
            logger.warning("%s/%s: could not delete pod %s: %s", *key, pod.name, error)
            return error
        if ending is not None and self._is_there(execution):
            self._caches.pods.update(ending, now=self._clock())
            self._queue.add(key, ahead=True)
        return None

    async def _create(self, key: Key, execution: Execution, plan: Plan, launch: Launch) -> Refusal | None:
        """Why there is no pod; None if it is there, or the execution is gone or finished."""
        made = await self._creation.create(execution, launch, config=self._config().for_namespace(execution.namespace))
        if not self._is_there(execution):
            return None
        if isinstance(made, Refusal):
            if not self._caches.executions.is_live(execution.uid):
                return None  # another client ended it meanwhile
            refusal = self._caches.refusals.refused(execution.uid, made, attempt=launch.attempt)
            if not (refusal.final or refusal.brief):
                metrics.PODS_CREATED.labels("blocked").inc()
            return refusal
        self._caches.refusals.forget(execution.uid)
        if launch.attempt == 0:
            metrics.START_LATENCY.observe((self._clock() - execution.created).total_seconds())
        self._caches.pods.created(made, now=self._clock())
        self._caches.pods.update(made, now=self._clock())
        self._queue.add_after(key, min(WATCH_DELAY, launch.task.timeouts.queued or WATCH_DELAY).total_seconds())
        self._record(execution, plan.events)
        return None

    def _is_there(self, execution: Execution) -> bool:
        return self._caches.executions.is_there(execution)
