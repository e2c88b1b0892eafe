"""A watch that fails in a way that nobody foresaw ends for whoever views it, and isn't the next viewer's."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, cast

from glider_client.cluster.config import ClientConfig
from glider_console.access.reviews import Reviews
from glider_console.access.viewer import Viewer
from glider_console.live.live import Live
from glider_console.live.queries import Query
from glider_console.live.scopes import Timing
from glider_console.live.streams import Streams
from glider_console.live.views import Window

ADA = Viewer(key="ada", name="ada", entrance="token", config=ClientConfig(server="https://api"))


class OddServer:
    """Answers each list with JSON that no API server sends."""

    def of(self, viewer: Viewer) -> OddServer:
        return self

    @asynccontextmanager
    async def open(self, path: str, **asked: Any) -> AsyncIterator[OddServer]:
        yield self

    async def read(self) -> bytes:
        return b'{"items": [], "metadata": {}}'


async def changes_of(live: Live) -> list[tuple[str, Any]]:
    followed = live.follow(ADA, namespace="ml", query=Query, window=Window())
    return [(change.type, change.data) async for change in followed]


async def allow(viewer: Viewer, question: Any) -> Mapping[str, Any]:
    return {"status": {"allowed": True}}


async def test_a_watch_that_fails_ends_for_its_viewers_and_begins_anew(caplog):
    live = Live(streams=cast(Streams, OddServer()), reviews=Reviews(allow), timing=Timing(pace=0.01))
    for _ in range(2):
        *_, (kind, error) = await changes_of(live)
        assert (kind, str(error)) == ("end", "The console's watch of the executions has failed. Its log has the details.")
        assert live.scope("ml") is None
    assert caplog.text.count("the watch of ml has failed") == 2 and "KeyError" in caplog.text
