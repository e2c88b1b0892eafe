"""Actions on executions: what each will do, and doing it, to one or to many. Each names the UID of the execution that it is for."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

import anyio
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from glider.wire.jsonform import FieldError
from glider_client.access.rights import Right
from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import ClusterError, ConflictError
from glider_client.sdk.acting import act, read
from glider_client.sdk.documents import new_name
from glider_client.sdk.restoring import restore_template
from glider_client.sdk.starting import of_execution, start_again
from glider_client.views.documents import without_managed_fields
from glider_console.access.viewer import Viewer
from glider_console.context import Console, console_of, viewer_of
from glider_console.launch.consequences import ACTIONS, RERUN, RIGHTS, VERBS, consequence
from glider_console.web.found import Execution, find
from glider_console.web.launching import body_of

Json = Mapping[str, Any]

#: Executions in one request, and how many of them are asked for at once.
_MOST, _AT_ONCE = 200, 8


async def actions(request: Request) -> JSONResponse:
    """What each action will do to an execution, whether it can be done, and whether the viewer may."""
    console, who = console_of(request), viewer_of(request)
    namespace, name = request.path_params["namespace"], request.path_params["name"]
    found = await find(console, who, namespace=namespace, name=name)
    answer = []
    for action in ACTIONS:
        right = Right(verb=RIGHTS[action], namespace=namespace)
        may = await console.reviews.allowed(who, right)
        forbidden = {} if may else {"possible": False, "why": f"You may not {right}."}
        answer.append({**consequence(action, found.document, archived=found.record is not None).as_json(), **forbidden})
    return JSONResponse({"uid": found.document["metadata"]["uid"], "actions": answer})


async def allowed(request: Request) -> JSONResponse:
    """Which actions the viewer may do in all of the namespaces, and why not."""
    console, who = console_of(request), viewer_of(request)
    namespaces = request.query_params.getlist("namespace")[:_MOST]
    answer = {}
    for action in ACTIONS:
        rights = [Right(verb=RIGHTS[action], namespace=namespace) for namespace in namespaces]
        refused = [right for right in rights if not await console.reviews.allowed(who, right)]
        answer[action] = f"You may not {refused[0]}." if refused else ""
    return JSONResponse({"refused": answer})


async def perform(request: Request) -> JSONResponse:
    """Do it to one execution."""
    console, who = console_of(request), viewer_of(request)
    action, body = request.url.path.rpartition("/")[2], await body_of(request)
    named = {name: request.path_params[name] for name in ("namespace", "name")}
    return JSONResponse(await _perform(console, who, action, {**named, "uid": body.get("uid")}, request=str(body.get("request") or "")))


async def perform_many(request: Request) -> JSONResponse:
    """Do it to several; what became of each, in their order."""
    console, who = console_of(request), viewer_of(request)
    action, body = request.path_params["action"], await body_of(request)
    subjects = body.get("executions")
    if not isinstance(subjects, list) or not all(isinstance(one, dict) for one in subjects) or len(subjects) > _MOST:
        raise FieldError("executions", expected=f"a list of at most {_MOST} executions, each with namespace, name and uid", found=subjects)
    results: list[Json] = [{} for _ in subjects]
    limit = anyio.CapacityLimiter(_AT_ONCE)

    async def one(index: int, subject: Json) -> None:
        async with limit:
            try:
                done = await _perform(console, who, action, subject, request=str(body.get("request") or ""))
                results[index] = {"done": True, "message": done["message"]}
            except (ClusterError, FieldError) as error:
                results[index] = {"done": False, "message": str(error)}

    async with anyio.create_task_group() as group:
        for index, subject in enumerate(subjects):
            group.start_soon(one, index, subject)
    return JSONResponse({"results": results})


async def _perform(console: Console, who: Viewer, action: str, subject: Json, *, request: str) -> dict[str, Any]:
    """What became of it: the execution as it is now, and a sentence. `request` names what was asked, so that it is done once."""
    namespace, name, uid = (subject.get(field) for field in ("namespace", "name", "uid"))
    if not (isinstance(namespace, str) and isinstance(name, str) and isinstance(uid, str) and namespace and name and uid):
        raise FieldError("executions", expected="namespace, name and uid, each a text", found=dict(subject))
    if action not in ACTIONS:
        raise FieldError("action", expected=f"one of {', '.join(ACTIONS)}", found=action)
    await console.reviews.require(who, Right(verb=RIGHTS[action], namespace=namespace))
    if action == RERUN:
        found = await find(console, who, namespace=namespace, name=name)
        _check(found.document, uid)
        return await console.ask(who, lambda cluster: _rerun(cluster, found, request=request))
    return await console.ask(who, lambda cluster: _done(cluster, action, namespace, name, uid))


def _check(found: Json, uid: str) -> None:
    if found["metadata"]["uid"] != uid:
        name = found["metadata"]["name"]
        raise ConflictError(f"{name} was deleted, and another execution has its name now. Nothing was done to that one: check it first.")


def _rerun(cluster: Cluster, found: Execution, *, request: str) -> dict[str, Any]:
    document = found.document
    name, uid = document["metadata"]["name"], document["metadata"]["uid"]
    again = new_name(name, random=Random(f"{request}/{uid}") if request else None)
    remark = restore_template(cluster, found.record) if found.record is not None else ""
    created = start_again(cluster, document, of_execution(cluster, document), inputs={}, name=again, repeats=bool(request))
    message = f"{again} runs {name} again." + (f" {remark[:1].upper()}{remark[1:]}." if remark else "")
    return {"execution": without_managed_fields(created), "message": message}


def _done(cluster: Cluster, action: str, namespace: str, name: str, uid: str) -> dict[str, Any]:
    found = read(cluster, name, namespace=namespace)
    _check(found, uid)
    acted = act(cluster, VERBS[action], found)
    if acted.refused:
        raise ConflictError(f"{name} {acted.words}.")
    return {"execution": without_managed_fields(acted.execution), "message": f"{name} {acted.words}."}


ROUTES = [
    Route("/api/actions", allowed),
    Route("/api/executions/{namespace}/{name}/actions", actions),
    *(Route(f"/api/executions/{{namespace}}/{{name}}/{action}", perform, methods=["POST"]) for action in ACTIONS),
    Route("/api/actions/{action}", perform_many, methods=["POST"]),
]
