"""The names of registered entities, each once whatever versions it has, and what is written about them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from flyteidl.admin import common_pb2, description_entity_pb2
from flyteidl.core import identifier_pb2

from glider.wire.jsonform import FieldError, words
from glider_admin.entities.kept import Kept
from glider_admin.errors import Code, RefusedError
from glider_admin.front import Call
from glider_admin.handlers.contents import made_of, page_of_contents
from glider_admin.handlers.entries import Entry, fields_of
from glider_admin.handlers.handler import Handler
from glider_admin.handlers.launch_plans import launch_plan_entries
from glider_admin.handlers.tasks import task_entries
from glider_admin.handlers.workflows import workflow_entries
from glider_admin.listing.fields import Fields
from glider_admin.listing.pages import page_of
from glider_admin.messages.identifiers import Place, place_of
from glider_admin.messages.registrations import check_identifier, kind_name

_TASK, _WORKFLOW, _LAUNCH_PLAN = identifier_pb2.TASK, identifier_pb2.WORKFLOW, identifier_pb2.LAUNCH_PLAN
_ENTRIES: Mapping[int, Callable[..., Awaitable[Sequence[Entry[Any]]]]] = {
    _TASK: task_entries,
    _WORKFLOW: workflow_entries,
    _LAUNCH_PLAN: launch_plan_entries,
}
_FIELDS: Fields[Entry[Any]] = fields_of("entities")
_BY_NAME = common_pb2.Sort(key="name", direction=common_pb2.Sort.ASCENDING)
_Names = common_pb2.NamedEntityIdentifierList


async def _entries(call: Call, kind: int, place: Place, *, name: str = "") -> Sequence[Entry[Any]]:
    if kind not in _ENTRIES:
        known = ", ".join(kind_name(one) for one in (_TASK, _WORKFLOW, _LAUNCH_PLAN))
        raise FieldError("resource_type", expected=f"one of {known}", found=words(kind_name(kind)))
    return await _ENTRIES[kind](call, place, name=name)


async def _newest(call: Call, kind: int, place: Place, *, name: str = "") -> Sequence[Entry[Any]]:
    """The newest version of each name."""
    entries = await _entries(call, kind, place, name=name)
    return list({entry.name: entry for entry in sorted(entries, key=lambda one: one.created)}.values())


def _ids(kind: int) -> Handler:
    async def list_ids(call: Call, request: common_pb2.NamedEntityIdentifierListRequest) -> _Names:
        page = page_of(await _newest(call, kind, place_of(request)), request, fields=_FIELDS, message=_identifier, default=_BY_NAME)
        return _Names(entities=page.items, token=page.token)

    return list_ids


def _identifier(entry: Entry[Any]) -> common_pb2.NamedEntityIdentifier:
    return common_pb2.NamedEntityIdentifier(project=entry.place.project, domain=entry.place.domain, name=entry.name)


def _named(entry: Entry[Any], content: Kept | None, *, kind: int) -> common_pb2.NamedEntity:
    metadata = common_pb2.NamedEntityMetadata(description=_description(entry, content).short_description)
    return common_pb2.NamedEntity(resource_type=kind_name(kind), id=_identifier(entry), metadata=metadata)


def _description(entry: Entry[Any], content: Kept | None) -> description_entity_pb2.DescriptionEntity:
    return description_entity_pb2.DescriptionEntity() if entry.description is None else entry.description(content)


def _to_describe(entry: Entry[Any]) -> Entry[Any]:
    """The entry without what is kept, where that has no description."""
    return replace(entry, kept=None) if entry.description is None else entry


async def list_named_entities(call: Call, request: common_pb2.NamedEntityListRequest) -> common_pb2.NamedEntityList:
    """All names of a kind."""
    kind = request.resource_type
    newest = [_to_describe(entry) for entry in await _newest(call, kind, place_of(request))]
    page = await page_of_contents(call, newest, request, fields=_FIELDS, message=partial(_named, kind=kind), default=_BY_NAME)
    return common_pb2.NamedEntityList(entities=page.items, token=page.token)


async def get_named_entity(call: Call, request: common_pb2.NamedEntityGetRequest) -> common_pb2.NamedEntity:
    """One name."""
    if not request.id.name:
        raise FieldError("id.name", expected="the name of a task, a workflow or a launch plan", found="")
    newest = await _newest(call, request.resource_type, place_of(request.id), name=request.id.name)
    for entry in newest:
        if found := await made_of(call, _to_describe(entry), partial(_named, kind=request.resource_type)):
            return found
    raise _missing(request.resource_type, request.id.name, place_of(request.id))


async def get_description_entity(call: Call, request: common_pb2.ObjectGetRequest) -> description_entity_pb2.DescriptionEntity:
    """What the author wrote about a version."""
    kind = request.id.resource_type
    check_identifier(request.id, kind)
    entries = await _entries(call, kind, place_of(request.id), name=request.id.name)
    for entry in entries:
        if entry.version != request.id.version:
            continue
        if found := await made_of(call, _to_describe(entry), partial(_described, kind=kind)):
            return found
    raise _missing(kind, f"{request.id.name} of version {request.id.version}", place_of(request.id))


async def list_description_entities(
    call: Call, request: description_entity_pb2.DescriptionEntityListRequest
) -> description_entity_pb2.DescriptionEntityList:
    """What the author wrote about each version."""
    kind = request.resource_type
    entries = [_to_describe(entry) for entry in await _entries(call, kind, place_of(request.id), name=request.id.name)]
    page = await page_of_contents(call, entries, request, fields=_FIELDS, message=partial(_described, kind=kind))
    return description_entity_pb2.DescriptionEntityList(descriptionEntities=page.items, token=page.token)


def _described(entry: Entry[Any], content: Kept | None, *, kind: int) -> description_entity_pb2.DescriptionEntity:
    made = description_entity_pb2.DescriptionEntity()
    made.CopyFrom(_description(entry, content))
    identifier = {"project": entry.place.project, "domain": entry.place.domain, "name": entry.name, "version": entry.version}
    made.id.CopyFrom(identifier_pb2.Identifier(resource_type=kind_name(kind), **identifier))
    return made


def _missing(kind: int, name: str, place: Place) -> RefusedError:
    words = kind_name(kind).lower().replace("_", " ")
    return RefusedError(Code.NOT_FOUND, f"There is no {words} {name} in the project {place.project}, domain {place.domain}.")


HANDLERS: Mapping[str, Handler] = {
    "ListTaskIds": _ids(_TASK),
    "ListWorkflowIds": _ids(_WORKFLOW),
    "ListLaunchPlanIds": _ids(_LAUNCH_PLAN),
    "ListNamedEntities": list_named_entities,
    "GetNamedEntity": get_named_entity,
    "GetDescriptionEntity": get_description_entity,
    "ListDescriptionEntities": list_description_entities,
}
