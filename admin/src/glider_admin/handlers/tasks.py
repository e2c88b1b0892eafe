"""Tasks: registered, fetched and listed. One that Glider can't run is kept, so that a project is registered as a whole."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, NoReturn

from flyteidl.admin import common_pb2, description_entity_pb2, task_pb2
from flyteidl.core import identifier_pb2

from glider.wire.jsonform import FieldError
from glider_admin.data import bundles
from glider_admin.entities.kept import EntityKind, Kept
from glider_admin.errors import Code, RefusedError
from glider_admin.front import Call
from glider_admin.handlers import contents, keeping
from glider_admin.handlers.entries import Entry, fields_of
from glider_admin.handlers.handler import Handler
from glider_admin.handlers.reading import inline_task
from glider_admin.listing.fields import Fields
from glider_admin.messages.identifiers import Place, place_of
from glider_admin.messages.registrations import check_identifier, registered_at
from glider_admin.messages.tasks import code_uri, is_same, registered_document, registered_spec, spec_in, task_message, task_of_spec
from glider_client.access.rights import Right
from glider_client.cluster import paths
from glider_client.cluster.errors import AlreadyExistsError, NotFoundError
from glider_client.conversion.documents import runs_in_part
from glider_client.conversion.specs import unsupported
from glider_client.registration.differing import differences
from glider_core.api.labels import TEMPLATES
from glider_core.api.template_names import task_selector

Json = Mapping[str, Any]

_FIELDS: Fields[Entry[task_pb2.Task]] = fields_of("task")
_MOST_DIFFERENCES = 10

logger = logging.getLogger(__name__)


async def create_task(call: Call, request: task_pb2.TaskCreateRequest) -> task_pb2.TaskCreateResponse:
    """A TaskTemplate for a version of a task that isn't there."""
    check_identifier(request.id, identifier_pb2.TASK)
    spec = registered_spec(request)
    if reason := unsupported(spec.template):
        await keeping.keep(call, EntityKind.TASK, request.id, spec, obstacles=f"it {reason}")
    else:
        namespace = call.namespace(request.id.project, request.id.domain)
        code = await bundles.code_of(call, namespace=namespace, uri=code_uri(spec.template))
        document = registered_document(spec, namespace=namespace, code=code, now=datetime.now(UTC))
        await _create(call, request.id, document, namespace=namespace, code=code)
        if reason := runs_in_part(document):
            logger.info(
                "registered, and won't run by itself: the task %s %s in %s: %s", request.id.name, request.id.version, namespace, reason
            )
    return task_pb2.TaskCreateResponse()


async def _create(call: Call, identifier: identifier_pb2.Identifier, document: Json, *, namespace: str, code: Json | None) -> None:
    templates, name = call.front.cache.templates, document["metadata"]["name"]
    other = templates.version(namespace, task=identifier.name, version=identifier.version)
    if other is not None and other.name != name:  # written by hand, under a name of its own
        there = templates.document(other)
        for verb in ("create", "get"):  # the refusal shows what is in it
            await call.require(Right(verb=verb, resource=TEMPLATES, namespace=namespace))
        _refuse(identifier, there, document)
    try:
        made = await call.ask(lambda cluster: cluster.create(paths.templates(namespace), document))
    except AlreadyExistsError:
        there = await _there(call, namespace, name)
        if is_same(there, document):  # the call that created it may have ended before the code was its own
            await _own(call, there, namespace=namespace, code=code)
        _refuse(identifier, there, document)
    else:
        templates.remember(made)
        await _own(call, made, namespace=namespace, code=code)


async def _own(call: Call, template: Json, *, namespace: str, code: Json | None) -> None:
    if code is not None:
        await bundles.own(call, namespace=namespace, code=code, template=template)


async def _there(call: Call, namespace: str, name: str) -> Json:
    message = f"The TaskTemplate {name} in the namespace {namespace} is being deleted. Register the task again in a moment."
    try:
        there = await call.ask(lambda cluster: cluster.get(paths.templates(namespace, name)))
    except NotFoundError as error:
        raise RefusedError(Code.ABORTED, message) from error
    if there["metadata"].get("deletionTimestamp"):
        raise RefusedError(Code.ABORTED, message)
    return there


def _refuse(identifier: identifier_pb2.Identifier, there: Json, here: Json) -> NoReturn:
    lines = [line for line in differences(there["spec"], here["spec"], path="spec") if not line.startswith("spec.id.")]
    shown = "".join(f"\n  {line}" for line in lines[:_MOST_DIFFERENCES])
    keeping.refuse_version("task", identifier, is_same=is_same(there, here), differences=shown)


