"""How the executor comes into pods where the configuration leaves it open, and what was learnt about that: kept until the operator ends.

One node that can't mount an image decides for the whole cluster, since nobody knows beforehand which node a pod will get. A
refusal, as by a policy, decides for its namespace.
"""

from __future__ import annotations

import logging

from glider_core.api.execution import Execution
from glider_core.api.status import Status
from glider_core.config.defaults import Delivery
from glider_core.kube.errors import Forbidden, KubeError
from glider_core.render.delivery import failed_to_mount, has_image_volumes
from glider_operator.controller.cluster import Cluster
from glider_operator.telemetry import metrics

logger = logging.getLogger(__name__)


class Deliveries:
    """Decides by what `cluster` has shown."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._supported: bool | None = None
        self._refusing: set[str] = set()

    async def of(self, execution: Execution, configured: Delivery) -> Delivery:
        """How the next pod of `execution` gets the executor."""
        if configured is not Delivery.AUTO:
            return configured
        if failed_to_mount(execution.status) or execution.namespace in self._refusing:
            return Delivery.INIT_CONTAINER
        if self._supported is None:
            self._supported = await self._ask()
        return Delivery.IMAGE_VOLUME if self._supported else Delivery.INIT_CONTAINER

    def refused(self, namespace: str, why: Exception) -> None:
        """A pod was refused in `namespace` with an image volume, and taken without."""
        if namespace not in self._refusing:
            self._refusing.add(namespace)
            metrics.IMAGE_VOLUME_FALLBACKS.labels("refused").inc()
            logger.warning("image volumes are refused in namespace %s; init containers bring the executor from now on: %s", namespace, why)

    def written(self, status: Status) -> None:
        """`status` was written: it may show a node that has no image volumes."""
        if self._supported and failed_to_mount(status):
            self._supported = False
            metrics.IMAGE_VOLUME_FALLBACKS.labels("not_mounted").inc()
            why = next((attempt.failure.message for attempt in reversed(status.attempts) if attempt.failure is not None), "")
            logger.warning("a node has no image volumes; init containers bring the executor from now on: %s", why)

    async def _ask(self) -> bool | None:
        """By the API server's version; None where that is unknown, so that it is asked again."""
        try:
            return has_image_volumes(await self._cluster.version())
        except KubeError as error:
            logger.info("the API server's version is unknown, so that an init container brings the executor: %s", error)
            return False if isinstance(error, Forbidden) else None  # to be asked before each pod would be of no use
