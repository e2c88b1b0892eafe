"""What can be said about the pod beside the task's own container: by a task, by an execution, and by the operator's configuration.

All three say it with the same fields, so that there is one reader for them and one table of how they are put together
(`resolve.layers`). Fields that are Kubernetes' own are passed on as they are, under the names that they have in a pod, once
their shapes are known to be core/v1's (`api.shapes`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from glider.wire.jsonform import FieldError, nothing
from glider_core.api.fields import Fields
from glider_core.api.names import NAME
from glider_core.api.shapes import fields_of

Json = Mapping[str, Any]

_SPEC_NAMES = ("serviceAccountName", "priorityClassName", "runtimeClassName")
_SPEC_TEXTS = ("schedulerName", "dnsPolicy")
_SPEC_OBJECTS = ("nodeSelector", "affinity", "securityContext", "dnsConfig")
_SPEC_LISTS = ("tolerations", "topologySpreadConstraints", "imagePullSecrets", "hostAliases", "volumes")
#: By the names that they have in a pod.
_SHAPES = fields_of("PodSpec")
_SPEC_FLAGS = ("automountServiceAccountToken", "hostNetwork")


class ExecutorMode(StrEnum):
    """Whose executor runs the task: ours, brought into the pod, or whatever the image has."""

    INJECTED = "Injected"
    IMAGE = "Image"


class Mount(StrEnum):
    """How a secret comes into the container."""

    ENV = "Env"
    FILE = "File"


@dataclass(frozen=True, kw_only=True, slots=True)
class Secret:
    """A secret in Flyte's terms, kept in the Kubernetes Secret `secret_name`."""

    group: str
    key: str
    secret_name: str
    version: str | None = None
    mount: Mount = Mount.FILE
    variable: str | None = None
    optional: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Accelerator:
    """The kind of GPU. `partition` is the size of a part of one; `unpartitioned` insists on a whole one."""

    device: str | None = None
    partition: str | None = None
    unpartitioned: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class SharedMemory:
    """A file system in memory, for processes that talk through /dev/shm."""

    size: str | None = None
    path: str = "/dev/shm"
    name: str = "flyte-shared-memory"


@dataclass(frozen=True, kw_only=True, slots=True)
class PodSettings:
    """What one source says about the pod; None and empty where it says nothing.

    `spec` are fields of core/v1 PodSpec, `container` those of the primary container's core/v1 Container.
    """

    spec: Json = field(default_factory=dict)
    container: Json = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    env: tuple[Json, ...] = ()
    env_from: tuple[Json, ...] = ()
    secrets: tuple[Secret, ...] = ()
    pod_template_ref: str | None = None
    interruptible: bool | None = None
    interruptible_failure_threshold: int | None = None
    accelerator: Accelerator | None = None
    shared_memory: SharedMemory | None = None
    executor_mode: ExecutorMode | None = None


def parse_pod_settings(fields: Fields) -> PodSettings:
    """The settings among `fields`; whoever has further fields asks for those, and for `done()`, himself.

    Raises:
        FieldError: a field is of another form.
    """
    return PodSettings(
        spec=_parse_spec(fields),
        container=_parse_container(fields),
        labels=fields.labels("labels"),
        annotations=fields.annotations("annotations"),
        env=parse_env(fields),
        env_from=fields.core_list("envFrom", "EnvFromSource"),
        secrets=tuple(_parse_secret(secret) for secret in fields.each("secrets")),
        pod_template_ref=_parse_reference(fields),
        interruptible=fields.switch("interruptible"),
        interruptible_failure_threshold=fields.whole("interruptibleFailureThreshold"),
        accelerator=_parse_accelerator(fields),
        shared_memory=_parse_shared_memory(fields),
        executor_mode=_parse_executor(fields),
    )


def parse_env(fields: Fields) -> tuple[Json, ...]:
    """`env`: core/v1 EnvVar, each with a name."""
    return fields.core_list("env", "EnvVar")


def parse_resources(fields: Fields) -> Json | None:
    """`resources`: core/v1 ResourceRequirements, whose amounts are compared before the API server sees them."""
    return fields.core("resources", "ResourceRequirements") or None


def _parse_spec(fields: Fields) -> Json:
    values: dict[str, Any] = {name: fields.name(name) for name in _SPEC_NAMES}
    values |= {name: fields.text(name) or None for name in _SPEC_TEXTS}
    values |= {name: fields.core(name, _SHAPES[name]) or None for name in _SPEC_OBJECTS}
    values |= {name: fields.core(name, _SHAPES[name]) or None for name in _SPEC_LISTS}
    values |= {name: fields.switch(name) for name in _SPEC_FLAGS}
    values["terminationGracePeriodSeconds"] = fields.count("terminationGracePeriodSeconds", most=86_400)
    return _given(values)


def _parse_container(fields: Fields) -> Json:
    return _given(
        {
            "resources": parse_resources(fields),
            "imagePullPolicy": fields.choice("imagePullPolicy", "Always", "IfNotPresent", "Never"),
            "securityContext": fields.core("containerSecurityContext", "SecurityContext") or None,
            "volumeMounts": fields.core("volumeMounts", "[]VolumeMount") or None,
        }
    )


def _parse_secret(fields: Fields) -> Secret:
    group, name = fields.required_text("group"), fields.name("secretName")
    if name is None and not re.fullmatch(NAME, group):
        raise FieldError(fields.path("secretName"), expected="the name of a Secret, since the group's name can't be one", found=nothing())
    secret = Secret(
        group=group,
        key=fields.required_text("key"),
        secret_name=name or group,
        version=fields.text("groupVersion"),
        mount=Mount(fields.choice("mount", *Mount) or Mount.FILE),
        variable=fields.text("envVar"),
        optional=fields.flag("optional"),
    )
    fields.done()
    return secret


def _parse_reference(fields: Fields) -> str | None:
    if not fields.has("podTemplateRef"):
        fields.raw("podTemplateRef")
        return None
    reference = fields.object("podTemplateRef")
    name = reference.required_name("name")
    reference.done()
    return name


def _parse_accelerator(fields: Fields) -> Accelerator | None:
    given, inner = fields.has("accelerator"), fields.object("accelerator")
    accelerator = Accelerator(device=inner.text("device"), partition=inner.text("partitionSize"), unpartitioned=inner.flag("unpartitioned"))
    inner.done()
    if accelerator.partition and accelerator.unpartitioned:
        raise FieldError(
            fields.path("accelerator"), expected="at most one of partitionSize and unpartitioned", found=fields.raw("accelerator")
        )
    return accelerator if given else None


def _parse_shared_memory(fields: Fields) -> SharedMemory | None:
    given, inner = fields.has("sharedMemory"), fields.object("sharedMemory")
    memory = SharedMemory(
        size=inner.quantity("sizeLimit"),
        path=inner.text("mountPath") or SharedMemory().path,
        name=inner.text("volumeName") or SharedMemory().name,
    )
    inner.done()
    return memory if given else None


def _parse_executor(fields: Fields) -> ExecutorMode | None:
    inner = fields.object("executor")
    mode = inner.choice("mode", *ExecutorMode)
    inner.done()
    return ExecutorMode(mode) if mode else None


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
