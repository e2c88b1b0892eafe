"""Projects and domains: those whose namespaces the caller may list tasks in."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping

from flyteidl.admin import project_pb2

from glider.wire.jsonform import FieldError, nothing
from glider_admin.errors import Code, RefusedError
from glider_admin.front import Call
from glider_admin.handlers.handler import Handler
from glider_admin.listing.fields import Field, Fields, Kind
from glider_admin.listing.pages import page_of
from glider_admin.messages.places import places_of
from glider_client.access.rights import Right
from glider_core.api.labels import TEMPLATES

_FIELDS: Fields[project_pb2.Project] = Fields(
    entity="project",
    by_name={
        "identifier": Field(read=lambda project: project.id),
        "name": Field(read=lambda project: project.name),
        "description": Field(read=lambda project: project.description),
        "state": Field(read=lambda project: project.state, kind=Kind.NUMBER),
        # nobody creates projects here: clients sort by this where they are not asked for another order
        "created_at": Field(read=lambda project: None, kind=Kind.TIME),
    },
    key=lambda project: project.id,
)
#: How many reviews of one call the API server gets at once.
_AT_ONCE = 8


async def list_projects(call: Call, request: project_pb2.ProjectListRequest) -> project_pb2.Projects:
    """Those that have tasks or executions, or a row in the settings' table."""
    call.front.cache.require_listed()
    settings, cache = call.front.settings, call.front.cache
    namespaces = {*cache.templates.namespaces(), *cache.executions.namespaces(), *settings.watch_namespaces}
    namespaces |= {assigned.namespace for assigned in settings.namespaces}
    allowed = await _listable(call, namespaces)
    domains: dict[str, set[str]] = {}
    for namespace in allowed:
        for place in places_of(namespace, settings=settings):
            domains.setdefault(place.project, set()).add(place.domain)
    projects = [_project(name, found, settings.domains) for name, found in domains.items()]
    page = page_of(projects, request, fields=_FIELDS, message=lambda project: project)
    return project_pb2.Projects(projects=page.items, token=page.token)


async def get_project(call: Call, request: project_pb2.ProjectGetRequest) -> project_pb2.Project:
    """One project with its domains, also before it has anything."""
    if not request.id:
        raise FieldError("id", expected="a project", found=nothing())
    settings = call.front.settings
    namespaces = {domain: call.namespace(request.id, domain) for domain in settings.domains}
    namespaces |= {place.domain: place.namespace for place in settings.namespaces if place.project == request.id}
    allowed = await _listable(call, set(namespaces.values()))
    found = {domain for domain, namespace in namespaces.items() if namespace in allowed}
    if not found:
        where = ", ".join(sorted(set(namespaces.values())))
        message = f"There is no project {request.id}, or none for you: that takes the right to list tasktemplates in one of {where}."
        raise RefusedError(Code.NOT_FOUND, message)
    return _project(request.id, found, settings.domains)


async def get_domains(call: Call, request: project_pb2.GetDomainRequest) -> project_pb2.GetDomainsResponse:
    """Those of the settings."""
    settings = call.front.settings
    names = dict.fromkeys((*settings.domains, *(place.domain for place in settings.namespaces)))
    return project_pb2.GetDomainsResponse(domains=_domains(names))


async def register_project(call: Call, request: project_pb2.ProjectRegisterRequest) -> project_pb2.ProjectRegisterResponse:
    """Nobody creates projects here: a namespace is one as soon as it is there."""
    namespace = call.namespace(request.project.id, call.front.settings.domains[0])
    message = f"Projects are namespaces here, and the cluster's administrators create them: kubectl create namespace {namespace}"
    raise RefusedError(Code.UNIMPLEMENTED, message)


async def _listable(call: Call, namespaces: Collection[str]) -> Collection[str]:
    """Those in which the caller may list tasks."""
    reviews = call.front.reviews
    if await reviews.allowed(call.caller, Right(verb="list", resource=TEMPLATES)):
        return namespaces
    room = asyncio.Semaphore(_AT_ONCE)

    async def review(namespace: str) -> bool:
        async with room:
            return await reviews.allowed(call.caller, Right(verb="list", resource=TEMPLATES, namespace=namespace))

    asked = sorted(namespaces)
    answers = await asyncio.gather(*map(review, asked))
    return {namespace for namespace, allowed in zip(asked, answers, strict=True) if allowed}


def _project(name: str, domains: Collection[str], order: Iterable[str]) -> project_pb2.Project:
    names = [domain for domain in order if domain in domains]
    return project_pb2.Project(id=name, name=name, domains=_domains([*names, *sorted(set(domains) - set(names))]))


def _domains(names: Iterable[str]) -> list[project_pb2.Domain]:
    return [project_pb2.Domain(id=name, name=name) for name in names]


HANDLERS: Mapping[str, Handler] = {
    "ListProjects": list_projects,
    "GetProject": get_project,
    "GetDomains": get_domains,
    "RegisterProject": register_project,
}