async def get_task(call: Call, request: common_pb2.ObjectGetRequest) -> task_pb2.Task:
    """One version of a task."""
    check_identifier(request.id, identifier_pb2.TASK)
    namespace = call.namespace(request.id.project, request.id.domain)
    found = await call.template(namespace, task=request.id.name, version=request.id.version) or await inline_task(call, request.id)
    if found is None:
        return _kept_message(await keeping.required(call, EntityKind.TASK, request.id), place_of(request.id))
    try:
        return task_message(found, request.id)
    except FieldError as error:
        message = f"The TaskTemplate {found['metadata']['name']} in the namespace {namespace} isn't one that runs: {error}"
        raise RefusedError(Code.FAILED_PRECONDITION, message) from error


async def list_tasks(call: Call, request: common_pb2.ResourceListRequest) -> task_pb2.TaskList:
    """Versions of one task, or of all."""
    entries = await task_entries(call, place_of(request.id), name=request.id.name)
    page = await contents.listed(call, entries, request, fields=_FIELDS)
    return task_pb2.TaskList(tasks=page.items, token=page.token)


async def task_entries(call: Call, place: Place, *, name: str = "") -> Sequence[Entry[task_pb2.Task]]:
    """All versions of the task of that name, or of all tasks.

    Raises:
        ClusterError: the caller may not list them.
    """
    namespace = await _listable(call, place)
    templates = call.front.cache.templates
    kept = await keeping.kept_tasks(call, place, name=name)
    rows = templates.versions(namespace, task=name) if name else templates.of(namespace)  # after what is awaited: they may go meanwhile
    found = [_entry(partial(templates.document, row), place, name=row.task, version=row.version, created=row.created) for row in rows]
    if name and not found:
        found = await _just_registered(call, place, name=name)
    return [*found, *(_kept_entry(one, place) for one in kept)]


async def _just_registered(call: Call, place: Place, *, name: str) -> list[Entry[task_pb2.Task]]:
    """What another replica has written, and this one's watch doesn't have yet."""
    path, selector = paths.templates(call.namespace(place.project, place.domain)), task_selector(name)
    documents = await call.ask(lambda cluster: list(cluster.items(path, query={"labelSelector": selector})))
    found = []
    for document in documents:
        identity, created = document["spec"].get("id") or {}, registered_at(document["metadata"])
        if identity.get("name") != name:
            continue
        version = str(identity.get("version") or "")
        found.append(_entry(partial(dict, document), place, name=name, version=version, created=created))
    return found


def _entry(document: Callable[[], Json], place: Place, *, name: str, version: str, created: str) -> Entry[task_pb2.Task]:
    return Entry(
        place=place,
        name=name,
        version=version,
        created=created,
        updated=created,
        message=lambda _: _listed_message(document, place, name=name, version=version),
        description=lambda _: _description(document),
    )


async def _listable(call: Call, place: Place) -> str:
    namespace = call.namespace(place.project, place.domain)
    await call.require(Right(verb="list", resource=TEMPLATES, namespace=namespace))
    call.front.cache.require_listed()
    return namespace


def _kept_entry(kept: Kept, place: Place) -> Entry[task_pb2.Task]:
    return Entry(
        place=place,
        name=kept.name,
        version=kept.version,
        created=kept.created,
        updated=kept.created,
        message=partial(_kept_message, place=place),
        description=lambda content: content.spec.description,
        kept=kept,
    )


def _kept_message(kept: Kept, place: Place) -> task_pb2.Task:
    return task_of_spec(kept.spec, keeping.identifier_of(kept, place), created=kept.created)


def _description(document: Callable[[], Json]) -> description_entity_pb2.DescriptionEntity:
    try:
        return spec_in(document()).description
    except FieldError:
        return description_entity_pb2.DescriptionEntity()


def _listed_message(document: Callable[[], Json], place: Place, *, name: str, version: str) -> task_pb2.Task:
    """A TaskTemplate that isn't one that runs has its name alone in lists."""
    own = {"project": place.project, "domain": place.domain, "name": name, "version": version}
    identifier = identifier_pb2.Identifier(resource_type=identifier_pb2.TASK, **own)
    try:
        return task_message(document(), identifier)
    except FieldError:
        return task_pb2.Task(id=identifier)


HANDLERS: Mapping[str, Handler] = {
    "CreateTask": create_task,
    "GetTask": get_task,
    "ListTasks": list_tasks,
}
