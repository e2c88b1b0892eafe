"""Creates an attempt's pod, once everything that it refers to is there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from glider_core.api.execution import Execution
from glider_core.api.observed_pod import Pod
from glider_core.config import Config
from glider_core.config.defaults import Delivery
from glider_core.kube.errors import Forbidden, Rejected
from glider_core.reconcile.plan import Launch
from glider_core.reconcile.refusals import Refusal
from glider_core.render.delivery import may_be_for_the_volume
from glider_core.render.layering import Drafts
from glider_core.render.pod import render_pod
from glider_core.render.references import references
from glider_operator.controller.cluster import Cluster
from glider_operator.controller.deliveries import Deliveries
from glider_operator.controller.errors import refusal_of
from glider_operator.controller.storing import Store
from glider_operator.telemetry import metrics


class PodCreation:
    """Creates pods through `cluster`, with inputs from `store`."""

    def __init__(self, cluster: Cluster, store: Store | None, *, clock: Callable[[], datetime]) -> None:
        self._cluster = cluster
        self._store = store
        self._clock = clock
        self.deliveries = Deliveries(cluster)
        self._drafts = Drafts()

    async def create(self, execution: Execution, launch: Launch, *, config: Config) -> Pod | Refusal:
        """The attempt's pod, or why there is none.

        Raises:
            KubeError: a call failed in a way that shows nothing about the pod.
        """
        try:
            pod = await self._create(execution, launch, config=config)
        except Exception as error:
            if (refusal := refusal_of(error, now=self._clock())) is None:
                raise
            if isinstance(error, Rejected):
                metrics.PODS_CREATED.labels("rejected").inc()
            return refusal
        metrics.PODS_CREATED.labels("created").inc()
        return pod

    async def _create(self, execution: Execution, launch: Launch, *, config: Config) -> Pod:
        """The pod; where it is refused and may have been for its image volume, the one without that."""
        configured = config.executor.delivery
        delivery = await self.deliveries.of(execution, configured)
        manifest = await self._manifest(execution, launch, config=config, delivery=delivery)
        try:
            return await self._cluster.create_pod(execution, manifest, attempt=launch.attempt)
        except (Rejected, Forbidden) as error:
            if configured is not Delivery.AUTO or delivery is not Delivery.IMAGE_VOLUME or not may_be_for_the_volume(str(error)):
                raise
            manifest = await self._manifest(execution, launch, config=config, delivery=Delivery.INIT_CONTAINER)
            pod = await self._cluster.create_pod(execution, manifest, attempt=launch.attempt)
            self.deliveries.refused(execution.namespace, error)
            return pod

    async def _manifest(self, execution: Execution, launch: Launch, *, config: Config, delivery: Delivery) -> dict[str, Any]:
        """The attempt's pod, once everything that it refers to is there."""
        task = launch.task
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
            delivery=delivery,
            base=base,
            draw=self._drafts.draw,
        )
        await self._cluster.references.require(execution.namespace, references(manifest))
        return manifest
