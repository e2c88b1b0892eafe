"""Looks at one execution, and carries out what `reconcile` plans for it, in one fixed order.

A successful execution is three writes and two Events. Whatever fails is tried again by the queue; nothing is lost by that,
since the next look starts from what is there then.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

from glider.wire.jsonform import FieldError
from glider_core.api.execution import Execution, check_readable, is_over, parse_execution
from glider_core.api.phases import Phase
from glider_core.api.pod import Pod, parse_pod
from glider_core.api.status import Status
from glider_core.api.versions import version_number
from glider_core.config import Config
from glider_core.kube.errors import Conflict, Forbidden, KubeError, NotFound, Rejected
from glider_core.kube.throttle import TokenBucket
from glider_core.reconcile.admission import Admission, Limit, Rank, groups_of, groups_of_pod, limits_of
from glider_core.reconcile.events import status_not_written
from glider_core.reconcile.observed_pods import WATCH_DELAY, ObservedPods
from glider_core.reconcile.plan import Event, Launch, Plan
from glider_core.reconcile.reconciling import current_attempt, hold, reconcile
from glider_core.render.attempt import pod_name
from glider_core.resolve.resolution import Awaited, Resolution, Resolved
from glider_core.resolve.resolving import kept_in_place
from glider_core.store.access import StoreDenied, StoreError
from glider_operator.cache.executions import Executions, Key, version
from glider_operator.cache.pods import Pods
from glider_operator.cache.resolutions import Resolutions, links_of
from glider_operator.cache.templates import Templates
from glider_operator.controller.budget import ApiBudget
from glider_operator.controller.cluster import Cluster, NotOurs
from glider_operator.controller.creation import NotCreated, PodCreation
from glider_operator.controller.errors import result_of
from glider_operator.controller.finished import FinishedExecutions
from glider_operator.controller.internal_errors import InternalErrors
from glider_operator.controller.lookups import Lookups
from glider_operator.controller.orphans import Orphans
from glider_operator.controller.reconfiguring import wait_for_another
from glider_operator.controller.recorder import EventRecorder
from glider_operator.controller.references import Missing
from glider_operator.controller.storing import Store
from glider_operator.queue import RetryLater, WorkQueue
from glider_operator.telemetry import metrics
from glider_operator.telemetry.logs import about, in_one_line

logger = logging.getLogger(__name__)

Body: TypeAlias = Mapping[str, Any]

#: How soon a pod that is on its way is looked at: what a short task's pod tells on its way then costs one look at most, and
#: nothing about it is worth a write sooner.
_PROGRESS = 0.5
#: What keeps an execution until somebody changes something.
_LASTING = (Forbidden, NotOurs, Missing, Rejected)
#: A namespace gets half of them where others don't need them.
_WORKERS = 128


class Controller:
    """What the operator knows, and what it does about it. Keys are (namespace, name)."""

    def __init__(
        self,
        cluster: Cluster,
        config: Config,
        *,
        store: Store | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        write_latency: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._cluster = cluster
        self._config = config
        self._store = store
        self._clock = clock
        self._admission = Admission()
        self._resolutions = Resolutions(home=cluster.home)
        self._creation = PodCreation(cluster, store, clock=clock)
        self.executions = Executions()
        self.templates = Templates()
        self.pods = Pods()
        self._internal_errors = InternalErrors(self.pods, clock=clock)
        self.orphans = Orphans(cluster, pods=self.pods, executions=self.executions)
        self._lookups = Lookups(
            cluster,
            store,
            executions=self.executions,
            templates=self.templates,
            pods=self.pods,
            saw_template=self.saw_template,
            clock=clock,
        )
        self._budget = ApiBudget(
            events=TokenBucket(qps=config.events.qps, burst=config.events.burst),
            write_latency=write_latency if config.api_budget.adaptive else None,
        )
        self.recorder = EventRecorder(cluster, may_post=self._budget.may_post)
        self.queue: WorkQueue[Key] = WorkQueue(self.reconcile, workers=_WORKERS, group=lambda key: key[0], name="/".join)
        self._finished = FinishedExecutions(
            cluster, executions=self.executions, pods=self.pods, requeue_after=lambda key, delay: self.queue.add_after(key, delay)
        )

    def configure(self, config: Config) -> None:
        """Another configuration counts from now on. What is on its way is looked at again: it may be allowed more, or less.

        So is what is over, where it is kept for another time now.
        """
        before, self._config = self._config, config
        if self._store is not None:
            self._store.configure(config)
        for key, _ in self.executions.live():
            self.queue.add(key)
        self._finished.reconsider(before, config)

    def saw_execution(self, body: Body) -> None:
        """An execution is there, or has changed."""
        metadata = body["metadata"]
        if self.executions.knows(metadata["uid"], metadata.get("resourceVersion", "")):
            return  # mostly the echo of our own write
        over = is_over(body)
        if (over and not self._finished.matters(body, self._config)) or not self._note(execution := parse_execution(body)):
            return
        if over:
            self._finished.consider(execution, self._config, now=self._clock())
        else:
            self.queue.add((execution.namespace, execution.name))

    def execution_left(self, body: Body) -> None:
        """An execution isn't among those that are watched any more: it isn't there, or it is over."""
        metadata = body["metadata"]
        self._left(metadata["uid"], at=version_number(metadata.get("resourceVersion", "")))

    def execution_unlisted(self, uid: str) -> None:
        """The same of one that isn't any more as it is known."""
        if (known := self.executions.by_uid(uid)) is not None:
            self._left(uid, at=version(known) + 1)

    def _left(self, uid: str, *, at: int) -> None:
        known = self.executions.by_uid(uid)
        if known is not None and (known.status.phase.terminal or at < version(known)):
            return  # what its end still needs is remembered for as long; or it came back since
        self.executions.forget(uid, left_at=at)
        if known is not None:
            key = known.namespace, known.name
            doubted = self.queue.works and self._finished.doubts(key, uid)
            self._forget(key, uid, doubtful=doubted)
            if doubted:
                self.queue.add(key)

    def execution_gone(self, uid: str) -> None:
        """An execution that was over isn't there any more."""
        known = self.executions.by_uid(uid)
        if known is not None and known.status.phase.terminal:
            self._let_go(known, left_at=version(known) + 1)

    def _forget(self, key: Key, uid: str, *, doubtful: bool = False) -> None:
        namespace, _ = key
        self.queue.forget(key)
        self.templates.forget(key)
        self._resolutions.forget(uid)
        self._internal_errors.forget(uid)
        self._creation.forget(uid)
        self.pods.left((namespace, uid), doubtful=doubtful)
        self._release(uid)

    def saw_pod(self, body: Body) -> None:
        """A pod is there, or has changed."""
        pod = parse_pod(body)
        if pod is None and (lost := self.pods.disowned(body)) is not None:
            self._pod_gone(lost)
        if pod is None or self._is_forged(pod) or not self.pods.saw(pod, now=self._clock()):
            return
        if pod.live and self.executions.may_run(pod.execution_uid):
            self._admission.claim(pod.execution_uid, groups_of_pod(body))
        elif not pod.live and self.executions.key_of(pod.execution_uid) is None:
            self._release(pod.execution_uid)
        self._concern(pod.execution_uid, within=_PROGRESS if pod.live else 0.0)

    def pod_deleted(self, body: Body) -> None:
        """A pod isn't there any more; `body` is the last of it."""
        if (pod := parse_pod(body)) is not None:
            self._pod_gone(pod)

    def pods_gone(self, uids: Collection[str]) -> int:
        """The same of several, by their UIDs; what they said last is what we saw last. Of how many it is news that nobody shows them."""
        gone = [pod for pod in self.pods.all() if pod.uid in uids]
        news = sum(not self.pods.is_hidden(pod) for pod in gone)
        for pod in gone:
            self._pod_gone(pod)
        return news

    def _is_forged(self, pod: Pod) -> bool:
        """Whether it says that it is of an execution which is in another namespace, or whose attempt has another name."""
        key = self.executions.key_of(pod.execution_uid)
        if key is None:
            return False
        execution = self.executions.get(key)
        return key[0] != pod.namespace or (execution is not None and pod.name != pod_name(execution, pod.attempt))

    def _pod_gone(self, pod: Pod) -> None:
        if self._is_forged(pod):
            self.pods.gone(pod)
        elif self.executions.key_of(pod.execution_uid) is not None:
            self.pods.saw_last_of(pod)
            self._concern(pod.execution_uid)
        else:
            self.pods.gone(pod)
            self._release(pod.execution_uid)

    def saw_template(self, body: Body) -> None:
        """A template is there."""
        for key in self.templates.saw(body):
            self.queue.add(key)

    def template_deleted(self, body: Body) -> None:
        """A template isn't there any more."""
        self.templates.gone(body["metadata"]["uid"])

    async def reconcile(self, key: Key) -> None:
        """Do what there is to do about one execution.

        Raises:
            RetryLater: the API server could not do its part.
        """
        execution = self.executions.get(key)
        error: Exception | None = None
        try:
            if execution is not None:
                async with self._internal_errors.caught(execution) as end:
                    await self._reconcile_execution(key, execution)
                if end.plan is not None:
                    await self._carry_out(key, execution, end.plan, None)
            elif (body := await self._finished.find_out(key, instance_id=self._config.instance_id)) is not None:
                self.saw_execution(body)
            else:
                return
        except Exception as raised:
            error = raised
        metrics.RECONCILED.labels(result_of(error)).inc()
        match error:
            case None | NotFound():
                return  # where it isn't found it was deleted meanwhile, and the watch will say so
            case Conflict():
                raise RetryLater(f"it was written meanwhile: {error}") from error
            case KubeError():
                raise RetryLater(str(error), delay=error.retry_after, lasting=isinstance(error, _LASTING)) from error
            case StoreError():
                raise RetryLater(str(error), lasting=isinstance(error, StoreDenied)) from error
            case _:
                raise error

    async def _reconcile_execution(self, key: Key, execution: Execution) -> None:
        check_readable(execution)
        now, observed = self._clock(), self.pods.observed(execution.identity).of(execution)
        about(execution, attempt=_attempt(execution, observed))
        try:
            config = self._config.for_namespace(execution.namespace)
        except FieldError as error:
            await self._carry_out(key, execution, wait_for_another(execution, error, now=now), None)
            return
        resolution = None if execution.status.phase.terminal else self._resolve(key, execution, observed, config)
        if isinstance(resolution, Awaited):
            self.templates.awaited(key, resolution.template)
        plan = reconcile(
            execution,
            resolution=resolution,
            observed=observed,
            now=now,
            policies=config.policies,
            reads=self._store is not None,
            links=links_of(execution, resolution, observed, config),
            allowance=self._budget.allowance,
        )
        self._budget.spend(plan)
        await self._carry_out(key, execution, plan, resolution)
        if execution.status.phase.terminal and self.executions.is_there(execution):
            if plan.remove:
                self._let_go(execution, left_at=version(execution) + 1)
            elif not self._finished.is_needed(execution, plan):
                self._let_go(execution, left_at=version(execution))

    def _let_go(self, execution: Execution, *, left_at: int) -> None:
        """Forget `execution`, which is over: nothing more is to be done about it."""
        self.executions.forget(execution.uid, left_at=left_at)
        self._forget((execution.namespace, execution.name), execution.uid)

    def _resolve(self, key: Key, execution: Execution, observed: ObservedPods, config: Config) -> Resolution:
        """What `execution` is to run. What has begun goes on with what it has begun with, and keeps its place in the store."""
        templates, latest = self.templates.of(execution.namespace), observed.latest
        begun = latest is not None or execution.status.last_attempt is not None
        looked_up = self.templates.is_missed(key)
        resolution = self._resolutions.of(execution, templates=templates, config=config, looked_up=looked_up, begun=begun)
        if isinstance(resolution, Resolved) and latest is not None and latest.terms is not None:
            return kept_in_place(execution, resolution, latest.terms.storage)
        return resolution

    async def _carry_out(self, key: Key, execution: Execution, plan: Plan, resolution: Resolution | None) -> None:
        """Do what `plan` says, in the order of its fields. That order is part of what a plan means: see `Plan`.

        Raises:
            KubeError, StoreError: a step failed. What depends on it isn't done; everything else is.
        """
        due_in = None if plan.requeue_at is None else (plan.requeue_at - self._clock()).total_seconds()
        if due_in is not None and due_in > 0 and self.executions.is_there(execution):
            self.queue.add_after(key, due_in)
        if plan.status is not None:
            try:
                await self._write_status(key, execution, plan.status, wakes=plan.requeue_at is not None)
            except (Rejected, Forbidden) as refused:  # also a reduced one: an object at etcd's limit of size has no room for any
                self._emit(execution, (*plan.events, status_not_written(plan.status, str(refused))))
                raise
            self._emit(execution, plan.events)
        failed = [error for pod in plan.delete if (error := await self._delete(key, execution, pod)) is not None]
        if plan.remove:
            await self._cluster.delete_execution(execution)
        if await self._lookups.make(key, execution, plan):
            self.queue.add(key, ahead=True)
        if plan.create is not None and isinstance(resolution, Resolved) and await self._create(key, execution, resolution, plan.create):
            self._emit(execution, plan.events)
        if failed:
            raise failed[0]
        if due_in is not None and due_in <= 0 and self.executions.is_there(execution):
            self.queue.add(key)  # not before: a step that fails would be tried again at once, without its back-off

    async def _write_status(self, key: Key, execution: Execution, status: Status, *, wakes: bool) -> None:
        self._note(parse_execution(await self._cluster.write_status(execution, status)))
        if not wakes:
            self.queue.add(key, ahead=True)  # what follows from it; the watch will tell nothing new
        logger.info("%s/%s: %s", *key, in_one_line(status))
        metrics.count(execution, status, now=self._clock())

    def _emit(self, execution: Execution, events: Iterable[Event]) -> None:
        for event in events:
            self.recorder.record(execution, event, now=self._clock())

    async def _delete(self, key: Key, execution: Execution, pod: Pod) -> KubeError | None:
        """Why `pod` couldn't be deleted; None if it was."""
        try:
            ending = await self._cluster.delete_pod(pod)
        except KubeError as error:
            logger.warning("%s/%s: could not delete pod %s: %s", *key, pod.name, error)
            return error
        if ending is not None and self.executions.is_there(execution):
            self.pods.saw(ending, now=self._clock())
            self.queue.add(key, ahead=True)
        return None

    async def _create(self, key: Key, execution: Execution, task: Resolved, launch: Launch) -> bool:
        """Whether the pod is there now."""
        if (limit := self._ask_admission(execution, task)) is not None:
            plan = hold(execution, message=f"{limit.name} lets {limit.most} run at once, and they do.", now=self._clock())
            await self._carry_out(key, execution, plan, task)
            return False
        pod = await self._creation.create(execution, task, launch, config=self._config.for_namespace(execution.namespace))
        if isinstance(pod, NotCreated):
            await self._do_without(key, execution, pod, task)
            return False
        if not self.executions.is_there(execution):
            return False
        if launch.attempt == 0:
            metrics.START_LATENCY.observe((self._clock() - execution.created).total_seconds())
        self.pods.created(pod, now=self._clock())
        self.pods.saw(pod, now=self._clock())
        self.queue.add_after(key, min(WATCH_DELAY, task.timeouts.queued or WATCH_DELAY).total_seconds())
        return True

    async def _do_without(self, key: Key, execution: Execution, pod: NotCreated, task: Resolved) -> None:
        """What follows where the attempt's pod wasn't created."""
        if pod.error is not None and not any(one.live for one in self.pods.observed(execution.identity).of(execution).seen.values()):
            self._release(execution.uid)
        await self._carry_out(key, execution, pod.plan, task)
        if pod.error is not None:
            raise pod.error

    def _ask_admission(self, execution: Execution, task: Resolved) -> Limit | None:
        """The limit that the execution has to wait for, if any."""
        rank = Rank(negative_priority=-task.priority, created=execution.created, uid=execution.uid)
        limits = limits_of(execution, task, self._config.for_namespace(execution.namespace).policies)
        answer = self._admission.ask(rank, groups_of(execution, task), limits)
        for uid in answer.ask_again:
            self._concern(uid)
        return answer.full

    def _release(self, execution_uid: str) -> None:
        """It has no pod, and won't get one for now."""
        for uid in self._admission.release(execution_uid):
            self._concern(uid)

    def _note(self, execution: Execution) -> bool:
        """Remember `execution`, if it isn't an old tale. One that is over or suspended takes no place, and needs nothing more."""
        key = (execution.namespace, execution.name)
        before = self.executions.get(key)
        if not self.executions.note(execution):
            return False
        self._finished.settle(key, uid=execution.uid)
        if before is not None and before.uid != execution.uid:  # deleted, and another made of that name
            self._forget(key, before.uid)
        phase = execution.status.phase
        if phase.terminal or phase is Phase.SUSPENDED:
            self._release(execution.uid)
        if phase.terminal:
            self._resolutions.forget(execution.uid)
            self._internal_errors.forget(execution.uid)
            self.queue.forget(key)
            self.templates.forget(key)
        return True

    def _concern(self, execution_uid: str, *, within: float = 0.0) -> None:
        key = self.executions.key_of(execution_uid)
        if key is not None and within:
            self.queue.add_after(key, within)
        elif key is not None:
            self.queue.add(key, ahead=True)


def _attempt(execution: Execution, observed: ObservedPods) -> int:
    """The attempt that a look is about: the one on its way, or the last."""
    last = execution.status.last_attempt
    return last.number if execution.status.phase.terminal and last is not None else current_attempt(execution.status, observed)
