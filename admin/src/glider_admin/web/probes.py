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
    """It has listed what it answers from, its watches aren't lost, and it isn't ending: another replica may serve better."""
    front: Front = request.app.state.front
    problem = front.problem()
    return PlainTextResponse(f"{problem}\n", status_code=503) if problem else PlainTextResponse("ok\n")


ROUTES = [Route("/healthz", healthz), Route("/readyz", readyz)]
