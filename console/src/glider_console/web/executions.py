"""The list of executions: a page of it, and a stream of what changes in a part of it. Those of the history are beside the live ones."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AsyncExitStack, aclosing
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from glider.wire.jsonform import FieldError
from glider_console.access.viewer import Viewer
from glider_console.context import Console, console_of, viewer_of
from glider_console.history.past import DAYS, MOST_DAYS, Past, Reach, following, once
from glider_console.live.namespaces import namespaces_of
from glider_console.live.queries import Query, parse_query
from glider_console.live.tasks import templates_of
from glider_console.live.views import MOST_ROWS, Window
from glider_console.web.events import Event, event_stream
from glider_console.web.problems import problem_of
from glider_core.api.labels import EXECUTIONS, TEMPLATES

#: In an address: only what the cluster has.
_NO_HISTORY = "none"
_HISTORY = "history"


async def executions(request: Request) -> Response:
    """A page of the executions."""
    console, viewer, parameters = console_of(request), viewer_of(request), request.query_params
    namespace, window = parameters.get("namespace", ""), _window(parameters)
    await console.live.admit(viewer, namespace)
    query, reach = await _query(console, viewer, parameters), _reach(console, parameters)
    past = None if reach is None else await once(console.history.segments, namespace=namespace, query=query(), reach=reach)
    page = await console.live.page(viewer, namespace=namespace, query=query(), window=window, beside=past)
    return Response(page, media_type="application/json")


async def stream(request: Request) -> Response:
    """A window of the executions, and what changes in it."""
    console, viewer, parameters = console_of(request), viewer_of(request), request.query_params
    namespace, window = parameters.get("namespace", ""), _window(parameters)
    await console.live.admit(viewer, namespace)
    query, reach = await _query(console, viewer, parameters), _reach(console, parameters)
    return event_stream(_events(console, viewer, namespace, query, window, reach))


async def namespaces(request: Request) -> JSONResponse:
    """The namespaces to choose from."""
    console = console_of(request)
    resource = request.query_params.get("resource", EXECUTIONS)
    if resource not in (EXECUTIONS, TEMPLATES):
        raise FieldError("resource", expected=f"{EXECUTIONS} or {TEMPLATES}", found=resource)
    found = await namespaces_of(
        viewer_of(request), ask=console.ask, reviews=console.reviews, configured=console.settings.namespaces, resource=resource
    )
    return JSONResponse({"all": found.all, "namespaces": list(found.names)})


async def _events(
    console: Console, viewer: Viewer, namespace: str, query: Callable[[], Query], window: Window, reach: Reach | None
) -> AsyncGenerator[Event]:
    async with AsyncExitStack() as stack:
        past: Past | None = None
        if reach is None and console.history.is_kept:
            yield Event(type=_HISTORY, data={"state": "off", "message": ""})
        if reach is not None:
            past = await stack.enter_async_context(following(console.history.segments, namespace=namespace, query=query, reach=reach))
        changes = console.live.follow(viewer, namespace=namespace, query=query, window=window, beside=past)
        async for change in await stack.enter_async_context(aclosing(changes)):
            kind = _HISTORY if change.type == "beside" else change.type
            yield Event(type=kind, data=change.data if isinstance(change.data, bytes | dict) else _problem(console, change.data))


def _problem(console: Console, error: Exception) -> bytes:
    answer = problem_of(error, local=console.entrance.local)
    assert answer is not None
    return bytes(answer.body)


async def _query(console: Console, viewer: Viewer, parameters: Mapping[str, str]) -> Callable[[], Query]:
    """The query as of now, whenever it is called.

    Raises:
        FieldError: a parameter isn't what it has to be.
    """
    parse_query(parameters, now=datetime.now(UTC))
    task, namespace = parameters.get("task", "").strip(), parameters.get("namespace", "")
    templates = await templates_of(task, viewer=viewer, namespace=namespace, ask=console.ask)
    return lambda: parse_query(parameters, now=datetime.now(UTC), templates=templates)


def _reach(console: Console, parameters: Mapping[str, str]) -> Reach | None:
    """How far back the history is to be beside the live executions; None where it isn't, or there is none.

    Raises:
        FieldError: the parameter isn't what it has to be.
    """
    text = parameters.get("history", "")
    if text == _NO_HISTORY or not console.history.is_kept:
        return None
    return Reach(days=_number({"history": text.removesuffix("d")}, "history", DAYS, MOST_DAYS))


def _window(parameters: Mapping[str, str]) -> Window:
    return Window(_number(parameters, "offset", 0, 10_000_000), _number(parameters, "limit", 100, MOST_ROWS))


def _number(parameters: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = parameters.get(name, "")
    if not text:
        return default
    if not text.isascii() or not text.isdecimal() or len(text) > 9 or int(text) > most:
        raise FieldError(name, expected=f"a number of at most {most}", found=text)
    return int(text)


ROUTES = [
    Route("/api/executions", executions),
    Route("/api/executions/stream", stream),
    Route("/api/namespaces", namespaces),
]
