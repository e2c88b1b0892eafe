"""Puts the parts together: routes and middleware."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from glider_console.context import Console
from glider_console.web.access_log import AccessLog
from glider_console.web.limits import Limits
from glider_console.web.middleware import OPEN, OPEN_BYTES, KnownHosts, SecurityHeaders, Unforeseen, ViewersOnly
from glider_console.web.open_streams import OpenStreams
from glider_console.web.problems import FORESEEN, answer_error
from glider_console.web.routes import routes_of


def create_app(console: Console, *, hosts: Collection[str] = (), routes: Sequence[BaseRoute] = ()) -> Starlette:
    """The ASGI application that serves `console`. `hosts`: the names that it is served under; `routes`: more of them."""
    streams = OpenStreams(most=console.settings.limits.streams)
    app = Starlette(
        routes=[*routes, *routes_of(console.settings)],
        middleware=[
            Middleware(AccessLog),
            Middleware(SecurityHeaders),
            Middleware(Unforeseen),
            Middleware(KnownHosts, hosts=hosts),
            Middleware(Limits, most=console.settings.limits.request_bytes, most_at=dict.fromkeys(OPEN, OPEN_BYTES)),
            Middleware(ViewersOnly, console=console, streams=streams),
        ],
        exception_handlers=dict.fromkeys((HTTPException, *FORESEEN), answer_error),
    )
    app.state.console = console
    app.state.open_streams = streams
    return app
