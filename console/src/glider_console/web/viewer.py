"""Who uses the console."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from glider.version import __version__
from glider_console.context import console_of, viewer_of


async def viewer(request: Request) -> JSONResponse:
    """The viewer's name and way in, and what pages begin with."""
    console, who = console_of(request), viewer_of(request)
    return JSONResponse(
        {
            "name": who.name,
            "entrance": who.entrance,
            "server": who.config.server,
            "version": __version__,
            "namespace": console.settings.namespace,
        }
    )


ROUTES = [Route("/api/viewer", viewer)]
