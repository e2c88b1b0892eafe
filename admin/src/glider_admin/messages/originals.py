"""The ExecutionSpec that an execution was created with, kept in an annotation: what a TaskExecution has no field for stays with it.

An execution that came another way, such as by kubectl, has none. Then it is made of what the TaskExecution has.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from flyteidl.admin import execution_pb2
from flyteidl.core import identifier_pb2
from google.protobuf import json_format

from glider.wire.jsonform import FieldError, words
from glider_admin.messages.identifiers import Place, execution_id, node_id
from glider_core.api.labels import EXECUTION_KIND, GROUP

Json = Mapping[str, Any]

#: Annotations of an execution: its ExecutionSpec as proto JSON, and what its request is known by when it is repeated.
FLYTE_EXECUTION = f"{GROUP}/flyte-execution"
FLYTE_REQUEST = f"{GROUP}/flyte-request"
#: Of one whose request had no name: whether its caller has received the answer, as far as anybody knows.
FLYTE_ANSWER = f"{GROUP}/flyte-answer"
SENT, RECEIVED = "Sent", "Received"
#: Its tags once more, on their own, since lists are filtered by them.
FLYTE_TAGS = f"{GROUP}/flyte-tags"
#: Annotations together may have 256 KiB.
MOST_BYTES = 64 << 10

ExecutionSpec = execution_pb2.ExecutionSpec


def original_annotations(spec: ExecutionSpec) -> dict[str, str]:
    """The annotations that keep a spec.

    Raises:
        FieldError: the spec is too large for one.
    """
    kept = ExecutionSpec()
    kept.CopyFrom(spec)
    kept.ClearField("inputs")
    text = json.dumps(json_format.MessageToDict(kept), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    if (size := len(text.encode())) > MOST_BYTES:
        expected = f"at most {MOST_BYTES >> 10} KiB without its inputs; leave out some of envs, labels, annotations or tags"
        raise FieldError("spec", expected=expected, found=words(f"{size:,} bytes"))
    return {FLYTE_EXECUTION: text} | ({FLYTE_TAGS: json.dumps(list(spec.tags))} if spec.tags else {})


def tags_of(execution: Json) -> tuple[str, ...]:
    """The tags that `execution` was created with."""
    try:
        tags = json.loads(annotations_of(execution).get(FLYTE_TAGS) or "[]")
    except (ValueError, RecursionError):  # somebody wrote it by hand
        return ()
    return tuple(map(str, tags)) if isinstance(tags, list) else ()


def original_of(execution: Json) -> ExecutionSpec | None:
    """The ExecutionSpec that `execution` was created with; None where there is none that can be read."""
    text = annotations_of(execution).get(FLYTE_EXECUTION)
    try:
        made = json_format.ParseDict(json.loads(text or "{}"), ExecutionSpec(), ignore_unknown_fields=True)
    except (json_format.ParseError, TypeError, ValueError, AttributeError, RecursionError):  # somebody wrote it by hand
        return None
    return made if made.launch_plan.name else None


def annotations_of(execution: Json) -> Mapping[str, str]:
    """The annotations of an object."""
    return execution["metadata"].get("annotations") or {}


def spec_of(execution: Json, *, task: identifier_pb2.Identifier, place: Place) -> ExecutionSpec:
    """The ExecutionSpec of `execution`, a run of `task`."""
    original = original_of(execution)
    made = _made_of(execution, task) if original is None else original
    made.metadata.system_metadata.namespace = execution["metadata"]["namespace"]
    if not made.metadata.HasField("parent_node_execution"):
        for parent in parents_of(execution):
            made.metadata.parent_node_execution.CopyFrom(node_id(execution_id(place, parent)))
    return made


def parents_of(execution: Json) -> Iterator[str]:
    """The names of the executions that `execution` belongs to."""
    for owner in execution["metadata"].get("ownerReferences") or ():
        if owner.get("kind") == EXECUTION_KIND and str(owner.get("apiVersion", "")).startswith(f"{GROUP}/"):
            yield owner["name"]


def _made_of(execution: Json, task: identifier_pb2.Identifier) -> ExecutionSpec:
    spec = execution.get("spec") or {}
    made = ExecutionSpec(launch_plan=task, metadata={"mode": execution_pb2.ExecutionMetadata.MANUAL})
    for variable in spec.get("env") or ():
        if "value" in variable:
            made.envs.values.add(key=str(variable["name"]), value=str(variable["value"]))
    made.labels.values.update(execution["metadata"].get("labels") or {})
    if account := spec.get("serviceAccountName"):
        made.security_context.run_as.k8s_service_account = str(account)
    if prefix := (spec.get("storage") or {}).get("rawOutputDataPrefix"):
        made.raw_output_data_config.output_location_prefix = str(prefix)
    if (interruptible := spec.get("interruptible")) is not None:
        made.interruptible.value = bool(interruptible)
    return made


def relaunched(
    spec: ExecutionSpec,
    *,
    mode: execution_pb2.ExecutionMetadata.ExecutionMode,
    reference: identifier_pb2.WorkflowExecutionIdentifier,
    principal: str,
) -> ExecutionSpec:
    """The spec of an execution that repeats the one of `reference`, whose spec is `spec`."""
    made = ExecutionSpec()
    made.CopyFrom(spec)
    made.metadata.mode = mode
    made.metadata.principal = principal
    made.metadata.ClearField("parent_node_execution")
    made.metadata.reference_execution.CopyFrom(reference)
    return made
