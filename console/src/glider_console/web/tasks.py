"""What became of a task's executions: statistics of the rows that the viewer may see, live and in the history."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from glider_client.cluster import paths
from glider_client.cluster.errors import ForbiddenError
from glider_console.access.viewer import Viewer
from glider_console.context import Console, console_of, viewer_of
from glider_console.history.past import Past, Reach, once
from glider_console.live.queries import Query, time_of
from glider_console.tasks.report import report
from glider_console.tasks.runs import Version, runs_of, versions_of

#: How far back the history counts where no time is chosen.
_DAYS = 90


async def task(request: Request) -> JSONResponse:
    """The report of one task, by its full name."""
    console, viewer = console_of(request), viewer_of(request)
    namespace, name = request.path_params["namespace"], request.path_params["name"]
    since, version = time_of(request.query_params, "since", datetime.now(UTC)), request.query_params.get("version", "")
    rows = await console.live.rows(viewer, namespace=namespace, query=Query())
    versions = await _versions(console, viewer, namespace, name)
    past, problem = await _past(console, namespace, Query(task=name, templates=frozenset(versions), since=since))
    everything = runs_of(name, [*rows, *past.rows({row.uid for row in rows})], versions, since=since)
    runs = [run for run in everything if version in ("", run.version.name)]
    return JSONResponse({**report(name, runs, versions, everything=everything), "history": problem})


async def _past(console: Console, namespace: str, query: Query) -> tuple[Past, str]:
    """What the history has of the task, for those who may list executions there; and why that isn't all, in a sentence."""
    past = await once(console.history.segments, namespace=namespace, query=query, reach=Reach(days=_DAYS))
    cut = "The history has more executions of this task than are counted here: choose a shorter time." if past.state.get("cut") else ""
    return past, str(past.state["message"]) or cut


async def _versions(console: Console, viewer: Viewer, namespace: str, task: str) -> dict[str, Version]:
    """Those that the viewer may see; without that right, what executions contain themselves is known."""
    try:
        return await console.ask(viewer, lambda cluster: versions_of(task, cluster.items(paths.templates(namespace))))
    except ForbiddenError:
        return {}


ROUTES = [Route("/api/tasks/{namespace}/{name:path}", task)]
