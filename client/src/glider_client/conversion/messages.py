"""A TaskTemplate as flyteidl's TaskSpec, the form in which flytekit registers a task.

Where the original is in the annotation, what a spec has no field for (the version of flytekit, tags, `config`) is taken from there. All
else is as the TaskTemplate has it now.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from flyteidl.admin import task_pb2
from flyteidl.core import security_pb2, tasks_pb2
from google.protobuf import json_format

from glider.wire.jsonform import FieldError, words
from glider_client.conversion.documents import FLYTE_SPEC
from glider_client.conversion.pods import PRIMARY_CONTAINER
from glider_client.conversion.specs import CACHE, spec_of
from glider_core.api.labels import API_VERSION, TEMPLATE_KIND
from glider_core.api.pod_settings import Mount
from glider_core.api.task import Task, TaskId, parse_task
from glider_core.api.template_names import DESCRIPTION
from glider_core.store.tasks import task_message

Json = Mapping[str, Any]

#: Fields of a spec that the message has a place for; of those with fields of their own, which.
_KEPT: Mapping[str, frozenset[str] | None] = {
    **dict.fromkeys(
        ("id", "type", "custom", "interface", "container", "podTemplate", "primaryContainerName", "env", "accelerator", "sharedMemory")
    ),
    **dict.fromkeys(("eager", "podTemplateRef", "interruptible", "secrets", "serviceAccountName")),
    "retries": frozenset({"user"}),
    "timeouts": frozenset({"attempt"}),
}
#: Of a container on its own; a pod has all of them.
_KEPT_IN_CONTAINER = frozenset({"name", "image", "command", "args", "env", "resources", "ports"})


def task_spec_of(document: Json) -> task_pb2.TaskSpec:
    """The TaskSpec of a TaskTemplate.

    Raises:
        FieldError: `document` isn't a TaskTemplate that the operator takes.
    """
    if document.get("apiVersion") != API_VERSION or document.get("kind") != TEMPLATE_KIND:
        found = words(f"{document.get('kind') or 'no kind'} of {document.get('apiVersion') or 'no apiVersion'}")
        raise FieldError("kind", expected=f"{TEMPLATE_KIND} of {API_VERSION}", found=found)
    metadata, spec = document.get("metadata") or {}, document.get("spec") or {}
    identity = TaskId.of(namespace=str(metadata.get("namespace") or "default"), name=str(metadata.get("name") or ""))
    task = parse_task(spec, path="spec", default_id=identity)
    annotations = metadata.get("annotations") or {}
    original = _original(annotations.get(FLYTE_SPEC))
    if _is_of(original.template, spec, task):
        return original
    message = task_pb2.TaskSpec(template=_template(task, spec, original.template), description=original.description)
    if not original.HasField("description"):
        message.ClearField("description")
        if description := annotations.get(DESCRIPTION):
            message.description.long_description.value = str(description)
    if not original.template.metadata.discoverable:
        _set_cache(message.template.metadata, annotations.get(CACHE))
    return message


def without_counterpart(document: Json) -> tuple[str, ...]:
    """The fields of a TaskTemplate's spec that Flyte has nothing for."""
    return tuple(_lost(document.get("spec") or {}))


def _lost(spec: Json) -> Iterator[str]:
    for name, value in spec.items():
        if name not in _KEPT:
            yield name
        elif (kept := _KEPT[name]) is not None:
            yield from (f"{name}.{inner}" for inner in value if inner not in kept)
    container = spec.get("container") or {}
    yield from (f"container.{name}" for name in container if name not in _KEPT_IN_CONTAINER)
    variables = {"env": spec.get("env") or (), "container.env": container.get("env") or ()}
    yield from (f"{field}.{one.get('name')}.valueFrom" for field, listed in variables.items() for one in listed if "valueFrom" in one)
    inputs = (spec.get("interface") or {}).get("inputs") or {}
    described = {name: form for name, form in inputs.items() if isinstance(form, Mapping)}
    yield from (
        f"interface.inputs.{name}.{field}" for name, form in described.items() for field in ("default", "required") if field in form
    )


def _original(text: Any) -> task_pb2.TaskSpec:
    """An empty one where the annotation isn't there, or isn't what it should be: the spec itself has all that matters."""
    try:
        return json_format.ParseDict(json.loads(text), task_pb2.TaskSpec()) if text else task_pb2.TaskSpec()
    except (json_format.ParseError, TypeError, ValueError, AttributeError, RecursionError):
        return task_pb2.TaskSpec()


def _is_of(original: tasks_pb2.TaskTemplate, spec: Json, task: Task) -> bool:
    """Whether `original` is the same task to the letter, its identity included."""
    own = original.id
    if not own.name:
        return False
    if (own.project, own.domain, own.name, own.version) != (task.id.project, task.id.domain, task.id.name, task.id.version):
        return False
    try:
        return spec_of(original) == {name: value for name, value in spec.items() if name != "id"}
    except FieldError:  # somebody wrote the annotation by hand
        return False


