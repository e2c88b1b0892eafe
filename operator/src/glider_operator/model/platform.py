"""What a cluster's administrator says about the pods of all tasks, in the operator's configuration: the knobs of propeller's `plugins.k8s`.

Unlike the settings of `pod_settings`, a task can't override these: they say what this cluster's nodes are called, what they
are good for, and how much of them one task may take.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from glider_operator.model.fields import Fields
from glider_operator.model.pod_settings import check_quantity
from glider_operator.model.settings import COUNT, LIMIT, REQUIRED_TEXT, TEXT, WORDS, Kind, core, core_list, section, sections, setting

Json = Mapping[str, Any]
Tolerations = tuple[Json, ...]

_OPERATORS = ("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt")


def _read_quantities(fields: Fields, name: str) -> Json | None:
    quantities = fields.mapping(name)
    for resource, amount in (quantities or {}).items():
        check_quantity(amount, path=f"{fields.path(name)}.{resource}")
    return quantities  # an empty one is something said: no amounts


def _read_tolerations(fields: Fields, name: str) -> Mapping[str, Tolerations] | None:
    by_resource = fields.object(name)
    return {resource: by_resource.objects(resource) for resource in fields.mapping(name) or {}} or None


def _read_requirement(fields: Fields, name: str) -> Json | None:
    requirement = fields.mapping(name)
    if requirement:
        inner = fields.object(name)
        inner.required_text("key")
        inner.choice("operator", *_OPERATORS)
        inner.texts("values")
        inner.done()
    return requirement or None


_OBJECT = {"type": "object"}
QUANTITIES = Kind(words="map of quantities", schema=_OBJECT, read=_read_quantities)
BY_RESOURCE = Kind(words="map of lists of core/v1 Toleration", schema=_OBJECT, read=_read_tolerations)
REQUIREMENT = Kind(words="core/v1 NodeSelectorRequirement", schema=_OBJECT, read=_read_requirement)


@dataclass(frozen=True, kw_only=True, slots=True)
class Resources:
    """What containers get that say nothing, and how much one may have."""

    defaults: Mapping[str, Any] = setting(
        "Requests and limits of containers that say nothing.",
        QUANTITIES,
        default=lambda: {"cpu": "1", "memory": "1Gi"},
        told="cpu: 1, memory: 1Gi",
    )
    limits: Mapping[str, Any] = setting("The most that one container may have; what asks for more gets this.", QUANTITIES, default=dict)
    tolerations: Mapping[str, Tolerations] = setting(
        "Tolerations of pods that use a resource, by the resource's name.", BY_RESOURCE, default=dict
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Interruptible:
    """Where interruptible tasks run, on spot nodes say; and with `otherwise`, where the others do. Requirements are core/v1."""

    node_selector: Mapping[str, str] = setting("Labels of the nodes of interruptible tasks.", WORDS, default=dict)
    tolerations: Tolerations = setting("Taints that interruptible tasks tolerate.", core_list("Toleration"), default=())
    requirement: Json | None = setting("What nodes of interruptible tasks must be like.", REQUIREMENT, name="nodeSelectorRequirement")
    otherwise: Json | None = setting(
        "What nodes of tasks that aren't interruptible must be like.", REQUIREMENT, name="otherwiseNodeSelectorRequirement"
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Accelerators:
    """What GPUs are called: the resource, and the labels of nodes. The last two say what an unpartitioned GPU's node has or tolerates."""

    resource_name: str = setting("The extended resource that `gpu` stands for.", TEXT, default="nvidia.com/gpu")
    device_label: str = setting("The label of nodes that names their device.", TEXT, default="k8s.amazonaws.com/accelerator")
    partition_label: str = setting(
        "The label of nodes that tells the size of a partition.",
        TEXT,
        name="partitionSizeLabel",
        default="k8s.amazonaws.com/gpu-partition-size",
    )
    unpartitioned_requirement: Json | None = setting(
        "What nodes must be like for a whole device.",
        REQUIREMENT,
        name="unpartitionedNodeSelectorRequirement",
        told="without the partition's label",
    )
    unpartitioned_toleration: Json | None = setting("What pods tolerate that need a whole device.", core("Toleration"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Offloading:
    """From how many MiB on an output is stored beside outputs.pb, and how many it may have at most; Flyte's defaults."""

    least: int = setting("From how many MiB on.", COUNT, name="minSizeMiB", default=10)
    most: int = setting("How many MiB an output may have at most.", LIMIT, name="maxSizeMiB", default=1000)


@dataclass(frozen=True, kw_only=True, slots=True)
class LogLink:
    """A link that each attempt gets."""

    name: str = setting("What people see.", REQUIRED_TEXT, default="")
    url: str = setting("Where it leads, with Flyte's variables in it, such as {{.podName}}.", REQUIRED_TEXT, default="")


@dataclass(frozen=True, kw_only=True, slots=True)
class Platform:
    """All of them."""

    resources: Resources = setting("How much containers get.", section(Resources), default=Resources)
    interruptible: Interruptible = setting("Where interruptible tasks run.", section(Interruptible), default=Interruptible)
    accelerators: Accelerators = setting("What GPUs are called.", section(Accelerators), default=Accelerators)
    log_links: tuple[LogLink, ...] = setting("Links that each attempt gets in the status.", sections(LogLink), default=())
    offloading: Offloading | None = setting(
        "Large outputs are stored beside outputs.pb.", section(Offloading, optional=True), name="literalOffloading", told="off"
    )
