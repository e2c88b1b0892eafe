"""What a cluster's administrator sets in the pods of all tasks, in the operator's configuration: the knobs of propeller's `plugins.k8s`.

Unlike the settings of `pod_settings`, a task can't override these: they state what this cluster's nodes are called, what they
are good for, and how much of them one task may take.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from glider_core.api.fields import Fields
from glider_core.api.settings import COUNT, TEXT, Kind, core, core_list, section, setting
from glider_core.api.status import MAX_LINKS

Json = Mapping[str, Any]
Tolerations = tuple[Json, ...]


def _read_requirement(fields: Fields, name: str) -> Json | None:
    if not fields.has(name):
        fields.raw(name)
        return None
    requirement = fields.object(name)
    requirement.required_text("key")
    requirement.choice("operator", "In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt")
    requirement.texts("values")
    requirement.done()
    return fields.mapping(name)


def _read_tolerations(fields: Fields, name: str) -> Mapping[str, Tolerations]:
    fields.core(name, "{}[]Toleration")
    return fields.lists(name)


_AMOUNTS = Kind(words="amounts by resource", read=lambda fields, name: fields.quantities(name))
_TOLERATIONS = Kind(words="lists of core/v1 Toleration by resource", read=_read_tolerations)
_REQUIREMENT = Kind(words="core/v1 NodeSelectorRequirement", read=_read_requirement)
_STRINGS = Kind(words="strings by name", read=lambda fields, name: fields.strings(name) or None)
_SWITCH = Kind(words="true or false", read=lambda fields, name: fields.switch(name))


@dataclass(frozen=True, kw_only=True, slots=True)
class Resources:
    """How much of them a container gets."""

    defaults: Json = setting(
        "Requests of containers that request nothing of a resource. Only cpu and memory are given to those that don't ask.",
        _AMOUNTS,
        default=lambda: {"cpu": "250m", "memory": "512Mi"},
        default_text="cpu: 250m, memory: 512Mi",
    )
    default_limits: Json = setting(
        "Limits of such containers, at least as much as their requests.",
        _AMOUNTS,
        default=lambda: {"cpu": "1", "memory": "1Gi"},
        default_text="cpu: 1, memory: 1Gi",
    )
    limits: Json = setting(
        "The most that one container gets of a resource, or a pod that states amounts as a whole; more is cut, with the warning CheckSpec.",
        _AMOUNTS,
        default=dict,
        default_text="no limits",
    )
    tolerations: Mapping[str, Tolerations] = setting(
        "Tolerations of pods that use a resource.", _TOLERATIONS, default=dict, default_text="none"
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Interruptible:
    """Where interruptible tasks run, on spot nodes for instance, and where the others do."""

    node_selector: Mapping[str, str] = setting("Labels of nodes for interruptible tasks.", _STRINGS, default=dict, default_text="none")
    tolerations: Tolerations = setting("Tolerations of interruptible tasks.", core_list("Toleration"), default=())
    requirement: Json | None = setting("What nodes for interruptible tasks have.", _REQUIREMENT, name="nodeSelectorRequirement")
    otherwise: Json | None = setting("What nodes for all other tasks have.", _REQUIREMENT, name="otherwiseNodeSelectorRequirement")


@dataclass(frozen=True, kw_only=True, slots=True)
class Accelerators:
    """What GPUs are called here."""

    resource_name: str = setting("The resource that a task's `gpu` stands for.", TEXT, default="nvidia.com/gpu")
    device_label: str = setting("The nodes' label, and taint, for the device.", TEXT, default="k8s.amazonaws.com/accelerator")
    partition_label: str = setting(
        "The nodes' label, and taint, for the size of its partitions.",
        TEXT,
        default="k8s.amazonaws.com/gpu-partition-size",
        name="partitionSizeLabel",
    )
    unpartitioned_requirement: Json | None = setting(
        "What nodes with whole devices have.",
        _REQUIREMENT,
        name="unpartitionedNodeSelectorRequirement",
        default_text="no label for the partitions' size",
    )
    unpartitioned_toleration: Json | None = setting("What pods for whole devices tolerate.", core("Toleration"), default_text="nothing")


@dataclass(frozen=True, kw_only=True, slots=True)
class Offloading:
    """Large outputs beside outputs.pb; flytekit's names and Flyte's defaults."""

    enabled: bool = setting("Whether flytekit tasks store large outputs beside outputs.pb.", _SWITCH, default=False)
    least: int = setting("From how many MiB on an output is stored so.", COUNT, default=10, name="minSizeMiB")
    most: int = setting("How many MiB an output may have.", COUNT, default=1000, name="maxSizeMiB")


@dataclass(frozen=True, kw_only=True, slots=True)
class LogLink:
    """A link that each attempt gets; `url` is a template with variables such as {{.podName}}."""

    name: str
    url: str


def _read_links(fields: Fields, name: str) -> tuple[LogLink, ...] | None:
    links = []
    for link in fields.each(name, most=MAX_LINKS, what="links"):
        links.append(LogLink(name=link.required_text("name"), url=link.required_text("url")))
        link.done()
    return tuple(links) or None


_LINKS = Kind(words="list of name and url", read=_read_links)


#: Flyte's own name for the platform's GPU resource.
_GPU = "gpu"


@dataclass(frozen=True, kw_only=True, slots=True)
class Platform:
    """All of them."""

    resources: Resources = setting("How much tasks get of the nodes' resources.", section(Resources), default=Resources)
    interruptible: Interruptible = setting("Where interruptible tasks run.", section(Interruptible), default=Interruptible)
    accelerators: Accelerators = setting("What GPUs are called.", section(Accelerators), default=Accelerators)
    offloading: Offloading = setting("Large outputs.", section(Offloading), default=Offloading, name="literalOffloading")
    log_links: tuple[LogLink, ...] = setting(
        "Links in `status.links`, at most 16. In `url`, variables such as {{.podName}} and {{.namespace}} are filled in, by Flyte's names.",
        _LINKS,
        default=(),
    )

    def resource_name(self, name: str) -> str:
        """What the resource that a task calls `name` is called on this cluster."""
        return self.accelerators.resource_name if name == _GPU else name
