"""flyteidl's TaskTemplate as the spec of ours: what flytekit writes of a task, field by field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flyteidl.core import security_pb2, tasks_pb2
from google.protobuf import json_format

from glider.wire.durations import format_duration
from glider_client.registration.options import accelerator_of, cache_annotation

Json = dict[str, Any]

_AMOUNTS = {
    tasks_pb2.Resources.CPU: "cpu",
    tasks_pb2.Resources.GPU: "gpu",
    tasks_pb2.Resources.MEMORY: "memory",
    tasks_pb2.Resources.EPHEMERAL_STORAGE: "ephemeral-storage",
}
_MOUNTS = {security_pb2.Secret.ENV_VAR: "Env", security_pb2.Secret.FILE: "File"}
_PYTHON_TASK = "python-task"
_PRIMARY = "primary"


def spec_of(template: tasks_pb2.TaskTemplate) -> Json:
    """The spec, without id and interface; parts that set nothing are left out."""
    metadata = template.metadata
    parts = {
        "type": template.type if template.type != _PYTHON_TASK else None,
        "custom": json_format.MessageToDict(template.custom),
        **_pod(template),
        "retries": {"user": metadata.retries.retries} if metadata.retries.retries else None,
        "timeouts": {"attempt": format_duration(metadata.timeout.ToTimedelta())} if metadata.timeout.ToTimedelta() else None,
        "secrets": [_secret(secret) for secret in template.security_context.secrets],
        "podTemplateRef": {"name": metadata.pod_template_name} if metadata.pod_template_name else None,
        "accelerator": accelerator_of(template.extended_resources.gpu_accelerator),
    }
    spec = {name: part for name, part in parts.items() if part}
    if metadata.WhichOneof("interruptible_value"):
        spec["interruptible"] = metadata.interruptible
    if template.extended_resources.HasField("shared_memory"):
        spec["sharedMemory"] = _shared_memory(template.extended_resources.shared_memory)
    return spec


def annotations_of(template: tasks_pb2.TaskTemplate) -> dict[str, str]:
    """What is kept of the cache's settings."""
    metadata = template.metadata
    if not metadata.discoverable:
        return {}
    return cache_annotation(
        version=metadata.discovery_version,
        serializable=metadata.cache_serializable,
        ignored=list(metadata.cache_ignore_input_vars),
    )


def _pod(template: tasks_pb2.TaskTemplate) -> Json:
    if template.WhichOneof("target") != "k8s_pod":
        return {"container": _container(template.container)}
    pod = template.k8s_pod
    metadata = {"labels": dict(pod.metadata.labels), "annotations": dict(pod.metadata.annotations)}
    written = {name: values for name, values in metadata.items() if values}
    primary = template.config.get("primary_container_name") or pod.primary_container_name or _PRIMARY
    spec = _whole_numbers(json_format.MessageToDict(pod.pod_spec))
    return {
        "podTemplate": ({"metadata": written} if written else {}) | {"spec": spec},
        "primaryContainerName": primary if primary != _PRIMARY else None,
    }


def _container(container: tasks_pb2.Container) -> Json:
    resources = {"requests": _amounts(container.resources.requests), "limits": _amounts(container.resources.limits)}
    parts = {
        "image": container.image,
        "command": list(container.command),
        "args": list(container.args),
        "env": [{"name": variable.key, "value": variable.value} for variable in container.env],
        "resources": {kind: amounts for kind, amounts in resources.items() if amounts},
    }
    return {name: part for name, part in parts.items() if part}


def _amounts(entries: Any) -> Mapping[str, str]:
    return {_AMOUNTS[entry.name]: entry.value for entry in entries if entry.name in _AMOUNTS}


def _secret(secret: security_pb2.Secret) -> Json:
    found = {
        "group": secret.group,
        "key": secret.key,
        "groupVersion": secret.group_version,
        "mount": _MOUNTS.get(secret.mount_requirement),
        "envVar": secret.env_var,
    }
    return {name: text for name, text in found.items() if text}


def _shared_memory(memory: tasks_pb2.SharedMemory) -> Json:
    found = {"mountPath": memory.mount_path, "volumeName": memory.mount_name, "sizeLimit": memory.size_limit}
    return {name: text for name, text in found.items() if text}


def _whole_numbers(value: Any) -> Any:
    """A Struct has only floats, and Kubernetes takes no 8080.0 for a port."""
    match value:
        case dict():
            return {name: _whole_numbers(part) for name, part in value.items()}
        case list():
            return [_whole_numbers(part) for part in value]
        case float() if value.is_integer():
            return int(value)
        case _:
            return value
