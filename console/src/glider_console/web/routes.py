"""All routes. The first that fits counts."""

from __future__ import annotations

from starlette.routing import BaseRoute, Route

from glider_console.settings import Settings
from glider_console.web import (
    actions,
    data,
    decks,
    errors,
    execution,
    executions,
    health,
    launching,
    logs,
    tasks,
    templates,
    viewer,
)
from glider_console.web.problems import problem
from glider_console.web.static import static_routes


async def _nothing(request: object) -> object:
    return problem(404, "NotFound", "The console has no such address.")


def routes_of(settings: Settings) -> list[BaseRoute]:
    """The routes of a console."""
    return [
        *actions.ROUTES,
        *data.ROUTES,
        *decks.ROUTES,
        *errors.ROUTES,
        *execution.ROUTES,
        *executions.ROUTES,
        *health.ROUTES,
        *launching.ROUTES,
        *logs.ROUTES,
        *tasks.ROUTES,
        *templates.ROUTES,
        *viewer.ROUTES,
        Route("/api/{path:path}", _nothing, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
        *static_routes(settings.static),
    ]
