"""From the caches to a plan: collects what `reconcile` decides by. No I/O."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from glider.wire.jsonform import FieldError
from glider_core.api.execution import Execution, check_readable
from glider_core.config import Config
from glider_core.reconcile.observed_pods import ObservedPods
from glider_core.reconcile.plan import Plan
from glider_core.reconcile.reconciling import current_attempt, reconcile
from glider_core.resolve.resolution import Awaited, Resolution, Resolved, Unconfigured
from glider_core.resolve.resolving import kept_in_place
from glider_operator.archive.archive import Archive
from glider_operator.cache.caches import Caches
from glider_operator.cache.executions import Key
from glider_operator.cache.resolutions import links_of
from glider_operator.controller.budget import ApiBudget
from glider_operator.controller.places import Places
from glider_operator.telemetry.logs import about


class Planner:
    """Plans by `caches`. `config` is the configuration that counts now; `reads`: whether there is a store to read."""

    def __init__(
        self, caches: Caches, *, places: Places, budget: ApiBudget, archive: Archive, config: Callable[[], Config], reads: bool
    ) -> None:
        self._caches = caches
        self._archive = archive
        self._places = places
        self._budget = budget
        self._config = config
        self._reads = reads

    def plan(self, key: Key, execution: Execution, *, now: datetime) -> Plan:
        """What to do about `execution`, which is the one with that key."""
        check_readable(execution)
        observed = self._caches.pods.observed(execution.identity).of(execution)
        about(execution, attempt=_attempt(execution, observed))
        try:
            config = self._config().for_namespace(execution.namespace)
        except FieldError as error:
            return reconcile(execution, resolution=_unconfigured(execution, error), observed=observed, now=now)
        resolution = None if execution.status.phase.terminal else self._resolve(key, execution, observed, config)
        if isinstance(resolution, Awaited):
            self._caches.templates.awaited(key, resolution.template)
        plan = reconcile(
            execution,
            resolution=resolution,
            observed=observed,
            now=now,
            policies=config.policies,
            reads=self._reads,
            links=links_of(execution, resolution, observed, config),
            allowance=self._budget.allowance,
            full=self._places.full(execution, resolution, config) if isinstance(resolution, Resolved) else None,
            refusal=self._caches.refusals.of(execution.uid),
            parent=self._caches.parents.of(execution),
            archived=self._archive.is_archived(execution.uid),
        )
        self._budget.spend(plan)
        return plan

    def plan_again(self, key: Key, execution: Execution, plan: Plan, *, now: datetime) -> tuple[Execution, Plan]:
        """The execution as it is known by now and the plan for it, where the pod of `plan` was refused.

        What `plan` deleted, or couldn't delete, isn't deleted twice in a row.
        """
        latest = self._caches.executions.get(key) or execution
        again = self.plan(key, latest, now=now)
        tried = {pod.uid for pod in plan.delete}
        return latest, replace(again, delete=tuple(pod for pod in again.delete if pod.uid not in tried))

    def _resolve(self, key: Key, execution: Execution, observed: ObservedPods, config: Config) -> Resolution:
        """What `execution` is to run. What has begun goes on with what it has begun with, and keeps its place in the store."""
        templates, latest = self._caches.templates.of(execution.namespace), observed.latest
        begun = latest is not None or execution.status.last_attempt is not None
        looked_up = self._caches.templates.is_missed(key)
        resolution = self._caches.resolutions.of(execution, templates=templates, config=config, looked_up=looked_up, begun=begun)
        if isinstance(resolution, Resolved) and latest is not None and latest.terms is not None:
            return kept_in_place(execution, resolution, latest.terms.storage)
        return resolution


def _unconfigured(execution: Execution, error: FieldError) -> Unconfigured:
    return Unconfigured(message=f"the configuration's namespaceDefaults for namespace {execution.namespace} don't fit together: {error}")


def _attempt(execution: Execution, observed: ObservedPods) -> int:
    """The attempt that a reconcile is about: the one on its way, or the last."""
    last = execution.status.last_attempt
    return last.number if execution.status.phase.terminal and last is not None else current_attempt(execution.status, observed)