def _template(task: Task, spec: Json, original: tasks_pb2.TaskTemplate) -> tasks_pb2.TaskTemplate:
    made = task_message(task)
    message = tasks_pb2.TaskTemplate()
    message.CopyFrom(original)
    for field in ("id", "interface", "custom"):
        message.ClearField(field)
        getattr(message, field).CopyFrom(getattr(made, field))
    if not original.HasField("custom") and not task.custom:
        message.ClearField("custom")
    message.type = task.type
    _describe(message, spec.get("interface") or {})
    if "podTemplate" in spec:
        _set_pod(message, task)
    else:
        _set_container(message, made.container, original.container, env=task.pod.env)
    _set_metadata(message.metadata, task)
    _set_security(message, task)
    _set_resources(message, task)
    return message


def _describe(message: tasks_pb2.TaskTemplate, interface: Json) -> None:
    """Each variable by its description, or its name, as flytekit does."""
    for side, variables in (("inputs", message.interface.inputs.variables), ("outputs", message.interface.outputs.variables)):
        for name, variable in variables.items():
            form = (interface.get(side) or {}).get(name)
            described = form.get("description") if isinstance(form, Mapping) else None
            variable.description = str(described or name)


def _set_container(
    message: tasks_pb2.TaskTemplate, container: tasks_pb2.Container, original: tasks_pb2.Container, *, env: Iterable[Json]
) -> None:
    message.container.CopyFrom(container)
    for one in env:
        if "value" in one:
            message.container.env.add(key=one["name"], value=str(one["value"]))
    message.container.architecture = original.architecture
    message.container.config.extend(original.config)


def _set_pod(message: tasks_pb2.TaskTemplate, task: Task) -> None:
    template = task.pod_template
    metadata = template.get("metadata") or {}
    message.k8s_pod.Clear()
    message.k8s_pod.metadata.labels.update(metadata.get("labels") or {})
    message.k8s_pod.metadata.annotations.update(metadata.get("annotations") or {})
    spec = json.loads(json.dumps(template.get("spec") or {}))
    for container in spec.get("containers") or ():
        if container.get("name") == task.primary:
            container["env"] = [*(container.get("env") or ()), *task.pod.env]
    json_format.ParseDict(spec, message.k8s_pod.pod_spec)
    message.k8s_pod.primary_container_name = task.primary
    message.config[PRIMARY_CONTAINER] = task.primary


def _set_metadata(metadata: tasks_pb2.TaskMetadata, task: Task) -> None:
    metadata.retries.retries = task.retries.user or 0
    metadata.ClearField("timeout")
    if task.timeouts.attempt:
        metadata.timeout.FromTimedelta(task.timeouts.attempt)
    metadata.ClearField("interruptible")
    if task.pod.interruptible is not None:
        metadata.interruptible = task.pod.interruptible
    metadata.is_eager = bool(task.eager)
    metadata.pod_template_name = task.pod.pod_template_ref or ""


def _set_cache(metadata: tasks_pb2.TaskMetadata, annotation: Any) -> None:
    try:
        settings = json.loads(annotation) if annotation else {}
    except ValueError:
        settings = {}
    if isinstance(settings, Mapping) and settings.get("version"):
        metadata.discoverable, metadata.discovery_version = True, str(settings["version"])
        metadata.cache_serializable = bool(settings.get("serialize"))
        metadata.cache_ignore_input_vars[:] = map(str, settings.get("ignoreInputs") or ())


def _set_security(message: tasks_pb2.TaskTemplate, task: Task) -> None:
    account = str(task.pod.spec.get("serviceAccountName") or "")
    if not account and not task.pod.secrets and not message.HasField("security_context"):
        return
    context = message.security_context
    if account or context.run_as.k8s_service_account:
        context.run_as.k8s_service_account = account
    del context.secrets[:]
    for secret in task.pod.secrets:
        mount = security_pb2.Secret.ENV_VAR if secret.mount is Mount.ENV else security_pb2.Secret.FILE
        context.secrets.add(
            group=secret.group, group_version=secret.version or "", key=secret.key, mount_requirement=mount, env_var=secret.variable or ""
        )


def _set_resources(message: tasks_pb2.TaskTemplate, task: Task) -> None:
    message.ClearField("extended_resources")
    if (gpu := task.pod.accelerator) is not None:
        accelerator = message.extended_resources.gpu_accelerator
        accelerator.device = gpu.device or ""
        if gpu.partition:
            accelerator.partition_size = gpu.partition
        elif gpu.unpartitioned:
            accelerator.unpartitioned = True
    if (memory := task.pod.shared_memory) is not None:
        shared = message.extended_resources.shared_memory
        shared.mount_path, shared.mount_name, shared.size_limit = memory.path, memory.name, memory.size or ""
