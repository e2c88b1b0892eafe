"""Reconciles one execution at a time: from the caches to a plan, and from the plan to the API server.

A successful execution is three writes and two Events. Whatever fails is tried again by the work queue; nothing is lost by that,
since the next reconcile starts from what is there then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from glider_core.api.execution import Execution
from glider_core.config import Config
from glider_core.reconcile.events import not_archived
from glider_operator.archive.archive import Archive
from glider_operator.archive.archiver import Archiver
from glider_operator.archive.documents import Surroundings
from glider_operator.archive.rescuing import Rescuer
from glider_operator.archive.writing import HistoryWriter
from glider_operator.cache.caches import Caches
from glider_operator.cache.executions import Key
from glider_operator.controller.budget import ApiBudget
from glider_operator.controller.cluster import Cluster
from glider_operator.controller.errors import result_of, retry
from glider_operator.controller.execute import PlanExecutor
from glider_operator.controller.planning import Planner
from glider_operator.controller.recorder import EventRecorder
from glider_operator.controller.storing import Store
from glider_operator.controller.tracking import Tracker
from glider_operator.controller.watch_handlers import WatchHandlers
from glider_operator.queue import WorkQueue
from glider_operator.telemetry import metrics

#: A namespace gets half of them where others don't need them.
_WORKERS = 128


class Controller:
    """Puts the parts together, and reconciles. Keys are (namespace, name). `queue` is one that calls `reconcile`. `history` opens the
    store in which finished executions are kept, if they are; `may_write`: whether this operator leads. `rescuer` gets pods that have ended.
    """

    def __init__(
        self,
        cluster: Cluster,
        config: Config,
        *,
        store: Store | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        write_latency: Callable[[], float] = lambda: 0.0,
        queue: WorkQueue[Key] | None = None,
        history: Callable[[], HistoryWriter] | None = None,
        may_write: Callable[[], bool] = lambda: True,
        rescuer: Rescuer | None = None,
    ) -> None:
        self._config = config
        self._store = store
        self.clock = clock
        self.caches = caches = Caches(home=cluster.home)
        self.queue = queue or WorkQueue(self.reconcile, workers=_WORKERS, group=lambda key: key[0], name="/".join)
        budget = ApiBudget.of(config, write_latency=write_latency)
        self.archiver = self._archiver(history, cluster, budget, may_write, rescuer) if history is not None else None
        archive = self.archiver or Archive()
        self.recorder = EventRecorder(cluster, may_post=budget.may_post, archive=archive)
        self._tracker = Tracker(cluster, caches, self.queue, archive=archive, clock=clock)
        self.watch_handlers = WatchHandlers(
            caches, self.queue, tracker=self._tracker, archive=archive, config=self.current_config, clock=clock
        )
        self._planner = Planner(
            caches, places=self._tracker.places, budget=budget, archive=archive, config=self.current_config, reads=store is not None
        )
        self._executor = PlanExecutor(
            cluster,
            store,
            caches=caches,
            queue=self.queue,
            tracker=self._tracker,
            recorder=self.recorder,
            archive=archive,
            on_template=self.watch_handlers.on_template,
            config=self.current_config,
            clock=clock,
        )

    def _archiver(
        self,
        history: Callable[[], HistoryWriter],
        cluster: Cluster,
        budget: ApiBudget,
        may_write: Callable[[], bool],
        rescuer: Rescuer | None,
    ) -> Archiver:
        async def find_events(namespace: str, pod_uid: str) -> Sequence[Mapping[str, Any]]:
            return await cluster.events_about(namespace, pod_uid) if budget.may_ask_for_history() else ()

        return Archiver(
            history,
            Surroundings(
                find_execution=cluster.find_execution,
                find_events=find_events,
                may_write=may_write,
                archived=lambda uid: self._tracker.finished.archived(uid, self._config, now=self.clock()),
                report=lambda execution, problem: self.recorder.record(execution, not_archived(problem), now=self.clock()),
            ),
            caches=self.caches,
            config=self.current_config,
            now=self.clock,
            rescuer=rescuer,
        )

    def configure(self, config: Config) -> None:
        """Another configuration counts from now on. What is on its way is reconciled again: it may be allowed more, or less.

        So is what is finished, where it is kept for another time now.
        """
        before, self._config = self._config, config
        if self._store is not None:
            self._store.configure(config)
        for key, _ in self.caches.executions.live():
            self.queue.add(key)
        self._tracker.finished.reconsider(before, config)

    async def reconcile(self, key: Key) -> None:
        """Do what there is to do about one execution.

        Raises:
            RetryLater: the API server could not do its part.
        """
        execution = self.caches.executions.get(key)
        error: Exception | None = None
        try:
            if execution is not None:
                await self._reconcile_or_give_up(key, execution)
            elif (body := await self._tracker.finished.find_out(key, instance_id=self._config.instance_id)) is not None:
                self.watch_handlers.on_execution(body)
            else:
                return
        except Exception as raised:
            error = raised
        metrics.RECONCILED.labels(result_of(error)).inc()
        if error is not None:
            retry(error)

    async def _reconcile_or_give_up(self, key: Key, execution: Execution) -> None:
        async with self._tracker.internal_errors.caught(execution) as end:
            await self._reconcile(key, execution)
        if end.plan is not None:
            await self._executor.execute(execution, end.plan)

    async def _reconcile(self, key: Key, execution: Execution) -> None:
        plan = self._planner.plan(key, execution, now=self.clock())
        refusal = await self._executor.execute(execution, plan)
        if refusal is not None:
            execution, plan = self._planner.plan_again(key, execution, plan, now=refusal.at)
            await self._executor.execute(execution, plan)
        self._tracker.executed(execution, plan, self._config)

    def current_config(self) -> Config:
        """The configuration that counts now."""
        return self._config
