"""Lists all objects of a kind, then follows what becomes of them, for as long as the operator lives: client-go's reflector.

kopf does this for the kinds that are its handlers' business. Most events by far are about pods, and the way through kopf's
pipeline costs several times what the operator itself does about one, so pods are watched here. Nothing is kept but where to go
on: memory is the listener's.

* A watch that ends goes on where it was, so that nothing is told twice or not at all.
* Where that is too old (410), or a watch says anything else that it shouldn't, all is listed again. What memory knows and the
  list doesn't have is told as gone: kopf and most others don't tell what was deleted before they had to list again.
* A watch that is silent for longer than the API server's bookmarks are apart is dead, whatever TCP says.
* A watch that is accepted and ends at once, having told nothing, is none, however often that goes well.
* Trying again waits twice as long each time, with jitter, so that operators don't all come back at once.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from glider_core.api.labels import execution_of
from glider_core.kube import requests
from glider_core.kube.errors import Expired, KubeError, Unavailable
from glider_core.kube.jsonbytes import decoded
from glider_core.kube.observer import Observer
from glider_core.kube.requests import Request
from glider_core.kube.transport import StreamingTransport
from glider_core.kube.watch_state import ENDED_AT_ONCE, WatchState

logger = logging.getLogger(__name__)

Body = Mapping[str, Any]

_PAGE = 500
#: The API server ends a watch after this; load balancers cut connections that live longer.
_LASTS = 300.0
#: Bookmarks come every minute.
_SILENCE = 75.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Watched:
    """What is watched, and who is told of it.

    Attributes:
        resource: the objects' resource.
        namespace: where they are; None for everywhere.
        selector: a label selector; empty for all.
        saw: told of each object that is there or has changed. Old tales may come again.
        deleted: told the last of an object that went.
        known: the UIDs of what the listener takes to be there.
        gone: told the UIDs of those of them that were deleted while no watch was open.
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
        """What becomes of them from `version` on."""
        selector = (("labelSelector", self.selector),) if self.selector else ()
        asked = (("watch", "true"), ("resourceVersion", version), ("allowWatchBookmarks", "true"), ("timeoutSeconds", str(int(seconds))))
        return replace(self.page(after=""), verb="watch", query=(*asked, *selector))


class Watcher:
    """Watches `watched`. `listed` is set once all that is there has been told of for the first time."""

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
        """What keeps the watch from telling anything, if that has been so for a while; empty if it tells."""
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
                self._tell(self.watched.saw, body)
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
        """Tell of the events that end in `piece`: one a line. Nothing at all means that the API server has taken the watch up."""
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
            raise Unavailable(f"the watch told what isn't an event, in {len(line)} bytes") from error
        if kind == "ERROR":
            raise Expired(str(body.get("message") or body))
        if kind != "BOOKMARK":
            self._tell(self.watched.deleted if kind == "DELETED" else self.watched.saw, body)
        self._version = body["metadata"]["resourceVersion"]
        self._state.told()

    def _tell(self, listener: Callable[[Body], None], body: Body) -> None:
        """One object that the listener can't bear must not keep the others from being told of."""
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
