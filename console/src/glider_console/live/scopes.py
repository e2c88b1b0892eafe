"""What viewers watch together: the executions of one namespace, or of all. Each viewer is admitted by their own right to it.

One viewer's credential carries the watch. Whoever watches along was found to have the right to list and to watch there, and is asked
about again while they do: the rows in memory are no way around the API server's rules.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NoReturn

from glider_client.access.rights import Right
from glider_client.cluster.errors import ClusterError, UnavailableError
from glider_console.access.reviews import Reviews
from glider_console.access.viewer import Viewer
from glider_console.live.relay import REFUSALS, Relay
from glider_console.live.streams import Streams
from glider_console.live.table import Table
from glider_core.api.labels import EXECUTIONS
from glider_core.kube.watching import Watched, Watcher

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Timing:
    """Seconds.

    Attributes:
        pace: between two events of a stream, so that changes are sent together.
        review: between two reviews of a viewer's rights; more than a review is kept for.
        linger: how long a scope is watched that nobody views.
        patience: how long a watch may be closed before viewers are shown that it is.
        first: how long a page waits for the first list.
    """

    pace: float = 0.5
    review: float = 20.0
    linger: float = 60.0
    patience: float = 2.0
    first: float = 10.0


class LoadingError(UnavailableError):
    """The console itself hasn't the executions at this moment; the API server may answer nevertheless."""


class Member:
    """A viewer who watches a scope, by one stream or several."""

    def __init__(self, viewer: Viewer, *, scope: Scope, reviews: Reviews, every: float) -> None:
        self.viewer = viewer
        self.streams = 0
        self._scope = scope
        self._reviews = reviews
        self._refusal: ClusterError | None = None
        self._task = asyncio.create_task(self._review(every))

    def refusal(self) -> ClusterError | None:
        """Why they may not watch any more."""
        if self._refusal is None and self._task.done() and not self._task.cancelled():
            self._task.result()
        return self._refusal

    def refuse(self, error: ClusterError) -> None:
        """They may not watch any more."""
        self._refusal = self._refusal or error
        self._scope.pass_on()

    def leave(self) -> None:
        """Ask no more."""
        self._task.cancel()

    async def _review(self, every: float) -> None:
        while self._refusal is None:
            await asyncio.sleep(every)
            try:
                await require(self._reviews, self.viewer, self._scope.namespace)
            except REFUSALS as error:
                self.refuse(error)
            except ClusterError:
                pass  # the API server doesn't answer: what was right when it last did, goes on


async def require(reviews: Reviews, viewer: Viewer, namespace: str) -> None:
    """Nothing, if `viewer` may list and watch the executions of `namespace`; empty: of all.

    Raises:
        ClusterError: they may not, or the API server doesn't answer.
    """
    for verb in ("list", "watch"):
        await reviews.require(viewer, Right(verb=verb, namespace=namespace))


class Scope:
    """The executions of `namespace`, or of all where it is empty. It is watched until `ended` is called."""

    def __init__(self, namespace: str, *, streams: Streams, reviews: Reviews, timing: Timing, ended: Callable[[Scope], None]) -> None:
        self.namespace = namespace
        self.table = Table()
        self._reviews = reviews
        self._timing = timing
        self._ended = ended
        self._members: dict[str, Member] = {}
        self._relay = Relay(streams, refused=self._refused)
        watched = Watched(
            resource=EXECUTIONS,
            namespace=namespace or None,
            selector="",
            saw=self.table.saw,
            deleted=self.table.deleted,
            known=self.table.uids,
            gone=self.table.gone,
        )
        self._watcher = Watcher(self._relay, watched)
        self._watching = asyncio.create_task(self._watcher.run())
        self._watching.add_done_callback(self._failed)
        self._end: asyncio.TimerHandle | None = None

    @property
    def carrier(self) -> Viewer | None:
        """Whose credential carries the watch."""
        return self._relay.carrier

    @contextmanager
    def joined_by(self, viewer: Viewer) -> Iterator[Member]:
        """`viewer`, whose right was found, watches along."""
        member = self._members.get(viewer.key)
        if member is None or member.refusal() is not None:
            member = self._members[viewer.key] = Member(viewer, scope=self, reviews=self._reviews, every=self._timing.review)
        member.streams += 1
        if self._end is not None:
            self._end.cancel()
            self._end = None
        self.pass_on()
        try:
            yield member
        finally:
            member.streams -= 1
            if not member.streams:
                self._left_by(member)

    def pass_on(self) -> None:
        """Find who carries the watch: whoever does and is still here, else the next. With nobody here it lingers."""
        here = [member.viewer for member in self._members.values() if member.refusal() is None]
        carrier = self._relay.carrier
        if here and (carrier is None or all(viewer.key != carrier.key for viewer in here)):
            self._relay.carried_by(here[0])
        elif not here and carrier is not None and carrier.key in self._members:
            self._relay.carried_by(None)

    def state(self) -> tuple[str, str]:
        """`live`, or why it isn't: `loading`, `reconnecting`; and the API server's or the network's words for it."""
        if not self._watcher.listed.is_set():
            return "loading", self._relay.problem
        if self._relay.lost_for() > self._timing.patience:
            return "reconnecting", self._relay.problem
        return "live", ""

    async def listed(self) -> None:
        """Until all executions are there."""
        await self._watcher.listed.wait()

    def _left_by(self, member: Member) -> None:
        member.leave()
        if self._members.get(member.viewer.key) is member:
            del self._members[member.viewer.key]
        if self._members:
            self.pass_on()
        elif self._end is None:
            self._end = asyncio.get_running_loop().call_later(self._timing.linger, self.close)

    def _refused(self, viewer: Viewer, error: ClusterError) -> None:
        """The API server refuses the carrier."""
        if (member := self._members.get(viewer.key)) is not None:
            member.refuse(error)
        self.pass_on()

    def _failed(self, watching: asyncio.Task[NoReturn]) -> None:
        """The watch has ended in a way that nobody foresaw: whoever views it is shown that, and the next viewer gets a new one."""
        if watching.cancelled():
            return
        logger.error("the watch of %s has failed", self.namespace or "all namespaces", exc_info=watching.exception())
        self._ended(self)
        for member in tuple(self._members.values()):
            member.refuse(LoadingError("The console's watch of the executions has failed. Its log has the details."))

    def close(self) -> None:
        """End the watch, and free its memory."""
        if self._end is not None:
            self._end.cancel()
        self._watching.cancel()
        for member in self._members.values():
            member.leave()
        self.table.clear()
        self._ended(self)
