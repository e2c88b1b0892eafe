"""What each request passes before its route, and each answer on its way back. Plain ASGI: streams pass through unbuffered."""

from __future__ import annotations

import logging
from collections.abc import Collection

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from glider_client.access.rights import Right
from glider_client.cluster.errors import ClusterError
from glider_console.access.claims import RefusedClaimError
from glider_console.access.reviews import REQUIRED
from glider_console.access.viewer import Viewer
from glider_console.context import Console
from glider_console.web.headers import headers_for, is_known_host, is_other_sites, may_change
from glider_console.web.open_streams import OpenStreams
from glider_console.web.problems import answer_error, problem

logger = logging.getLogger(__name__)

#: Below these only viewers get answers.
GUARDED = ("/api/", "/decks/")
#: Those that lead to a viewer.
OPEN = frozenset({"/api/entrances", "/api/sign-in", "/api/sign-out"})
#: So many bytes of a body are read of somebody who isn't known yet; a token is shorter.
OPEN_BYTES = 64 * 1024
#: The kubelet asks by the pod's address.
PROBES = frozenset({"/healthz", "/readyz"})
_READS = ("GET", "HEAD")
#: Browsers resolve them; a client of the API server would make another address of them.
_DOTS = frozenset({".", ".."})


class SecurityHeaders:
    """Sets the headers of each answer that hasn't set them itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in headers_for(Headers(scope=scope)).items():
                    headers.setdefault(name, value)
                if scope["path"].startswith(GUARDED):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


class Unforeseen:
    """Answers a request whose route failed in a way that nobody foresaw; the log has the traceback."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        started = False

        async def noted(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except ClientDisconnect:
            return  # in the middle of a request: there is nobody to answer
        except Exception as error:
            if started:
                raise
            await (await answer_error(Request(scope), error))(scope, receive, send)


class KnownHosts:
    """Refuses requests to names that aren't the console's, by which another site may have led a browser here."""

    def __init__(self, app: ASGIApp, *, hosts: Collection[str]) -> None:
        self._app, self._hosts = app, frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "http" and self._hosts and scope["path"] not in PROBES:
            host = Headers(scope=scope).get("host", "")
            if not is_known_host(host, self._hosts):
                message = f"The console isn't served under the name {host!r}. Use one of {', '.join(sorted(self._hosts))}."
                await problem(421, "UnknownHost", message)(scope, receive, send)
                return
        await self._app(scope, receive, send)


class ViewersOnly:
    """Refuses requests of nobody, and those that another site's page has sent; ends streams whose viewer lost the right to them."""

    def __init__(self, app: ASGIApp, *, console: Console, streams: OpenStreams) -> None:
        self._app, self._console, self._streams = app, console, streams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http" or not scope["path"].startswith(GUARDED):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        refusal = _refusal(request)
        if refusal is None and scope["path"] in OPEN:
            await self._app(scope, receive, send)
            return
        found = refusal or await self._viewer_or_refusal(request)
        if isinstance(found, Response):
            await found(scope, receive, send)
            return
        request.state.viewer = found
        required: set[Right] = set()
        REQUIRED.set(required)
        await self._streams.serve(self._app, scope, receive, send, key=found.key, may_go_on=lambda: self._may_go_on(found, required))

    async def _viewer_or_refusal(self, request: Request) -> Viewer | Response:
        entrance = self._console.entrance
        try:
            viewer = await entrance.viewer_of(request)
        except RefusedClaimError as error:
            peer = request.client.host if request.client else "?"
            logger.warning("refused a request of %s: %s", peer, error)
            return problem(401, "Unauthorized", "The headers that name the viewer aren't believed. The console's log has the reason.")
        except ClusterError as error:
            return await answer_error(request, error)
        return problem(401, "Unauthorized", "Sign in first.") if viewer is None else viewer

    async def _may_go_on(self, viewer: Viewer, required: Collection[Right]) -> bool:
        return await self._console.entrance.still_serves(viewer) and await self._console.reviews.all_hold(viewer, tuple(required))


def _refusal(request: Request) -> Response | None:
    """The answer to a request that another site's page has sent, and to one for what can't have that name."""
    reads = request.method in _READS
    if is_other_sites(request.headers) if reads else not may_change(request.headers):
        return problem(403, "CrossSite", "The request was not sent by the console's own pages.")
    if not _DOTS.isdisjoint(request.scope["path"].split("/")):
        return problem(404, "NotFound", "The console has no such address.")
    return None
