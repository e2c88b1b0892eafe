"""The front end: files with a hash in their names, which never change, and one page for all other addresses."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from glider_console.context import console_of

_FOR_EVER = "public, max-age=31536000, immutable"


class _Assets(StaticFiles):
    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = _FOR_EVER
        return response


async def index(request: Request) -> Response:
    """The page of the front end, which reads the address itself."""
    return FileResponse(console_of(request).settings.static / "index.html", headers={"Cache-Control": "no-cache"})


def static_routes(folder: Path) -> list[BaseRoute]:
    """The routes for the built front end in `folder`."""
    return [Mount("/assets", _Assets(directory=folder / "assets", check_dir=False)), Route("/{path:path}", index)]
