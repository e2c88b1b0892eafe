"""What can be set in the pod beside the task's own container: by a task, by an execution, and by the operator's configuration.

All three set it with the same fields, so that there is one reader for them and one order in which they are put together
(`resolve.layers`); how two lists are merged is in `render.merging`. Fields that are Kubernetes' own are passed on as they are,
under the names that they have in a pod, once their shapes are known to be core/v1's (`api.shapes`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from glider.wire.jsonform import FieldError, nothing
from glider_core.api.fields import Fields
from glider_core.api.kinds import (
    ANNOTATIONS,
    FLAG,
    LABELS,
    LIST_MAP_KEYS,
    OBJECT_NAME,
    OBJECT_NAME_OR_EMPTY,
    OPEN,
    STRINGS,
    api_field,
    choice,
    core,
    core_list,
    core_tuple,
    count,
    each,
    fields_by_name,
    filled,
    member,
    only,
    reference,
    required_text,
    text,
    whole,
    word,
)
from glider_core.api.names import NAME
from glider_core.api.settings import Kind, Rule, Setting, declared_in, read_section, section

Json = Mapping[str, Any]

_LABEL = 63
_LONGEST = 253


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

    group: str = api_field("The secret's group in Flyte, by default the name of the Kubernetes Secret too.", required_text(most=_LONGEST))
    version: str | None = api_field(
        "The version of the group, if the code asks for one.", text(least=1, most=_LONGEST), name="groupVersion"
    )
    key: str = api_field("The key in the Secret.", required_text(most=_LONGEST))
    secret_name: str = api_field("The name of the Kubernetes Secret, if it isn't the group.", OBJECT_NAME)
    mount: Mount = api_field(
        "Env for a variable _FSEC_<GROUP>_<KEY>, File (the default) for a file /etc/flyte/secrets/<group>/<key>.",
        member(Mount),
        default=Mount.FILE,
    )
    variable: str | None = api_field(
        "Another name for the variable; for a file, a variable that holds its path.", text(least=1, most=_LONGEST), name="envVar"
    )
    optional: bool = api_field("Whether the task runs without it too.", FLAG, default=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Accelerator:
    """The kind of GPU. `partition` is the size of a part of one; `unpartitioned` insists on a whole one."""

    device: str | None = api_field("The device, such as nvidia-tesla-a100.", text(least=1, most=_LABEL))
    partition: str | None = api_field("The size of a partition, such as 1g.5gb.", text(least=1, most=_LABEL), name="partitionSize")
    unpartitioned: bool = api_field("Whether only a whole device will do.", FLAG, default=False)


_MOUNTED, _VOLUME = "/dev/shm", "flyte-shared-memory"
_SIZE = Kind(words="integer or string", read=lambda fields, name: fields.quantity(name), schema={"x-kubernetes-int-or-string": True})


@dataclass(frozen=True, kw_only=True, slots=True)
class SharedMemory:
    """A file system in memory, for processes that talk through /dev/shm."""

    size: str | None = api_field("Its size, such as 1Gi; half of the node's memory where none is given.", _SIZE, name="sizeLimit")
    path: str = api_field(f"Where it is mounted. The default is {_MOUNTED}.", filled(most=1024), default=_MOUNTED, name="mountPath")
    name: str = api_field(f"The name of its volume. The default is {_VOLUME}.", filled(most=_LABEL), default=_VOLUME, name="volumeName")


def _parse_secret(fields: Fields) -> Secret:
    group, name = fields.required_text("group"), fields.name("secretName")
    if name is None and not re.fullmatch(NAME, group):
        raise FieldError(fields.path("secretName"), expected="the name of a Secret, since the group's name can't be one", found=nothing())
    secret = read_section(Secret, fields, group=group, secret_name=name or group)
    fields.done()
    return secret


def _check_accelerator(accelerator: Accelerator, fields: Fields, name: str) -> None:
    if accelerator.partition and accelerator.unpartitioned:
        raise FieldError(fields.path(name), expected="at most one of partitionSize and unpartitioned", found=fields.raw(name))


_ACCELERATOR = replace(
    section(Accelerator, check=_check_accelerator),
    rules=(
        Rule(
            cel="!(has(self.partitionSize) && has(self.unpartitioned) && self.unpartitioned)",
            message="takes at most one of partitionSize and unpartitioned",
        ),
    ),
)
_EXECUTOR_MODE = Setting(
    doc="Injected, the default, brings Glider's executor into the pod. Image runs the image's own command line with what the image has, "
    "such as flytekit.",
    kind=member(ExecutorMode),
)
_AMOUNTS = Kind(words="object", read=lambda fields, name: fields.quantities(name), schema=OPEN)
_RESOURCES = {
    "requests": Setting(doc="What is reserved for the container.", kind=_AMOUNTS),
    "limits": Setting(doc="What the container may use at most.", kind=_AMOUNTS),
}
#: Fields of the primary container, by the names that they have there.
_CONTAINER = {
    "resources": Setting(
        doc="Requests and limits of the primary container. Each amount given here wins over the container's own. What is given nowhere is "
        "defaulted and limited by the operator's configuration.",
        kind=core("ResourceRequirements", described=_RESOURCES, schema={}),
    ),
    "imagePullPolicy": Setting(doc="When the primary container's image is pulled.", kind=choice("Always", "IfNotPresent", "Never")),
    "securityContext": Setting(
        doc="The primary container's security context, core/v1 SecurityContext, merged with the restricted default.",
        kind=core("SecurityContext"),
        name="containerSecurityContext",
    ),
    "volumeMounts": Setting(
        doc="What the primary container mounts, core/v1 VolumeMount, merged by mountPath.",
        kind=core_list("VolumeMount", keys={"mountPath": "Where it is mounted."}),
    ),
}

#: Fields of the pod, by the names that they have there.
_SPEC = {
    "serviceAccountName": Setting(doc="The service account that the pod runs as, in the execution's namespace.", kind=OBJECT_NAME_OR_EMPTY),
    "imagePullSecrets": Setting(
        doc="Secrets with which images are pulled, merged by name.",
        kind=core_list("LocalObjectReference", keys={"name": "The Secret's name."}),
    ),
    "nodeSelector": Setting(doc="Labels that the pod's node must have. Those of several sources are merged.", kind=STRINGS),
    "affinity": Setting(doc="Where the pod may run, core/v1 Affinity.", kind=core("Affinity")),
    "tolerations": Setting(
        doc="Taints of nodes that the pod tolerates, core/v1 Toleration. Those of several sources add up.", kind=core_list("Toleration")
    ),
    "topologySpreadConstraints": Setting(
        doc="How pods are spread, merged by topologyKey and whenUnsatisfiable.",
        kind=core_list("TopologySpreadConstraint", keys={"topologyKey": "The node's label.", "whenUnsatisfiable": "What else happens."}),
    ),
    "priorityClassName": Setting(doc="The pod's PriorityClass.", kind=OBJECT_NAME_OR_EMPTY),
    "runtimeClassName": Setting(doc="The pod's RuntimeClass.", kind=OBJECT_NAME_OR_EMPTY),
    "schedulerName": Setting(doc="The scheduler that finds the pod's node.", kind=filled(most=_LONGEST)),
    "securityContext": Setting(
        doc="The pod's security context, core/v1 PodSecurityContext, merged with the restricted default.", kind=core("PodSecurityContext")
    ),
    "dnsPolicy": Setting(doc="How the pod resolves names.", kind=word("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None")),
    "dnsConfig": Setting(doc="The pod's resolver, core/v1 PodDNSConfig.", kind=core("PodDNSConfig")),
    "hostAliases": Setting(doc="Lines of the pod's /etc/hosts, merged by ip.", kind=core_list("HostAlias", keys={"ip": "The address."})),
    "hostNetwork": Setting(doc="Whether the pod uses the node's network.", kind=FLAG),
    "automountServiceAccountToken": Setting(doc="Whether the pod gets a token for the Kubernetes API. The default is false.", kind=FLAG),
    "terminationGracePeriodSeconds": Setting(
        doc="How long the pod has from SIGTERM to its end. The default is 30.", kind=count(checked=86_400, form="int64")
    ),
    "volumes": Setting(
        doc="Volumes of the pod, core/v1 Volume, merged by name.", kind=core_list("Volume", keys={"name": "The volume's name."})
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class PodSettings:
    """What one source sets in the pod; None and empty where it sets nothing.

    `spec` are fields of core/v1 PodSpec, `container` those of the primary container's core/v1 Container.
    """

    pod_template_ref: str | None = api_field(
        "A core/v1 PodTemplate that the pod is based on, in the execution's namespace or else in the operator's. Its containers default, "
        "primary, default-init and primary-init stand for all containers, the primary one, all init containers and the first one.",
        reference("The PodTemplate's name."),
    )
    executor_mode: ExecutorMode | None = api_field("Whose executor runs the task.", only("mode", _EXECUTOR_MODE), name="executor")
    container: Json = api_field("", fields_by_name(_CONTAINER), default=dict)
    accelerator: Accelerator | None = api_field(
        "Which kind of GPU the pod needs. It has an effect on pods that ask for one in their resources.", _ACCELERATOR
    )
    shared_memory: SharedMemory | None = api_field(
        "A file system in memory for the primary container, for processes that share data.", section(SharedMemory)
    )
    interruptible: bool | None = api_field(
        "Whether the task may run where it can be interrupted, such as on spot nodes. The last attempts don't, by "
        "interruptibleFailureThreshold.",
        FLAG,
    )
    interruptible_failure_threshold: int | None = api_field(
        "After how many system failures the task isn't interruptible any more. A negative number counts from the last attempt; the "
        "default is -1, the last one.",
        whole(least=-100, most=100),
    )
    secrets: tuple[Secret, ...] = api_field(
        "Secrets for the primary container, where flytekit's current_context().secrets looks for them. A pod is only created once they "
        "are there.",
        each(Setting(doc="One secret.", kind=section(Secret)), _parse_secret, most=50),
        default=(),
    )
    labels: Mapping[str, str] = api_field("Labels of the pod. Those of several sources are merged.", LABELS, default=dict)
    annotations: Mapping[str, str] = api_field("Annotations of the pod. Those of several sources are merged.", ANNOTATIONS, default=dict)
    spec: Json = api_field("", fields_by_name(_SPEC), default=dict)
    env_from: tuple[Json, ...] = api_field(
        "Sources of the primary container's environment, core/v1 EnvFromSource.", core_tuple("EnvFromSource"), default=()
    )
    env: tuple[Json, ...] = api_field(
        "Environment variables of the task's container, as in core/v1 EnvVar. A task's come after those of container.env, an execution's "
        "come last, and the last of a name wins.",
        core_tuple("EnvVar", keys={"name": "The variable's name."}, key=required_text(), most=500),
        default=(),
    )


#: Lists of which the API server takes each key once, with the fields that are it.
LIST_KEYS: Mapping[str, tuple[str, ...]] = {
    name: tuple(declared.kind.schema[LIST_MAP_KEYS]) for name, declared in declared_in(PodSettings) if LIST_MAP_KEYS in declared.kind.schema
}
