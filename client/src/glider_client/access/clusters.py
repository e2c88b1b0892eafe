"""The clusters of those who are served, each with its kept connections. Their questions are answered in threads of their own."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Protocol, TypeVar

from anyio import CapacityLimiter, Semaphore, to_thread

from glider_client.cluster.client import Cluster
from glider_client.cluster.config import ClientConfig

T = TypeVar("T")

#: Connections are kept for so many viewers.
_MOST_CLUSTERS = 200
#: Questions that are asked of API servers at once: of all viewers, and of one, who so can't keep the others from being answered while the
#: API server is slow.
_THREADS, _EACH = 64, 12
#: So many credentials are checked at once.
_STRANGERS = 8


class Asking(Protocol):
    """Who is served: `key` names the credential, and never is one; `config` has it."""

    @property
    def key(self) -> str:
        """Names the credential in caches."""

    @property
    def config(self) -> ClientConfig:
        """The cluster, with the credential."""


class Clusters:
    """The clusters of viewers. Used on the event loop; a Cluster itself is thread-safe.

    Questions have threads of their own: what an API server holds up is nothing else, such as the front end's files.
    """

    def __init__(self) -> None:
        self._clusters: OrderedDict[str, tuple[Cluster, Semaphore]] = OrderedDict()
        self._threads = CapacityLimiter(_THREADS)
        self._strangers = CapacityLimiter(_STRANGERS)

    async def ask(self, viewer: Asking, question: Callable[[Cluster], T]) -> T:
        """The answer to `question`, which is called in a thread with the viewer's cluster.

        Raises:
            ClusterError: the cluster refuses.
        """
        cluster, turn = self._kept(viewer)
        async with turn:
            return await to_thread.run_sync(lambda: question(cluster), abandon_on_cancel=True, limiter=self._threads)

    async def ask_once(self, viewer: Asking, question: Callable[[Cluster], T]) -> T:
        """The same of a viewer who may be nobody: no connections are kept, nor threads taken that known viewers need.

        Raises:
            ClusterError: the cluster refuses.
        """
        if viewer.key in self._clusters:
            return await self.ask(viewer, question)
        cluster = Cluster(viewer.config)
        return await to_thread.run_sync(lambda: question(cluster), abandon_on_cancel=True, limiter=self._strangers)

    def _kept(self, viewer: Asking) -> tuple[Cluster, Semaphore]:
        kept = self._clusters.get(viewer.key)
        if kept is None:
            kept = self._clusters[viewer.key] = Cluster(viewer.config), Semaphore(_EACH)
        self._clusters.move_to_end(viewer.key)
        while len(self._clusters) > _MOST_CLUSTERS:
            self._clusters.popitem(last=False)
        return kept
