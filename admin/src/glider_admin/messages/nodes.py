"""The one node of a task's execution as flyteidl's NodeExecution."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flyteidl.admin import common_pb2, node_execution_pb2
from flyteidl.core import catalog_pb2

from glider_admin.messages.executions import error_uri, failure_of, updated
from glider_admin.messages.failures import execution_error
from glider_admin.messages.identifiers import NODE, Place, execution_id, node_id
from glider_admin.messages.phases import is_cancelled, node_phase, workflow_phase
from glider_admin.messages.times import duration, timestamp
from glider_client.views.stored import deck_uri, inputs_uri
from glider_core.api.execution import parse_execution

Json = Mapping[str, Any]


def node_message(document: Json, *, place: Place) -> node_execution_pb2.NodeExecution:
    """The node of `document`, a TaskExecution."""
    return node_execution_pb2.NodeExecution(
        id=node_id(execution_id(place, document["metadata"]["name"])),
        input_uri=inputs_uri(document) or "",
        closure=_closure_of(document),
        metadata=node_execution_pb2.NodeExecutionMetaData(spec_node_id=NODE),
    )


def _closure_of(document: Json) -> node_execution_pb2.NodeExecutionClosure:
    execution = parse_execution(document)
    status = execution.status
    closure = node_execution_pb2.NodeExecutionClosure(
        phase=node_phase(workflow_phase(status.phase, cancelled=is_cancelled(document))),
        created_at=timestamp(execution.created),
        updated_at=timestamp(updated(execution)),
        started_at=timestamp(status.started),
        duration=duration(status.started, status.completed),
        deck_uri=deck_uri(document) or "",
        task_node_metadata={"cache_status": catalog_pb2.CACHE_DISABLED, "checkpoint_uri": status.checkpoint_uri or ""},
    )
    if (failure := failure_of(execution)) is not None:
        closure.error.CopyFrom(execution_error(failure, uri=error_uri(document), at=status.completed))
    elif status.outputs_uri:
        closure.output_uri = status.outputs_uri
    return closure


def flyte_urls(place: Place, name: str, *, attempt: int | None = None) -> common_pb2.FlyteURLs:
    """The flyte:// URLs of an execution's data; with a number of that attempt's."""
    number = "" if attempt is None else f"/{attempt}"
    base = f"flyte://v1/{place.project}/{place.domain}/{name}/{NODE}{number}"
    return common_pb2.FlyteURLs(inputs=f"{base}/i", outputs=f"{base}/o", deck=f"{base}/d")
