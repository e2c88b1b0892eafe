"""Lists all objects of a kind, then follows what becomes of them, for as long as the operator lives: client-go's reflector.

kopf does this for the kinds that have handlers. Most events by far are about pods, and kopf's pipeline costs several times what
the operator itself does about an event, so pods are watched here. The watcher keeps only the resource version to continue from;
the objects are in the listener's cache.

* A watch that ends is resumed where it was, so that each event is delivered once.
* Where that version is too old (410), or the watch sends anything unexpected, all objects are listed again. What the cache has
  and the list doesn't is reported as gone: kopf and most others don't report what was deleted before they had to list again.
* A watch without a byte for longer than the interval of the API server's bookmarks is dead, even if TCP keeps it open.
* A watch that is accepted and ends at once, without an event, doesn't count as one, however often that happens.
* Each retry waits twice as long, with jitter, so that operators don't all come back at once.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NoReturn

from glider_core.api.labels import execution_of
from glider_core.kube import requests
from glider_core.kube.errors import Expired, KubeError, Unavailable
from glider_core.kube.jsonbytes import decoded
from glider_core.kube.observer import Observer
from glider_core.kube.requests import Request
from glider_core.kube.watch_state import ENDED_AT_ONCE, WatchState

if TYPE_CHECKING:  # the console watches without the kubernetes package, which takes 40 MB
    from glider_core.kube.transport import StreamingTransport

logger = logging.getLogger(__name__)

Body = Mapping[str, Any]

_PAGE = 500
#: The API server ends a watch after this; load balancers cut connections that live longer.
_LASTS = 300.0
#: Bookmarks come every minute.
_SILENCE = 75.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Watched:
    """What is watched, and which functions get the events.

    Attributes:
        resource: the objects' resource.
        namespace: where they are; None for all namespaces.
        selector: a label selector; empty for all.
        saw: called with each object that is there or has changed. It may get an older state again.
        deleted: called with the last state of a deleted object.
        known: the UIDs of the objects in the listener's cache.
        gone: called with the UIDs of those of them that were deleted while no watch was open.
    """

    resource: str
    namespace: str | None
    selector: str
    saw: Callable[[Body], None]
    deleted: Callable[[Body], None]
    known: Callable[[], Collection[str]]
    gone: Callable[[Collection[str]], object]

    def page(self, *, after: str) -> Request:
        """A page of the objects as they are now."""
        request = requests.list_objects(self.resource, namespace=self.namespace, selector=self.selector, limit=_PAGE, after=after)
        return replace(request, spare=False)

    def watch(self, *, version: str, seconds: float) -> Request:
        """Their changes from `version` on."""
        selector = (("labelSelector", self.selector),) if self.selector else ()
        asked = (("watch", "true"), ("resourceVersion", version), ("allowWatchBookmarks", "true"), ("timeoutSeconds", str(int(seconds))))
        return replace(self.page(after=""), verb="watch", query=(*asked, *selector))


class Watcher:
    """Watches `watched`. `listed` is set once all objects have been delivered for the first time."""

    def __init__(
        self,
        transport: StreamingTransport,
        watched: Watched,
        *,
        observer: Observer | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._transport = transport
        self._observer = observer or Observer()
        self.watched = watched
        self._version = ""
        self._rest = b""
        self._state = WatchState(watched.resource, clock=clock)
        self.listed = asyncio.Event()

    def problem(self) -> str:
        """Why the watch has not worked for a while; empty if it works."""
        return self._state.problem()

    async def run(self) -> NoReturn:
        """Watch until cancelled."""
        while True:
            try:
                if not self._version:
                    await self._list()
                await self._follow()
                continue
            except Expired as error:
                self._version = ""
                self._lost("expired", error)
            except KubeError as error:
                self._lost("failed", error)
            await asyncio.sleep(self._state.pause())

    async def _list(self) -> None:
        before = frozenset(self.watched.known())
        there: set[str] = set()
        after = ""
        while True:
            answer = await self._transport.send(self.watched.page(after=after))
            for body in answer.get("items") or ():
                there.add(body["metadata"]["uid"])
                self._deliver(self.watched.saw, body)
            after = answer["metadata"].get("continue") or ""
            if not after:
                break
        if lost := before - there:
            logger.info("%s: %d were deleted while no watch was open", self.watched.resource, len(lost))
            self.watched.gone(lost)
        self._version = answer["metadata"]["resourceVersion"]
        self.listed.set()

    async def _follow(self) -> None:
        """Until the API server ends the watch.

        Raises:
            KubeError: it ended in another way, or before it began.
        """
        self._rest = b""
        request = self.watched.watch(version=self._version, seconds=_LASTS * random.uniform(0.8, 1.0))
        await self._transport.stream(request, take=self._take, silence=_SILENCE)
        if self._state.ended():
            raise Unavailable(ENDED_AT_ONCE)

    def _take(self, piece: bytes) -> None:
        """Deliver the events that end in `piece`: one a line. An empty piece means that the API server has accepted the watch."""
        if not piece:
            self._state.opened()
            return
        *lines, self._rest = (self._rest + piece).split(b"\n")
        for line in lines:
            if line:
                self._event(line)

    def _event(self, line: bytes) -> None:
        try:
            event = decoded(line)
            kind, body = event["type"], event["object"]
        except (ValueError, KeyError) as error:
            raise Unavailable(f"expected an event from the watch, found {len(line)} bytes of something else") from error
        if kind == "ERROR":
            raise Expired(str(body.get("message") or body))
        if kind != "BOOKMARK":
            self._deliver(self.watched.deleted if kind == "DELETED" else self.watched.saw, body)
        self._version = body["metadata"]["resourceVersion"]
        self._state.received()

    def _deliver(self, listener: Callable[[Body], None], body: Body) -> None:
        """An object on which the listener fails must not keep the others from being delivered."""
        try:
            listener(body)
        except Exception:
            name = (body.get("metadata") or {}).get("name")
            about = {"execution": execution} if (execution := execution_of(body)) else None
            logger.exception("%s: an unexpected error, about %s", self.watched.resource, name, extra=about)

    def _lost(self, why: str, error: KubeError) -> None:
        self._state.ended()
        self._state.lost(str(error))
        self._observer.watch_restarted(self.watched.resource, why)
        logger.info("%s: restarting the watch: %s", self.watched.resource, error)
