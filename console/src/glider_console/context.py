"""What every route works with: the settings, the clusters of the viewers, and what they may."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from anyio import CapacityLimiter, Semaphore, to_thread
from starlette.requests import Request

from glider_client.cluster.client import Cluster
from glider_console.access.entrances import Entrance
from glider_console.access.identities import Identities
from glider_console.access.reviews import Reviews
from glider_console.access.viewer import Viewer
from glider_console.data.source import Source
from glider_console.live.live import Live
from glider_console.live.streams import Streams
from glider_console.settings import Settings

T = TypeVar("T")

#: Connections are kept for so many viewers.
_MOST_CLUSTERS = 200
#: Questions that are asked of API servers at once: of all viewers, and of one, who so can't keep the others from being answered while the
#: API server is slow.
_THREADS, _EACH = 64, 12
#: So many credentials are checked at once.
_STRANGERS = 8


class Clusters:
    """The clusters of the viewers, each with its kept connections. Used on the event loop; a Cluster itself is thread-safe.

    Questions have threads of their own: what an API server holds up is nothing else, such as the front end's files.
    """

    def __init__(self) -> None:
        self._clusters: OrderedDict[str, tuple[Cluster, Semaphore]] = OrderedDict()
        self._threads = CapacityLimiter(_THREADS)
        self._strangers = CapacityLimiter(_STRANGERS)
        self.identities = Identities(self.ask_once)

    async def ask(self, viewer: Viewer, question: Callable[[Cluster], T]) -> T:
        """The answer to `question`, which is called in a thread with the viewer's cluster.

        Raises:
            ClusterError: the cluster refuses.
        """
        cluster, turn = self._kept(viewer)
        async with turn:
            return await to_thread.run_sync(lambda: question(cluster), abandon_on_cancel=True, limiter=self._threads)

    async def ask_once(self, viewer: Viewer, question: Callable[[Cluster], T]) -> T:
        """The same of a viewer who may be nobody: no connections are kept, nor threads taken that known viewers need.

        Raises:
            ClusterError: the cluster refuses.
        """
        if viewer.key in self._clusters:
            return await self.ask(viewer, question)
        cluster = Cluster(viewer.config)
        return await to_thread.run_sync(lambda: question(cluster), abandon_on_cancel=True, limiter=self._strangers)

    def _kept(self, viewer: Viewer) -> tuple[Cluster, Semaphore]:
        kept = self._clusters.get(viewer.key)
        if kept is None:
            kept = self._clusters[viewer.key] = Cluster(viewer.config), Semaphore(_EACH)
        self._clusters.move_to_end(viewer.key)
        while len(self._clusters) > _MOST_CLUSTERS:
            self._clusters.popitem(last=False)
        return kept


@dataclass(frozen=True, kw_only=True, slots=True)
class Console:
    """The parts that routes work with."""

    settings: Settings
    entrance: Entrance
    clusters: Clusters
    reviews: Reviews
    streams: Streams = field(default_factory=Streams)
    data: Source = field(default_factory=Source)
    live: Live = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "live", Live(streams=self.streams, reviews=self.reviews))

    async def ask(self, viewer: Viewer, question: Callable[[Cluster], T]) -> T:
        """The answer to `question`, as `Clusters.ask`."""
        return await self.clusters.ask(viewer, question)


def console_of(request: Request) -> Console:
    """The console that serves `request`."""
    console = request.app.state.console
    assert isinstance(console, Console)
    return console


def viewer_of(request: Request) -> Viewer:
    """Who asks; the middleware has refused requests of nobody."""
    viewer = request.state.viewer
    assert isinstance(viewer, Viewer)
    return viewer
