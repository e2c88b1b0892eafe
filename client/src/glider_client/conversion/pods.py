"""Containers and pods of flyteidl as Kubernetes has them, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flyteidl.core import tasks_pb2

from glider.wire.jsonform import FieldError, nothing
from glider.wire.structs import from_struct
from glider_core.api.pod_template import PRIMARY

Json = Mapping[str, Any]

#: Where flytekit names the primary container of a pod.
PRIMARY_CONTAINER = "primary_container_name"
#: The operator's configuration gives `gpu` its cluster's own name.
_RESOURCES = {
    tasks_pb2.Resources.CPU: "cpu",
    tasks_pb2.Resources.MEMORY: "memory",
    tasks_pb2.Resources.GPU: "gpu",
    tasks_pb2.Resources.EPHEMERAL_STORAGE: "ephemeral-storage",
}
#: Fields of a container that flytekit writes where they hold nothing.
_MAY_BE_EMPTY = ("command", "args", "env")


def container_of(container: tasks_pb2.Container, *, image: str = "") -> dict[str, Any]:
    """`container` as core/v1 Container, without an image where it has none."""
    found: dict[str, Any] = {}
    if image or container.image:
        found["image"] = image or container.image
    if container.command:
        found["command"] = list(container.command)
    if container.args:
        found["args"] = list(container.args)
    if container.env:  # in its order: later variables may refer to earlier ones
        found["env"] = [{"name": pair.key, "value": pair.value} for pair in container.env]
    if container.ports:
        found["ports"] = [{"containerPort": port.container_port} | ({"name": port.name} if port.name else {}) for port in container.ports]
    sides = {"requests": container.resources.requests, "limits": container.resources.limits}
    if resources := {side: amounts for side, entries in sides.items() if (amounts := _amounts(entries, side))}:
        found["resources"] = resources
    return found


def _amounts(entries: Iterable[tasks_pb2.Resources.ResourceEntry], side: str) -> dict[str, str]:
    amounts = {}
    for entry in entries:
        if entry.name not in _RESOURCES:
            found = {number: name for name, number in tasks_pb2.Resources.ResourceName.items()}.get(entry.name, str(entry.name))
            raise FieldError(f"container.resources.{side}", expected=f"one of {', '.join(_RESOURCES.values())}", found=found)
        amounts[_RESOURCES[entry.name]] = entry.value
    return dict(sorted(amounts.items()))


def pod_fields(template: tasks_pb2.TaskTemplate, *, image: str = "") -> dict[str, Any]:
    """`podTemplate` and `primaryContainerName` of a task that has a pod of its own."""
    pod = template.k8s_pod
    primary = pod.primary_container_name or template.config.get(PRIMARY_CONTAINER) or PRIMARY
    spec = whole_numbers(from_struct(pod.pod_spec))
    containers = [_tidied(container) for container in spec.get("containers") or ()]
    named = next((container for container in containers if container.get("name") == primary), None)
    if named is None:
        raise FieldError(
            "k8s_pod.pod_spec.containers",
            expected=f'a container named "{primary}"',
            found=[one.get("name") for one in containers] or nothing(),
        )
    if image:
        named["image"] = image
    metadata = {"labels": dict(pod.metadata.labels), "annotations": dict(pod.metadata.annotations)}
    document: dict[str, Any] = {"spec": spec | {"containers": containers}}
    if metadata := {field: value for field, value in metadata.items() if value}:
        document = {"metadata": metadata} | document
    return {"podTemplate": document} | ({} if primary == PRIMARY else {"primaryContainerName": primary})


def _tidied(container: Json) -> dict[str, Any]:
    """`container` without the empty fields that flytekit writes, and with its fields in the order in which people read them."""
    kept = {name: value for name, value in container.items() if value or name not in (*_MAY_BE_EMPTY, "resources")}
    if resources := {side: amounts for side, amounts in (container.get("resources") or {}).items() if amounts}:
        kept["resources"] = resources
    elif "resources" in kept:
        del kept["resources"]
    first = ("name", "image", "command", "args")
    return {name: kept[name] for name in (*first, *sorted(kept.keys() - {*first})) if name in kept}


def whole_numbers(value: Any) -> Any:
    """`value` with integers for whole numbers: a Struct only has floats."""
    match value:
        case dict():
            return {name: whole_numbers(item) for name, item in value.items()}
        case list():
            return [whole_numbers(item) for item in value]
        case float() if value.is_integer():
            return int(value)
        case _:
            return value
