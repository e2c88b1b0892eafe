"""One execution: all that is known about it, once and as it changes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

import anyio
from anyio import to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from glider.storage.errors import StorageError
from glider_client.access.rights import Right
from glider_client.cluster import paths
from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import ClusterError, ForbiddenError, NotFoundError, UnauthorizedError
from glider_console.context import console_of, viewer_of
from glider_console.execution.document import document_of, version_of, yaml_of
from glider_console.execution.origins import origins_of
from glider_console.execution.reading import Found, read, read_record, read_sources
from glider_console.history.segments import HistoryError
from glider_console.live.changes import Selected, watching
from glider_console.live.queries import Query
from glider_console.web.data import attempt_number
from glider_console.web.events import Event, event_stream, last_event_id
from glider_console.web.found import Execution, find
from glider_core.api.execution import is_finished
from glider_core.api.labels import EXECUTION_UID, RERUN_OF
from glider_core.config import Config

T = TypeVar("T")

#: Changes that follow each other are sent as one.
_TOGETHER = 0.2
#: No watch is kept for Events. While it waits, which they may explain, they are read so often, in seconds; and while it runs.
_WAITS, _RUNS = 5.0, 30.0
#: After so many seconds an API server that doesn't answer is asked again.
_AGAIN = 2.0


async def execution(request: Request) -> JSONResponse:
    """What there is to show of an execution."""
    document = document_of(await _read(request), now=datetime.now(UTC))
    return JSONResponse({"version": version_of(document), **document})


async def as_yaml(request: Request) -> JSONResponse:
    """The execution, its template and its pods as YAML."""
    found = await _read(request)
    return JSONResponse({"documents": await to_thread.run_sync(yaml_of, found)})


async def origin(request: Request) -> JSONResponse:
    """Where each value of an attempt's pod is from; without a number, of the latest attempt."""
    asked = request.query_params.get("attempt", "")
    number = attempt_number(asked) if asked else None
    config, found = await _configuration(request), await _find(request)
    template = found.record.template if found.record is not None else None

    def answered(cluster: Cluster) -> dict[str, Any]:
        sources = read_sources(cluster, found.document, template=template, config=config)
        attempts = (sources.execution.get("status") or {}).get("attempts") or [{"number": 0}]
        return origins_of(sources, number=attempts[-1]["number"] if number is None else number)

    return JSONResponse(await console_of(request).ask(viewer_of(request), answered))


async def _configuration(request: Request) -> Config | None:
    """The configuration of the operator beside the console, for those who may see in pods what comes of it."""
    console, right = console_of(request), Right(verb="get", resource="pods", group="", namespace=request.path_params["namespace"])
    if not await console.reviews.allowed(viewer_of(request), right):
        return None
    return console.data.usable_config()


async def repeated(request: Request) -> JSONResponse:
    """The name of the execution that this one repeats, and whether only the history has it; empty where it is gone, or isn't the viewer's
    to list.
    """
    console, who, namespace = console_of(request), viewer_of(request), request.path_params["namespace"]
    uid = ((await _find(request)).document["metadata"].get("labels") or {}).get(RERUN_OF, "")
    try:
        rows = await console.live.rows(who, namespace=namespace, query=Query())
        if name := next((row.name for row in rows if row.uid == uid), ""):
            return JSONResponse({"name": name, "archived": False})
        record = await console.history.record(console.reviews, who, namespace=namespace, name=uid)
    except (ForbiddenError, HistoryError, StorageError):
        record = None
    name = record.execution["metadata"]["name"] if record is not None else ""
    return JSONResponse({"name": name, "archived": bool(name)})


async def stream(request: Request) -> Response:
    """The same, whenever it has changed.

    Raises:
        ClusterError: there is nothing to follow, or not for this viewer.
    """
    asked, path = request.query_params, paths.executions(**_named(request))
    await console_of(request).ask(viewer_of(request), lambda cluster: cluster.get(path))
    return event_stream(_changes(request, uid=asked.get("uid", ""), known=last_event_id(request) or asked.get("known", "")))


async def _changes(request: Request, *, uid: str, known: str) -> AsyncIterator[Event]:
    namespace, name = request.path_params["namespace"], request.path_params["name"]
    selected = [
        Selected(path=paths.executions(namespace), fields=f"metadata.name={name}"),
        Selected(path=paths.pods(namespace), labels=f"{EXECUTION_UID}={uid}"),
    ]
    problem = ""
    async with watching(console_of(request).streams.of(viewer_of(request)), selected) as changes:
        at_most: float | None = 0.0
        while True:
            await changes.wait(at_most=at_most)
            await anyio.sleep(_TOGETHER)
            try:
                found = await _read(request)
            except (NotFoundError, HistoryError):
                yield Event(type="deleted", data={"message": f"The execution {name} was deleted."})
                return
            except (ForbiddenError, UnauthorizedError) as error:
                yield Event(type="problem", data={"message": str(error)})
                return
            except ClusterError as error:
                if str(error) != problem:
                    problem = str(error)
                    yield Event(type="problem", data={"message": problem})
                at_most = _AGAIN
                continue
            if found.facts.execution["metadata"]["uid"] != uid:
                message = f"The execution {name} was deleted. Another one has its name now: reload the page to see it."
                yield Event(type="deleted", data={"message": message})
                return
            if found.archived is not None:
                message = f"The execution {name} was deleted from the cluster. The history has it: reload the page to see that."
                yield Event(type="deleted", data={"message": message})
                return
            document = document_of(found, now=datetime.now(UTC))
            if (version := version_of(document)) != known or problem:
                known, problem = version, ""
                yield Event(type="document", data=document, id=version)
            at_most = None if is_finished(found.facts.execution) else _WAITS if document["waiting"] else _RUNS


async def _find(request: Request) -> Execution:
    return await find(console_of(request), viewer_of(request), **_named(request))


async def _read(request: Request) -> Found:
    console, who = console_of(request), viewer_of(request)

    async def ask(question: Callable[[Cluster], T]) -> T:
        return await console.ask(who, question)

    found = await _find(request)
    if found.record is not None:
        return await read_record(ask, found.record, missing=found.missing)
    return await read(ask, found.document)


def _named(request: Request) -> dict[str, str]:
    """The execution that the address names."""
    return {"namespace": request.path_params["namespace"], "name": request.path_params["name"]}


_ONE = "/api/executions/{namespace}/{name}"
ROUTES = [
    Route(_ONE, execution),
    Route(f"{_ONE}/origin", origin),
    Route(f"{_ONE}/repeated", repeated),
    Route(f"{_ONE}/stream", stream),
    Route(f"{_ONE}/yaml", as_yaml),
]
