"""Puts the parts together: routes and middleware."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from glider_console.context import Console
from glider_console.web.middleware import SecurityHeaders, ViewersOnly
from glider_console.web.problems import FORESEEN, answer_error
from glider_console.web.routes import routes_of


def create_app(console: Console) -> Starlette:
    """The ASGI application that serves `console`."""
    app = Starlette(
        routes=routes_of(console.settings),
        middleware=[Middleware(SecurityHeaders), Middleware(ViewersOnly)],
        exception_handlers=dict.fromkeys((HTTPException, *FORESEEN, Exception), answer_error),
    )
    app.state.console = console
    return app
