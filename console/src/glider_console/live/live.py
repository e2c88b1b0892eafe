"""The scopes that are watched now, and what viewers get of them: pages, and streams of changes."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from glider.wire.jsonform import FieldError
from glider_console.access.reviews import Reviews
from glider_console.access.viewer import Viewer
from glider_console.live.beside import Beside, together
from glider_console.live.deltas import Shown, difference, whole
from glider_console.live.queries import Query
from glider_console.live.rows import Row
from glider_console.live.scopes import LoadingError, Scope, Timing, require
from glider_console.live.sources import Source
from glider_console.live.streams import Streams
from glider_console.live.views import Window
from glider_core.api.names import NAMESPACE

#: So many scopes are watched at once.
_MOST_SCOPES = 200
_NAMESPACE = re.compile(NAMESPACE)


@dataclass(frozen=True, slots=True)
class Change:
    """An event of a stream: `state`, `beside`, `snapshot`, `change`; `end` is the last, and its data is the error."""

    type: str
    data: Any


class Live(Source):
    """The executions as the API server has them now. Used on the event loop."""

    def __init__(self, *, streams: Streams, reviews: Reviews, timing: Timing | None = None) -> None:
        self._streams = streams
        self._reviews = reviews
        self._timing = timing or Timing()
        self._scopes: dict[str, Scope] = {}

    def scope(self, namespace: str) -> Scope | None:
        """The scope, if it is watched."""
        return self._scopes.get(namespace)

    async def admit(self, viewer: Viewer, namespace: str) -> None:
        """Nothing, if `viewer` may watch that scope.

        Raises:
            FieldError: there can be no such namespace.
            ClusterError: they may not, or the API server doesn't answer.
        """
        if namespace and not _NAMESPACE.fullmatch(namespace):
            raise FieldError("namespace", expected="a namespace's name", found=namespace)
        await require(self._reviews, viewer, namespace)

    async def page(self, viewer: Viewer, *, namespace: str, query: Query, window: Window, beside: Beside | None = None) -> bytes:
        """A page, as `sources.Source` describes it; with the rows of another source beside them."""
        async with self._listed(viewer, namespace) as scope:
            return whole(_shown(scope, query, window, beside), offset=window.offset, encode=scope.table.encoded)

    async def rows(self, viewer: Viewer, *, namespace: str, query: Query) -> Sequence[Row]:
        """All rows of `query`, whatever its phases, in no order.

        Raises:
            ClusterError: the viewer may not list them, or they can't be listed now.
        """
        async with self._listed(viewer, namespace) as scope:
            return [row for row in scope.table.rows() if query.takes(row)]

    async def follow(
        self, viewer: Viewer, *, namespace: str, query: Callable[[], Query], window: Window, beside: Beside | None = None
    ) -> AsyncGenerator[Change]:
        """A snapshot of the window, then what changes; for a viewer who was admitted. `beside`: rows of another source.

        Nothing waits here for a slow viewer: what has changed meanwhile is one event, made when it can be sent. `query` is called
        again and again, since a relative time means another one later.
        """
        scope = self._watched(namespace)
        with scope.joined_by(viewer) as member:
            before: Shown | None = None
            state: tuple[str, str, int] | None = None
            other: Mapping[str, Any] | None = None
            while (refusal := member.refusal()) is None:
                if (now := _state(scope)) != state:
                    state = now
                    yield Change("state", dict(zip(("state", "message", "loaded"), state, strict=True)))
                if beside is not None and beside.state != other:
                    other = beside.state
                    yield Change("beside", dict(other))
                if state[0] != "loading":
                    after = _shown(scope, query(), window, beside)
                    if (change := _change(before, after, scope, window)) is not None:
                        yield change
                    before = after
                await asyncio.sleep(self._timing.pace)
            yield Change("end", refusal)

    def close(self) -> None:
        """End all watches."""
        for scope in list(self._scopes.values()):
            scope.close()

    @asynccontextmanager
    async def _listed(self, viewer: Viewer, namespace: str) -> AsyncIterator[Scope]:
        await self.admit(viewer, namespace)
        scope = self._watched(namespace)
        with scope.joined_by(viewer):
            try:
                async with asyncio.timeout(self._timing.first):
                    await scope.listed()
            except TimeoutError:
                why = scope.state()[1] or "the list is long."
                raise LoadingError(f"The executions are still being loaded: {why} Try again in a moment.") from None
            yield scope

    def _watched(self, namespace: str) -> Scope:
        scope = self._scopes.get(namespace)
        if scope is None:
            if len(self._scopes) >= _MOST_SCOPES:
                raise LoadingError(f"The console watches {_MOST_SCOPES} namespaces already. Try again in a minute.")
            scope = Scope(namespace, streams=self._streams, reviews=self._reviews, timing=self._timing, ended=self._ended)
            self._scopes[namespace] = scope
        return scope

    def _ended(self, scope: Scope) -> None:
        if self._scopes.get(scope.namespace) is scope:
            del self._scopes[scope.namespace]


def _state(scope: Scope) -> tuple[str, str, int]:
    """What viewers are shown of the watch; how many executions are loaded counts while they are."""
    name, message = scope.state()
    return name, message, len(scope.table) if name == "loading" else 0


def _shown(scope: Scope, query: Query, window: Window, beside: Beside | None) -> Shown:
    others = beside.view(scope.table.uids()) if beside is not None else None
    return together(scope.table.view(query), others, window)


def _change(before: Shown | None, after: Shown, scope: Scope, window: Window) -> Change | None:
    if before is None:
        return Change("snapshot", whole(after, offset=window.offset, encode=scope.table.encoded))
    data = difference(before, after, encode=scope.table.encoded)
    return None if data is None else Change("change", data)
