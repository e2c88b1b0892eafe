"""Workflows: kept by version, fetched with the tasks that they are made of, and not run yet."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from flyteidl.admin import common_pb2, workflow_pb2
from flyteidl.core import identifier_pb2, tasks_pb2

from glider.wire.jsonform import FieldError, nothing
from glider_admin.entities.closures import key_of, tasks_in, without_closure, workflow_message
from glider_admin.entities.kept import EntityKind, Kept
from glider_admin.entities.obstacles import described, obstacles
from glider_admin.errors import RefusedError
from glider_admin.front import Call
from glider_admin.handlers import contents, keeping
from glider_admin.handlers.entries import Entry, fields_of
from glider_admin.handlers.handler import Handler
from glider_admin.handlers.tasks import get_task
from glider_admin.listing.fields import Fields
from glider_admin.messages.identifiers import Place, place_of
from glider_admin.messages.registrations import check_identifier
from glider_client.access.rights import Right
from glider_core.api.labels import API_VERSION, TEMPLATE_KIND, TEMPLATES

Json = Mapping[str, Any]

_KIND = EntityKind.WORKFLOW
_FIELDS: Fields[Entry[workflow_pb2.Workflow]] = fields_of("workflow")


async def create_workflow(call: Call, request: workflow_pb2.WorkflowCreateRequest) -> workflow_pb2.WorkflowCreateResponse:
    """A version of a workflow is kept."""
    check_identifier(request.id, identifier_pb2.WORKFLOW)
    if not request.spec.HasField("template"):
        raise FieldError("spec.template", expected="a workflow", found=nothing())
    spec = workflow_pb2.WorkflowSpec()
    spec.CopyFrom(request.spec)
    spec.template.id.CopyFrom(request.id)
    spec.template.id.resource_type = identifier_pb2.WORKFLOW
    reason = f"Glider runs tasks one by one; its nodes are {described(obstacles(spec))}"
    await keeping.keep(call, _KIND, request.id, spec, obstacles=reason, owners=await _owners(call, spec, place_of(request.id)))
    return workflow_pb2.WorkflowCreateResponse()


async def _owners(call: Call, spec: workflow_pb2.WorkflowSpec, place: Place) -> list[Json]:
    """The templates of its tasks: without them a workflow can't be fetched, so it goes when templateRetention takes the last one."""
    namespace, templates = call.namespace(place.project, place.domain), call.front.cache.templates
    if not await call.front.reviews.allowed(call.caller, Right(verb="get", resource=TEMPLATES, namespace=namespace)):
        return []
    tasks = [one for one in tasks_in(spec) if place_of(one) == place]
    rows = [row for one in tasks if (row := templates.version(namespace, task=one.name, version=one.version)) is not None]
    return [{"apiVersion": API_VERSION, "kind": TEMPLATE_KIND, "name": row.name, "uid": row.uid} for row in rows]


async def get_workflow(call: Call, request: common_pb2.ObjectGetRequest) -> workflow_pb2.Workflow:
    """One version, with its sub-workflows and tasks."""
    check_identifier(request.id, identifier_pb2.WORKFLOW)
    found = await keeping.required(call, _KIND, request.id)
    spec, place = found.spec, place_of(request.id)
    tasks = {key_of(one): await _task(call, one, workflow=found) for one in tasks_in(spec)}
    return workflow_message(spec, keeping.identifier_of(found, place), tasks=tasks, created=found.created)


async def _task(call: Call, identifier: identifier_pb2.Identifier, *, workflow: Kept) -> tasks_pb2.TaskTemplate:
    try:
        task = await get_task(call, common_pb2.ObjectGetRequest(id=identifier))
    except RefusedError as error:
        message = f"The workflow {workflow.name} of version {workflow.version} can't be fetched without its tasks. {error}"
        raise RefusedError(error.code, message) from error
    return task.closure.compiled_task.template


async def list_workflows(call: Call, request: common_pb2.ResourceListRequest) -> workflow_pb2.WorkflowList:
    """Versions of one workflow, or of all."""
    entries = await workflow_entries(call, place_of(request.id), name=request.id.name)
    page = await contents.listed(call, entries, request, fields=_FIELDS)
    return workflow_pb2.WorkflowList(workflows=page.items, token=page.token)


async def workflow_entries(call: Call, place: Place, *, name: str = "") -> list[Entry[workflow_pb2.Workflow]]:
    """All versions of the workflow of that name, or of all workflows.

    Raises:
        ClusterError: the caller may not list them.
    """
    return [_entry(one, place) for one in await keeping.versions(call, _KIND, place, name=name)]


def _entry(kept: Kept, place: Place) -> Entry[workflow_pb2.Workflow]:
    return Entry(
        place=place,
        name=kept.name,
        version=kept.version,
        created=kept.created,
        updated=kept.created,
        message=partial(_listed, place),
        description=lambda content: content.spec.description,
        kept=kept,
    )


def _listed(place: Place, kept: Kept) -> workflow_pb2.Workflow:
    return without_closure(kept.spec, keeping.identifier_of(kept, place), created=kept.created)


HANDLERS: Mapping[str, Handler] = {
    "CreateWorkflow": create_workflow,
    "GetWorkflow": get_workflow,
    "ListWorkflows": list_workflows,
}
