"""Finds the viewer of each request, and sets the headers of each answer. Plain ASGI: streams pass through unbuffered."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from glider_console.context import console_of
from glider_console.web.headers import SECURITY_HEADERS, is_from_here
from glider_console.web.problems import problem

#: Below these only viewers get answers.
GUARDED = ("/api/", "/decks/")
_READS = ("GET", "HEAD")


class SecurityHeaders:
    """Sets the headers of each answer that hasn't set them itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith(GUARDED):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


class ViewersOnly:
    """Refuses requests of nobody, and those that another site's page has sent."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http" or not scope["path"].startswith(GUARDED):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        if request.method not in _READS and not is_from_here(request.headers):
            await problem(403, "CrossSite", "The request was not sent by the console's own pages.")(scope, receive, send)
            return
        viewer = await console_of(request).entrance.viewer_of(request)
        if viewer is None:
            await problem(401, "Unauthorized", "Sign in first.")(scope, receive, send)
            return
        request.state.viewer = viewer
        await self._app(scope, receive, send)
