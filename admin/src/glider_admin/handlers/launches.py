"""Executions begin: by a request, or as another one again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flyteidl.admin import execution_pb2
from flyteidl.core import identifier_pb2

from glider_admin.data.attached import check_files
from glider_admin.data.values import store_inputs
from glider_admin.errors import Code, RefusedError
from glider_admin.front import Call
from glider_admin.handlers.creating import create
from glider_admin.handlers.handler import Handler
from glider_admin.handlers.parents import belonging
from glider_admin.handlers.reading import execution_of, identity_of, task_of, template_of
from glider_admin.handlers.refusing import refuse_launch_plan, refuse_part
from glider_admin.messages import requests
from glider_admin.messages.identifiers import Place, execution_id, place_of, task_id
from glider_admin.messages.inputs import check_inputs
from glider_admin.messages.originals import FLYTE_REQUEST, original_annotations, relaunched, spec_of
from glider_client.access.rights import Right
from glider_client.sdk.documents import execution_document
from glider_client.sdk.reruns import rerun_of
from glider_client.sdk.values import inline
from glider_core.api.task import parse_interface

Json = Mapping[str, Any]
Response = execution_pb2.ExecutionCreateResponse
_Metadata = execution_pb2.ExecutionMetadata


async def create_execution(call: Call, request: execution_pb2.ExecutionCreateRequest) -> Response:
    """An execution of a task."""
    spec, place = request.spec, place_of(request)
    namespace = call.namespace(place.project, place.domain)
    requests.check_task(spec, project=place.project, domain=place.domain)
    requests.check_honoured(spec)
    if request.name:
        requests.check_name(request.name)
    if spec.launch_plan.resource_type != identifier_pb2.TASK:
        await refuse_launch_plan(call, spec.launch_plan)
    template = await template_of(call, spec.launch_plan)
    refuse_part(spec.launch_plan, template)
    data = await _inputs(call, request, template, namespace=namespace)
    key = requests.request_key(request, user=call.caller.user)
    annotations = {**spec.annotations.values, **_kept(call, spec, task=task_id(place, identity_of(template)), key=key)}
    child = belonging(call, namespace)

    def document_of(name: str) -> Json:
        document = execution_document(
            name=name,
            namespace=namespace,
            template=template["metadata"]["name"],
            labels={**spec.labels.values, **child.labels},
            annotations=annotations,
            **data,
        )
        metadata = document["metadata"] | ({"ownerReferences": [*child.owners]} if child.owners else {})
        return {**document, "metadata": metadata, "spec": document["spec"] | requests.overrides_of(spec)}

    made = await create(call, document_of, namespace=namespace, name=request.name, key=key)
    return Response(id=execution_id(place, made["metadata"]["name"]))


async def _inputs(call: Call, request: execution_pb2.ExecutionCreateRequest, template: Json, *, namespace: str) -> dict[str, Any]:
    literals = request.inputs if request.inputs.literals else request.spec.inputs
    interface = parse_interface(template["spec"].get("interface") or {}, path="spec.interface")
    check_inputs(literals, interface)
    await check_files(call.front.files, literals)
    plain = inline(literals, interface)
    if plain is not None:
        return {"inputs": plain}
    await call.require(Right(verb="create", namespace=namespace))  # the front itself writes them, before the API server is asked
    return {"inputs_uri": await store_inputs(call, namespace=namespace, literals=literals, interface=interface)}


def _kept(call: Call, spec: execution_pb2.ExecutionSpec, *, task: identifier_pb2.Identifier, key: str) -> dict[str, str]:
    """The annotations with what the request was."""
    kept = execution_pb2.ExecutionSpec()
    kept.CopyFrom(spec)
    kept.launch_plan.CopyFrom(task)
    kept.metadata.principal = call.caller.user
    return {**original_annotations(kept), FLYTE_REQUEST: key}


async def relaunch_execution(call: Call, request: execution_pb2.ExecutionRelaunchRequest) -> Response:
    """A finished or running execution again: its task, inputs and overrides."""
    return await _again(call, request, mode=_Metadata.RELAUNCH)


async def recover_execution(call: Call, request: execution_pb2.ExecutionRecoverRequest) -> Response:
    """The same: of a single task there is nothing that an execution which failed has finished, and that needn't run again."""
    return await _again(call, request, mode=_Metadata.RECOVERED)


async def _again(
    call: Call, request: execution_pb2.ExecutionRelaunchRequest | execution_pb2.ExecutionRecoverRequest, *, mode: _Metadata.ExecutionMode
) -> Response:
    place: Place = place_of(request.id)
    if request.name:
        requests.check_name(request.name)
    first = await execution_of(call, request.id)
    namespace, task = first["metadata"]["namespace"], task_of(call, first, place=place)
    reference = (first["spec"].get("taskRef") or {}).get("name")
    if reference is not None and await call.template_named(namespace, reference) is None:
        message = f"The task of {request.id.name} has been deleted: {task.name} of version {task.version}. Register it again, and run that."
        raise RefusedError(Code.NOT_FOUND, message)
    key = requests.request_key(request, user=call.caller.user)
    spec = relaunched(spec_of(first, task=task, place=place), mode=mode, reference=request.id, principal=call.caller.user)
    annotations = {**spec.annotations.values, **original_annotations(spec), FLYTE_REQUEST: key}

    def document_of(name: str) -> Json:
        document = rerun_of(first, name=name)
        return {**document, "metadata": {**document["metadata"], "annotations": annotations}}

    made = await create(call, document_of, namespace=namespace, name=request.name, key=key)
    return Response(id=execution_id(place, made["metadata"]["name"]))


HANDLERS: Mapping[str, Handler] = {
    "CreateExecution": create_execution,
    "RelaunchExecution": relaunch_execution,
    "RecoverExecution": recover_execution,
}
