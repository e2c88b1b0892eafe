"""Deletes pods whose execution is gone, where Kubernetes' garbage collector has missed that.

It misses an execution that is deleted and made again under its name while its own watch is interrupted: for its informer that is a
change of one object. It would go on to think that the pod's owner is there until it is started again.
"""

from __future__ import annotations

import logging

from glider_core.api.observed_pod import Pod
from glider_core.kube.errors import KubeError
from glider_operator.cache.executions import ExecutionCache
from glider_operator.cache.pods import PodCache
from glider_operator.controller.cluster import Cluster

logger = logging.getLogger(__name__)


class Orphans:
    """Those among `pods` whose execution isn't among `executions`: the garbage collector has the time between two looks for them."""

    def __init__(self, cluster: Cluster, *, pods: PodCache, executions: ExecutionCache) -> None:
        self._cluster = cluster
        self._pods = pods
        self._executions = executions
        self._before: frozenset[str] = frozenset()

    async def collect(self) -> None:
        """Delete those that were there at the look before, too, and whose execution the API server doesn't know either."""
        found = [pod for pod in self._pods.all() if not pod.deleting and self._executions.key_of(pod.execution_uid) is None]
        for pod in found:
            if pod.uid in self._before:
                await self._delete(pod)
        self._before = frozenset(pod.uid for pod in found)

    async def _delete(self, pod: Pod) -> None:
        try:
            if await self._cluster.is_orphan(pod):
                logger.warning("deleting pod %s/%s, whose execution is gone", pod.namespace, pod.name)
                await self._cluster.delete_pod(pod)
        except KubeError as error:
            logger.warning("could not delete pod %s/%s, whose execution is gone: %s", pod.namespace, pod.name, error)
