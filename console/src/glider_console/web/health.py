"""The operators as they see themselves, and the checks of `glider doctor`. All is read with the viewer's own rights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import anyio
from aiohttp import WSMsgType
from anyio import to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from glider_client.access.rights import Right
from glider_client.checks.check import is_healthy
from glider_client.checks.examining import examine
from glider_client.cluster import paths
from glider_client.cluster.errors import ClusterError
from glider_client.cluster.operators import Operator, operators_of
from glider_console.access.viewer import Viewer
from glider_console.context import Console, console_of, viewer_of
from glider_console.health.forwarding import PROTOCOL, Answer, ForwardingError
from glider_console.health.forwarding import request as forwarded
from glider_console.health.replicas import Replica, health_port, is_running, operator_document

#: Of so many executions /debug shows what they wait for.
_MOST_EXECUTIONS = 50
_PATIENCE = 10.0
#: Pods that are asked at once: whoever may create a Deployment may have it taken for an operator's.
_AT_ONCE = 8
_FORWARD = Right(verb="get", group="", resource="pods", subresource="portforward")


async def health(request: Request) -> JSONResponse:
    """The operators that the viewer may see, with what each of their pods reports of itself."""
    console, viewer = console_of(request), viewer_of(request)
    operators = await console.ask(viewer, operators_of)
    found: dict[str, dict[str, Any]] = {}
    turns = anyio.Semaphore(_AT_ONCE)

    async def put(operator: Operator) -> None:
        found[str(operator)] = await _operator(console, viewer, operator, turns=turns)

    async with anyio.create_task_group() as group:
        for operator in operators:
            group.start_soon(put, operator)
    return JSONResponse({"operators": [found[name] for name in sorted(found)]})


async def checks(request: Request) -> JSONResponse:
    """What `glider doctor` finds, but for executions without an operator, whose own pages show it."""
    console, viewer = console_of(request), viewer_of(request)
    found = await console.ask(viewer, lambda cluster: list(examine(cluster, now=lambda: datetime.now(UTC), executions=False)))
    return JSONResponse({"healthy": is_healthy(found), "checks": [check.document for check in found]})


async def _operator(console: Console, viewer: Viewer, operator: Operator, *, turns: anyio.Semaphore) -> dict[str, Any]:
    path, query = paths.pods(operator.namespace), {"labelSelector": operator.selector}
    try:
        pods = await console.ask(viewer, lambda cluster: list(cluster.items(path, query=query)))
    except ClusterError as error:
        return operator_document(operator, [], problem=str(error))
    replicas: dict[str, Replica] = {}

    async def put(pod: Mapping[str, Any]) -> None:
        async with turns:
            replicas[pod["metadata"]["name"]] = await _replica(console, viewer, pod, port=health_port(operator))

    async with anyio.create_task_group() as group:
        for pod in pods:
            group.start_soon(put, pod)
    return operator_document(operator, [replicas[name] for name in sorted(replicas)])


async def _replica(console: Console, viewer: Viewer, pod: Mapping[str, Any], *, port: int) -> Replica:
    if not is_running(pod):
        return Replica(pod=pod, problem="The pod doesn't run.")
    try:
        with anyio.fail_after(_PATIENCE):
            return Replica(pod=pod, debug=await _debug(console, viewer, pod, port=port))
    except TimeoutError:
        return Replica(pod=pod, problem=f"It gave no answer for {_PATIENCE:.0f} s.")
    except ForwardingError as error:
        return Replica(pod=pod, problem=f"Port {port} gave no answer: {error}.")
    except ClusterError as error:
        return Replica(pod=pod, problem=str(error))


async def _debug(console: Console, viewer: Viewer, pod: Mapping[str, Any], *, port: int) -> Any:
    metadata, answer = pod["metadata"], Answer()
    await console.reviews.require(viewer, replace(_FORWARD, namespace=metadata["namespace"]))
    path = f"{paths.pods(metadata['namespace'], metadata['name'])}/portforward"
    async with console.streams.of(viewer).websocket(path, query={"ports": str(port)}, protocols=(PROTOCOL,)) as channel:
        await channel.send_bytes(forwarded("/debug", {"limit": str(_MOST_EXECUTIONS)}))
        async for message in channel:
            if message.type is WSMsgType.BINARY and answer.take(message.data):
                break
    return await to_thread.run_sync(answer.document)


ROUTES = [Route("/api/health", health), Route("/api/health/checks", checks)]
