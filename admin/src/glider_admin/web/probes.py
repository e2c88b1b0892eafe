"""Whether the process lives, and whether it can answer."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from glider_admin.front import Front


async def healthz(request: Request) -> Response:
    """It lives."""
    return PlainTextResponse("ok\n")


async def readyz(request: Request) -> Response:
    """It has listed what it answers from."""
    front: Front = request.app.state.front
    return PlainTextResponse("ok\n") if front.cache.is_listed else PlainTextResponse("listing\n", status_code=503)


ROUTES = [Route("/healthz", healthz), Route("/readyz", readyz)]
