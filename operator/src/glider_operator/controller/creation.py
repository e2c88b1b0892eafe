"""Creates an attempt's pod, and says what it means where that can't be done: refused for good, or blocked for now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from glider.wire.jsonform import FieldError
from glider_core.api import reasons
from glider_core.api.execution import Execution
from glider_core.api.pod import Pod
from glider_core.config import Config
from glider_core.kube.errors import Forbidden, KubeError, Rejected, Unavailable
from glider_core.reconcile.plan import Launch, Plan
from glider_core.reconcile.reconciling import block, refuse
from glider_core.render.layering import Drafts
from glider_core.render.pod import render_pod
from glider_core.render.references import references
from glider_core.resolve.resolution import Resolved
from glider_core.store.access import StoreError
from glider_operator.controller.cluster import Cluster, NotOurs
from glider_operator.controller.errors import why_blocked
from glider_operator.controller.references import Missing
from glider_operator.controller.storing import Store
from glider_operator.telemetry import metrics

#: How long the API server may answer a creation with 429 or 5xx, or not at all, before the execution says so.
_PATIENCE = timedelta(seconds=10)


@dataclass(frozen=True, kw_only=True, slots=True)
class NotCreated:
    """The pod wasn't created: what follows for the execution, and the `error` to try again after, where it is blocked for now."""

    plan: Plan
    error: KubeError | StoreError | None = None


class PodCreation:
    """Creates pods through `cluster`, with inputs from `store`."""

    def __init__(self, cluster: Cluster, store: Store | None, *, clock: Callable[[], datetime]) -> None:
        self._cluster = cluster
        self._store = store
        self._clock = clock
        self._drafts = Drafts()
        self._unavailable_since: dict[str, datetime] = {}

    async def create(self, execution: Execution, task: Resolved, launch: Launch, *, config: Config) -> Pod | NotCreated:
        """The attempt's pod.

        Raises:
            KubeError: the API server could not do its part, which says nothing about the pod. Where it is Unavailable for longer than
                a moment, that is no longer raised but put on record: one resource, or one admission plugin, may be what is ill.
        """
        try:
            manifest = await self._manifest(execution, task, launch, config=config)
            pod = await self._cluster.create_pod(execution, manifest, attempt=launch.attempt)
        except Rejected as error:
            metrics.PODS_CREATED.labels("rejected").inc()
            return NotCreated(plan=refuse(execution, reason=reasons.POD_REJECTED, message=str(error), now=self._clock()))
        except FieldError as error:
            return NotCreated(plan=refuse(execution, reason=reasons.INVALID_SPEC, message=str(error), now=self._clock()))
        except (Forbidden, NotOurs, Missing, StoreError, Unavailable) as error:
            if isinstance(error, Unavailable) and not self._has_lasted(execution):
                raise
            metrics.PODS_CREATED.labels("blocked").inc()
            plan = block(execution, reason=why_blocked(error), message=str(error), now=self._clock())
            return NotCreated(plan=plan, error=error)
        metrics.PODS_CREATED.labels("created").inc()
        self.forget(execution.uid)
        return pod

    def forget(self, execution_uid: str) -> None:
        """The execution has its pod, or needs none any more."""
        self._unavailable_since.pop(execution_uid, None)

    def _has_lasted(self, execution: Execution) -> bool:
        """Whether the API server has been unavailable for this creation for longer than a moment; one refusal is none."""
        now = self._clock()
        return now >= self._unavailable_since.setdefault(execution.uid, now) + _PATIENCE

    async def _manifest(self, execution: Execution, task: Resolved, launch: Launch, *, config: Config) -> dict[str, Any]:
        """The attempt's pod, once everything that it refers to is there."""
        inputs = await self._store.prepare(task, namespace=execution.namespace) if self._store is not None else None
        base = await self._cluster.references.pod_template(execution.namespace, task.traits.pod_template_ref)
        manifest = render_pod(
            execution,
            task,
            attempt=launch.attempt,
            config=config,
            memory=launch.memory,
            previous_checkpoint=launch.previous_checkpoint,
            inputs=inputs,
            base=base,
            draw=self._drafts.draw,
        )
        await self._cluster.references.require(execution.namespace, references(manifest))
        return manifest
