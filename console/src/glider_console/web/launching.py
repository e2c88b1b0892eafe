"""The launch form: what it consists of, whether what was entered is right, and the execution that it makes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from random import Random
from typing import Any

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from glider.wire.jsonform import FieldError, words
from glider_client.access.rights import Right
from glider_client.cluster import paths
from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import NotFoundError
from glider_client.inputs.declarations import Input, declared
from glider_client.sdk.creating import create_once
from glider_client.sdk.documents import new_name
from glider_client.sdk.restoring import restore_template
from glider_client.sdk.starting import of_template
from glider_console.access.viewer import Viewer
from glider_console.context import Console, console_of, viewer_of
from glider_console.launch.beginning import beginning, inputs_in
from glider_console.launch.checking import Checked, RefusedError, checked
from glider_console.launch.documents import read_filled
from glider_console.web.found import Execution, find
from glider_core.config import Config
from glider_core.history.records import Record

Json = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Source:
    """What a form is for: a TaskTemplate, or the task that is written out in an execution, which is repeated."""

    namespace: str
    base: str
    inputs: Sequence[Input]
    template: Json | None = None
    execution: Json | None = None
    record: Record | None = None


def _of_template(cluster: Cluster, namespace: str, name: str) -> _Source:
    found = cluster.get(paths.templates(namespace, name))
    task = of_template(found)
    return _Source(namespace=namespace, base=task.base, inputs=declared(task.interface), template=found)


def _of_execution(cluster: Cluster, found: Execution) -> _Source:
    """What repeats an execution. Of one in the history the template is as it was then, and is created again if it was deleted."""
    metadata, interface = found.document["metadata"], found.task(cluster).get("interface") or {}
    record = found.record if "taskRef" in found.document["spec"] else None
    return _Source(
        namespace=metadata["namespace"],
        base=metadata["name"],
        inputs=declared(interface),
        template=record.template if record is not None else None,
        execution=found.document,
        record=record,
    )


_KINDS = ("templates", "executions")


async def _source(console: Console, who: Viewer, place: Json) -> _Source:
    """The source that an address or a request names."""
    kind, namespace, name = (str(place.get(one) or "") for one in ("kind", "namespace", "name"))
    if kind not in _KINDS:
        raise FieldError("source.kind", expected=f"one of {', '.join(_KINDS)}", found=kind)
    if kind == "templates":
        return await console.ask(who, lambda cluster: _of_template(cluster, namespace, name))
    if not name:
        raise NotFoundError("expected the name of an execution, found an empty one.")
    found = await find(console, who, namespace=namespace, name=name)
    return await console.ask(who, lambda cluster: _of_execution(cluster, found))


async def form(request: Request) -> JSONResponse:
    """The form: its parts, and what they begin with, as an execution or the address has it."""
    given = inputs_in(request.query_params.get("inputs", ""))
    repeated = request.query_params.get("from", "")

    console, who = console_of(request), viewer_of(request)
    source = await _source(console, who, request.path_params)
    execution = source.execution
    if repeated:
        place, _, name = repeated.rpartition("/")
        execution = (await find(console, who, namespace=place or source.namespace, name=name)).document
    right = Right(verb="create", namespace=source.namespace)
    forbidden = "" if await console.reviews.allowed(who, right) else f"You may not {right}."
    named = {"namespace": source.namespace, "name": new_name(source.base), "forbidden": forbidden}
    return JSONResponse({**named, **beginning(source.inputs, given=given, execution=execution, templated=source.template is not None)})


async def check(request: Request) -> JSONResponse:
    """What is wrong with what was entered, by field, and the execution that it makes."""
    console, who, body = console_of(request), viewer_of(request), await body_of(request)
    source = await _source(console, who, request.path_params)
    found = await to_thread.run_sync(lambda: _checked(body, source, config=console.data.usable_config()))
    return JSONResponse(found.as_json())


def _checked(body: Json, source: _Source, *, config: Config | None, suggested: str = "") -> Checked:
    """What was entered, checked. Without the operator's configuration what depends on it isn't."""
    filled = read_filled(body.get("form"))
    filled = replace(filled, name=filled.name or suggested)
    template = source.template
    return checked(filled, source.inputs, namespace=source.namespace, template=template, now=_now(body), config=config)


def _now(body: Json) -> datetime:
    """What `now` counts from: who creates what was shown sends the time of that."""
    given = body.get("now")
    if given is None:
        return datetime.now(UTC)
    try:
        return datetime.fromisoformat(str(given)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise FieldError("now", expected="the time that a check came with", found=given) from error


async def create(request: Request) -> JSONResponse:
    """Create the execution that a form makes: once, however often the same form is sent."""
    console, who = console_of(request), viewer_of(request)
    body = await body_of(request)
    place, suggested = body.get("source"), body.get("name")
    if not isinstance(place, dict) or not isinstance(suggested, str) or not suggested:
        raise FieldError("the request", expected="source, an object, and name, the name that the form came with", found=body)
    await console.reviews.require(who, Right(verb="create", namespace=str(place.get("namespace"))))
    source = await _source(console, who, place)

    def act(cluster: Cluster) -> Json:
        found = _checked(body, source, config=console.data.usable_config(), suggested=suggested)
        if found.errors:
            raise RefusedError(found.errors[0])
        document, own = _named(found.document, suggested)
        if source.record is not None:
            restore_template(cluster, source.record)
        return create_once(cluster, document, repeats=own)

    created = await console.ask(who, act)
    metadata = {field: created["metadata"][field] for field in ("namespace", "name", "uid")}
    return JSONResponse(metadata, status_code=201)


def _named(document: Json, suggested: str) -> tuple[Json, bool]:
    """The document with a name, and whether the form has made that: then it is the same each time that this form is sent."""
    metadata = dict(document["metadata"])
    begun, name = metadata.pop("generateName", None), metadata.get("name")
    if not name:
        name = new_name(str(begun).rstrip("-"), random=Random(suggested)) if begun else suggested
        return {**document, "metadata": {**metadata, "name": name}}, True
    return document, name == suggested


async def body_of(request: Request) -> Json:
    """The JSON object that `request` carries.

    Raises:
        FieldError: it carries something else.
    """
    try:
        body = json.loads(await request.body())
        json.dumps(body, ensure_ascii=False, allow_nan=False).encode()  # NaN and halves of characters are nothing that could be sent on
    except (ValueError, RecursionError) as error:
        raise FieldError("the request", expected="JSON", found=words("something else")) from error
    if not isinstance(body, dict):
        raise FieldError("the request", expected="an object", found=body)
    return body


ROUTES = [
    Route("/api/{kind}/{namespace}/{name}/form", form),
    Route("/api/{kind}/{namespace}/{name}/check", check, methods=["POST"]),
    Route("/api/executions", create, methods=["POST"]),
]
