"""Executions and their tasks, read for those who may: from the cache, or by one request of the caller's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flyteidl.core import identifier_pb2

from glider.wire.jsonform import FieldError, nothing
from glider_admin.errors import Code, RefusedError
from glider_admin.front import Call
from glider_admin.handlers.creating import note_receipt
from glider_admin.handlers.refusing import refuse_kept_task
from glider_admin.messages.identifiers import Place, task_id
from glider_admin.messages.originals import original_of
from glider_client.access.rights import Right
from glider_client.cluster.errors import ForbiddenError
from glider_core.api.labels import API_VERSION, TEMPLATE_KIND, TEMPLATES
from glider_core.api.task import PYTHON_TASK, TaskId

Json = Mapping[str, Any]


async def execution_of(call: Call, identifier: identifier_pb2.WorkflowExecutionIdentifier) -> Json:
    """The TaskExecution of that name.

    Raises:
        RefusedError: there is none, or no more.
        ForbiddenError: the caller may not read it.
    """
    if not identifier.name:
        raise FieldError("id.name", expected="the name of an execution", found=nothing())
    namespace = call.namespace(identifier.project, identifier.domain)
    found = await call.execution(namespace, identifier.name)
    if found is None:
        where = f"in the project {identifier.project}, domain {identifier.domain} (namespace {namespace})"
        message = f"There is no execution {identifier.name} {where}: it never was, or it has been deleted, as after its TTL."
        raise RefusedError(Code.NOT_FOUND, message)
    await note_receipt(call, found)
    return found


async def template_of(call: Call, identifier: identifier_pb2.Identifier) -> Json:
    """The TaskTemplate of a task; of its newest version where the identifier has none.

    Raises:
        RefusedError: there is none.
        ForbiddenError: the caller may not read it.
    """
    namespace = call.namespace(identifier.project, identifier.domain)
    where = f"in the project {identifier.project}, domain {identifier.domain} (namespace {namespace})"
    if identifier.version:
        found = await call.template(namespace, task=identifier.name, version=identifier.version)
        named = f"{identifier.name} of version {identifier.version}"
    else:
        await call.require(Right(verb="list", resource=TEMPLATES, namespace=namespace))
        templates = call.front.cache.templates
        newest = next(iter(templates.versions(namespace, task=identifier.name)), None)
        found, named = templates.document(newest) if newest is not None else None, f"{identifier.name} of any version"
    if found is None:
        await refuse_kept_task(call, identifier)
        raise RefusedError(Code.NOT_FOUND, f"There is no task {named} {where}. Register it first (pyflyte register).")
    return found


def identity_of(template: Json) -> TaskId:
    """The identity of a TaskTemplate's task."""
    metadata, own = template["metadata"], template["spec"].get("id") or {}
    default = TaskId.of(namespace=metadata["namespace"], name=metadata["name"])
    return TaskId(**{name: str(own.get(name) or getattr(default, name)) for name in ("project", "domain", "name", "version")})


def task_of(call: Call, execution: Json, *, place: Place) -> identifier_pb2.Identifier:
    """The task that `execution` runs, as a client in `place` asks for it. The cache has it, or the execution's own annotation."""
    original = original_of(execution)
    if original is not None:
        return original.launch_plan
    return task_id(place, identity_of(_template(call, execution)))


def type_of(call: Call, execution: Json) -> str:
    """Flyte's name for the kind of the task that `execution` runs."""
    return str(_template(call, execution)["spec"].get("type") or PYTHON_TASK)


def _template(call: Call, execution: Json) -> Json:
    """The template of `execution` as the cache has it; a bare one where it is gone, or where the task is written out."""
    name = ((execution.get("spec") or {}).get("taskRef") or {}).get("name")
    if name is None:
        return _written_out(execution)
    metadata = execution["metadata"]
    found = call.front.cache.templates.get(metadata["namespace"], name)
    return found or {"metadata": {"namespace": metadata["namespace"], "name": name}, "spec": {}}


async def inline_task(call: Call, identifier: identifier_pb2.Identifier) -> Json | None:
    """The task that is written out in the execution of that name, as a TaskTemplate; None where the caller can read none.

    A client that shows an execution asks for its task, also where nobody has registered one.
    """
    namespace = call.namespace(identifier.project, identifier.domain)
    if identifier.version != TaskId.of(namespace=namespace, name=identifier.name).version:
        return None
    try:
        found = await call.execution(namespace, identifier.name)
    except ForbiddenError:
        return None
    return _written_out(found) if found is not None and "task" in found["spec"] else None


def _written_out(execution: Json) -> Json:
    task = (execution.get("spec") or {}).get("task") or {}
    return {"apiVersion": API_VERSION, "kind": TEMPLATE_KIND, "metadata": execution["metadata"], "spec": task}
