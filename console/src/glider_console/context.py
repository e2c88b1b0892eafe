"""What every route works with: the settings, the clusters of the viewers, and what they may."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from anyio import Semaphore
from starlette.requests import Request

from glider_client.access import clusters as access
from glider_client.cluster.client import Cluster
from glider_client.stored.source import Source
from glider_console.access.entrances import Entrance
from glider_console.access.identities import Identities
from glider_console.access.reviews import Reviews
from glider_console.access.viewer import Viewer
from glider_console.data.tables import semaphore
from glider_console.history.history import History
from glider_console.live.live import Live
from glider_console.live.streams import Streams
from glider_console.settings import Settings

T = TypeVar("T")


class Clusters(access.Clusters):
    """The clusters of the viewers, and whose their credentials are."""

    def __init__(self) -> None:
        super().__init__()
        self.identities = Identities(self.ask_once)


@dataclass(frozen=True, kw_only=True, slots=True)
class Console:
    """The parts that routes work with. `tables` limits how many files are read as tables at the same time."""

    settings: Settings
    entrance: Entrance
    clusters: Clusters
    reviews: Reviews
    streams: Streams = field(default_factory=Streams)
    data: Source = field(default_factory=Source)
    history: History = field(default_factory=History)
    tables: Semaphore = field(default_factory=semaphore)
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
