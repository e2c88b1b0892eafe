"""Which executions are known, and what is kept of each: remembered and forgotten in one place, so that nothing is left behind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from glider_core.api.execution import Execution
from glider_core.api.phases import Phase
from glider_core.config import Config
from glider_core.reconcile.parents import Parent
from glider_core.reconcile.plan import Plan
from glider_operator.archive.archive import Archive
from glider_operator.cache.caches import Caches
from glider_operator.cache.executions import Key, version
from glider_operator.controller.cluster import Cluster
from glider_operator.controller.finished import FinishedExecutions
from glider_operator.controller.internal_errors import InternalErrors
from glider_operator.controller.places import Places
from glider_operator.queue import WorkQueue


class Tracker:
    """Keeps `caches`, `queue`, `archive` and what is known of an execution beside them in step."""

    def __init__(self, cluster: Cluster, caches: Caches, queue: WorkQueue[Key], *, archive: Archive, clock: Callable[[], datetime]) -> None:
        self._caches = caches
        self._queue = queue
        self._archive = archive
        self.finished = FinishedExecutions(
            cluster, executions=caches.executions, pods=caches.pods, requeue_after=queue.add_after, archive=archive
        )
        self.internal_errors = InternalErrors(caches.pods, clock=clock)
        self.places = Places(caches.admission, requeue=self.requeue)

    def remember(self, execution: Execution) -> bool:
        """Remember `execution`, unless something later is known. One that is finished or suspended takes no place, and needs no more."""
        key = (execution.namespace, execution.name)
        before = self._caches.executions.get(key)
        if not self._caches.executions.update(execution):
            return False
        self.finished.settle(key, uid=execution.uid)
        self._caches.parents.remember(execution)
        if Parent.of(execution).ends_children:
            self._requeue_children(execution.uid)
        if before is not None and before.uid != execution.uid:  # deleted, and another made of that name
            self.forget(key, before.uid)
        phase = execution.status.phase
        if phase.terminal or phase is Phase.SUSPENDED:
            self.places.release(execution.uid)
            self._caches.refusals.forget(execution.uid)
        if phase.terminal:
            self._forget_decisions(execution.uid)
            self._queue.forget(key)
            self._caches.templates.forget(key)
        return True

    def forget(self, key: Key, uid: str, *, doubtful: bool = False) -> None:
        """The execution is gone, or finished with nothing left to do. `doubtful`: its pods that have to be looked up are kept."""
        namespace, _ = key
        self._queue.forget(key)
        self._caches.templates.forget(key)
        self._caches.parents.forget(uid)
        if not self._caches.parents.is_known(uid):
            self._requeue_children(uid)  # they have it looked up
        self._forget_decisions(uid)
        self._caches.pods.left((namespace, uid), doubtful=doubtful)
        if not doubtful:
            self._archive.forget((namespace, uid))
        self.places.release(uid)

    def executed(self, execution: Execution, plan: Plan, config: Config) -> None:
        """`plan` has been carried out: of a finished execution that needs nothing more nothing is kept."""
        if not execution.status.phase.terminal or not self._caches.executions.is_there(execution):
            return
        if plan.remove:
            self.let_go(execution, left_at=version(execution) + 1)
        elif not self.finished.is_needed(execution, plan, config):
            self.let_go(execution, left_at=version(execution))

    def let_go(self, execution: Execution, *, left_at: int) -> None:
        """Forget `execution`, which is finished: nothing more is to be done about it."""
        self._caches.executions.forget(execution.uid, left_at=left_at)
        self.forget((execution.namespace, execution.name), execution.uid)

    def requeue(self, execution_uid: str, *, within: float = 0.0) -> None:
        """Reconcile the execution, if it is known: at once and before others, or within so many seconds."""
        key = self._caches.executions.key_of(execution_uid)
        if key is not None and within:
            self._queue.add_after(key, within)
        elif key is not None:
            self._queue.add(key, ahead=True)

    def _requeue_children(self, uid: str) -> None:
        for child in self._caches.parents.children(uid):
            self.requeue(child)

    def _forget_decisions(self, uid: str) -> None:
        self._caches.resolutions.forget(uid)
        self._caches.refusals.forget(uid)
        self.internal_errors.forget(uid)
