"""The task as flyteidl's TaskTemplate: task.pb, which `{{.taskTemplatePath}}` names.

flytekit's TaskTemplateResolver runs tasks from it that are all data, such as SQL queries: what they are is in `custom`, and the
image knows what to do by `type`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flyteidl.core import identifier_pb2, interface_pb2, tasks_pb2
from google.protobuf import json_format, struct_pb2

from glider.wire.interface import LiteralType
from glider_core.api.task import Task

_RESOURCES = {
    "cpu": tasks_pb2.Resources.CPU,
    "memory": tasks_pb2.Resources.MEMORY,
    "ephemeral-storage": tasks_pb2.Resources.EPHEMERAL_STORAGE,
    "gpu": tasks_pb2.Resources.GPU,
    "nvidia.com/gpu": tasks_pb2.Resources.GPU,
}


def task_message(task: Task) -> tasks_pb2.TaskTemplate:
    """`task` in flyteidl's words."""
    message = tasks_pb2.TaskTemplate(
        id=identifier_pb2.Identifier(
            resource_type=identifier_pb2.TASK,
            project=task.id.project,
            domain=task.id.domain,
            name=task.id.name,
            version=task.id.version,
        ),
        type=task.type,
        interface=interface_pb2.TypedInterface(
            inputs=_variables(task.interface.inputs),
            outputs=_variables(task.interface.outputs),
        ),
        custom=_struct(task.custom),
    )
    containers = (task.pod_template.get("spec") or {}).get("containers") or ()
    primary = next((container for container in containers if container.get("name") == task.primary), None)
    if primary is not None:
        message.container.CopyFrom(_container(primary))
    return message


def task_bytes(task: Task) -> bytes:
    """The content of task.pb, the same for the same task."""
    data: bytes = task_message(task).SerializeToString(deterministic=True)
    return data


def _variables(types: Mapping[str, LiteralType]) -> interface_pb2.VariableMap:
    return interface_pb2.VariableMap(variables={name: interface_pb2.Variable(type=types[name]) for name in types})


def _container(container: Mapping[str, Any]) -> tasks_pb2.Container:
    resources = container.get("resources") or {}
    return tasks_pb2.Container(
        image=container.get("image", ""),
        command=container.get("command") or (),
        args=container.get("args") or (),
        env=[{"key": variable["name"], "value": str(variable["value"])} for variable in container.get("env") or () if "value" in variable],
        resources=tasks_pb2.Resources(requests=_entries(resources.get("requests")), limits=_entries(resources.get("limits"))),
    )


def _entries(amounts: Mapping[str, Any] | None) -> list[tasks_pb2.Resources.ResourceEntry]:
    """The amounts that flyteidl has a name for."""
    known = {name: amount for name, amount in (amounts or {}).items() if name in _RESOURCES}
    return [tasks_pb2.Resources.ResourceEntry(name=_RESOURCES[name], value=str(amount)) for name, amount in known.items()]


def _struct(custom: Mapping[str, Any]) -> struct_pb2.Struct:
    return json_format.ParseDict(dict(custom), struct_pb2.Struct())
