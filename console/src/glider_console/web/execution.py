"""One execution: all that is known about it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from glider_client.cluster import paths
from glider_client.views.documents import without_managed_fields
from glider_console.context import console_of, viewer_of


async def execution(request: Request) -> JSONResponse:
    """What there is to show of an execution."""
    console, who = console_of(request), viewer_of(request)
    path = paths.executions(request.path_params["namespace"], request.path_params["name"])
    found = await console.ask(who, lambda cluster: cluster.get(path))
    return JSONResponse({"execution": without_managed_fields(found)})


ROUTES = [Route("/api/executions/{namespace}/{name}", execution)]
