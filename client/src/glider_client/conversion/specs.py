"""A flyteidl TaskTemplate as the spec of ours: the one rule, for `glider register` and for `glider convert`.

Command lines, environment, secrets and pod specs are taken over as they are. What a spec has no field for (the version of flytekit, tags,
`config`) is in the annotation with the original; settings of a cache, which others may want to read, have an annotation of their own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flyteidl.core import interface_pb2, security_pb2, tasks_pb2

from glider.wire.durations import format_duration
from glider.wire.jsonform import FieldError, nothing, words
from glider.wire.shortform import write_type
from glider.wire.structs import from_struct
from glider_client.conversion.pods import container_of, pod_fields, whole_numbers
from glider_core.api.labels import GROUP
from glider_core.api.task import PYTHON_TASK

Spec = dict[str, Any]

#: How a task is cached under Flyte, as JSON: `{"version": …, "serialize": …, "ignoreInputs": […]}`. Glider runs the task each time.
CACHE = f"{GROUP}/cache"

_RAW_CONTAINER = "copies its inputs and outputs to and from files by flytecopilot, which Glider doesn't run"
#: What plugins of propeller, or connectors, run in a way of their own.
_PLUGINS = {
    "spark": "Spark",
    "ray": "Ray",
    "dask": "Dask",
    "mpi": "MPI",
    "pytorch": "a PyTorch job of several pods",
    "tensorflow": "a TensorFlow job of several pods",
    "aws-batch": "AWS Batch",
    "hive": "Hive",
    "presto": "Presto",
}
_DIGITS = re.compile(r"(\d+)")


def unsupported(template: tasks_pb2.TaskTemplate) -> str:
    """Why Glider can't run the task; empty where it can."""
    match template.WhichOneof("target"):
        case "container":
            copilot = template.container.data_config.enabled
        case "k8s_pod":
            copilot = template.k8s_pod.data_config.enabled
        case "sql":
            return "is an SQL statement, which a plugin of propeller runs"
        case _:
            return f"has no container: a plugin or a connector runs tasks of the type {template.type}"
    if copilot:
        return _RAW_CONTAINER
    plugin = _PLUGINS.get(template.type.partition("_")[0] if template.type not in _PLUGINS else template.type)
    return f"is run by a plugin: {plugin}" if plugin else ""


def spec_of(template: tasks_pb2.TaskTemplate, *, image: str = "") -> Spec:
    """The spec of a TaskTemplate, without `id` and `code`.

    Args:
        template: the task.
        image: replaces the image of the task's container.

    Raises:
        FieldError: Glider can't run such a task, or something of it has no counterpart.
    """
    if reason := unsupported(template):
        raise FieldError(
            template.id.name or "the task", expected="a task with a container that Glider can run", found=words(f"one that {reason}")
        )
    metadata = template.metadata
    spec: Spec = {}
    if template.type not in ("", PYTHON_TASK):
        spec["type"] = template.type
    if custom := _sorted(whole_numbers(from_struct(template.custom))):
        spec["custom"] = custom
    if interface := _interface(template.interface):
        spec["interface"] = interface
    if template.HasField("k8s_pod"):
        spec |= pod_fields(template, image=image)
    else:
        spec["container"] = container_of(template.container, image=image)
    if metadata.is_eager:
        spec["eager"] = True
    if metadata.pod_template_name:
        spec["podTemplateRef"] = {"name": metadata.pod_template_name}
    spec |= _extended(template.extended_resources)
    if metadata.WhichOneof("interruptible_value") is not None:
        spec["interruptible"] = metadata.interruptible
    spec |= _security(template.security_context)
    if metadata.retries.retries:
        spec["retries"] = {"user": metadata.retries.retries}
    if timeout := _timeout(metadata):
        spec["timeouts"] = {"attempt": format_duration(timeout)}
    return spec


def _timeout(metadata: tasks_pb2.TaskMetadata) -> timedelta:
    try:
        return metadata.timeout.ToTimedelta()
    except (ValueError, OverflowError) as error:
        raise FieldError("metadata.timeout", expected="a duration", found=words(f"{metadata.timeout.seconds} seconds")) from error


def annotations_of(template: tasks_pb2.TaskTemplate) -> dict[str, str]:
    """What others than Glider act upon: the settings of the task's cache."""
    metadata = template.metadata
    if not metadata.discoverable:
        return {}
    settings: dict[str, Any] = {"version": metadata.discovery_version}
    if metadata.cache_serializable:
        settings["serialize"] = True
    if metadata.cache_ignore_input_vars:
        settings["ignoreInputs"] = list(metadata.cache_ignore_input_vars)
    return {CACHE: json.dumps(settings)}


def _interface(interface: interface_pb2.TypedInterface) -> Spec:
    sides = {"inputs": interface.inputs.variables, "outputs": interface.outputs.variables}
    return {side: _variables(variables) for side, variables in sides.items() if variables}


def _variables(variables: Mapping[str, interface_pb2.Variable]) -> Spec:
    return {name: _variable(name, variables[name]) for name in sorted(variables, key=_natural)}


def _variable(name: str, variable: interface_pb2.Variable) -> Any:
    """With its description, where it has more of one than flytekit's default, its name."""
    written = _sorted(write_type(variable.type))
    described = variable.description not in ("", name)
    return {"type": written, "description": variable.description} if described else written


def _sorted(written: Any) -> Any:
    """The same task is the same text each time, whatever order protobuf gives the fields of a Struct."""
    match written:
        case dict():
            return {name: _sorted(written[name]) for name in sorted(written)}
        case list():
            return [_sorted(item) for item in written]
        case _:
            return written


def _natural(name: str) -> list[tuple[bool, int, str]]:
    """So that o2 comes before o10."""
    return [(part.isdigit(), int(part) if part.isdigit() else 0, part) for part in _DIGITS.split(name)]


def _extended(resources: tasks_pb2.ExtendedResources) -> Spec:
    spec: Spec = {}
    if resources.HasField("gpu_accelerator"):
        gpu = resources.gpu_accelerator
        spec["accelerator"] = {"device": gpu.device} if gpu.device else {}
        match gpu.WhichOneof("partition_size_value"):
            case "partition_size":
                spec["accelerator"]["partitionSize"] = gpu.partition_size
            case "unpartitioned" if gpu.unpartitioned:
                spec["accelerator"]["unpartitioned"] = True
    if resources.HasField("shared_memory"):
        memory = resources.shared_memory
        named = {"sizeLimit": memory.size_limit, "mountPath": memory.mount_path, "volumeName": memory.mount_name}
        spec["sharedMemory"] = {name: value for name, value in named.items() if value}
    return spec


def _security(context: security_pb2.SecurityContext) -> Spec:
    spec: Spec = {}
    if context.run_as.k8s_service_account:
        spec["serviceAccountName"] = context.run_as.k8s_service_account
    if context.secrets:
        spec["secrets"] = [_secret(secret, number) for number, secret in enumerate(context.secrets)]
    return spec


def _secret(secret: security_pb2.Secret, number: int) -> Spec:
    for field in ("group", "key"):
        if not getattr(secret, field):
            where = f"security_context.secrets[{number}].{field}"
            raise FieldError(
                where, expected="the name of a Kubernetes Secret" if field == "group" else "a key in the Secret", found=nothing()
            )
    found: Spec = {"group": secret.group, "key": secret.key}
    if secret.group_version:
        found["groupVersion"] = secret.group_version
    if secret.mount_requirement == security_pb2.Secret.ENV_VAR:
        found["mount"] = "Env"
    if secret.env_var:
        found["envVar"] = secret.env_var
    return found
