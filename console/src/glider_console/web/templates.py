"""Registered tasks: the list, and one of them."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from glider.wire.jsonform import FieldError
from glider_client.cluster import paths
from glider_client.cluster.client import TABLE, Cluster
from glider_client.views.documents import without_managed_fields
from glider_client.views.templates import input_rows, output_rows
from glider_console.context import console_of, viewer_of
from glider_console.launch.catalogue import Version, tasks_of, versions_in
from glider_core.api.template_names import DESCRIPTION
from glider_core.api.yaml_form import to_yaml

#: A list is read up to here; nobody looks for a task among more without a search in a terminal.
_MOST = 20_000


async def templates(request: Request) -> JSONResponse:
    """The tasks of a namespace, or of all."""
    console, who = console_of(request), viewer_of(request)
    found, complete = await console.ask(who, lambda cluster: _versions(cluster, request.query_params.get("namespace", "")))
    return JSONResponse({"tasks": tasks_of(found), "complete": complete})


def _versions(cluster: Cluster, namespace: str) -> tuple[list[Version], bool]:
    found: list[Version] = []
    for page in cluster.pages(paths.templates(namespace), accept=TABLE):
        found += versions_in(page)
        if len(found) >= _MOST:
            return found, False
    return found, True


async def template(request: Request) -> JSONResponse:
    """One of them, with what it takes and returns."""
    console, who = console_of(request), viewer_of(request)
    path = paths.templates(request.path_params["namespace"], request.path_params["name"])
    found = without_managed_fields(await console.ask(who, lambda cluster: cluster.get(path)))
    docs = (found["metadata"].get("annotations") or {}).get(DESCRIPTION, "")
    return JSONResponse({"template": found, "docs": docs, "yaml": to_yaml(found), **_interface(found["spec"])})


def _interface(spec: dict[str, Any]) -> dict[str, Any]:
    """The inputs and outputs in words. One that can't be read, of another release, is still shown as YAML."""
    try:
        inputs = [dict(zip(("name", "type", "default", "docs"), row, strict=True)) for row in input_rows(spec)]
        outputs = [dict(zip(("name", "type", "docs"), row, strict=True)) for row in output_rows(spec)]
    except FieldError as error:
        return {"inputs": [], "outputs": [], "problem": str(error)}
    return {"inputs": inputs, "outputs": outputs}


ROUTES = [
    Route("/api/templates", templates),
    Route("/api/templates/{namespace}/{name}", template),
]
