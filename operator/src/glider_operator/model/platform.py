"""What a cluster's administrator says about the pods of all tasks, in the operator's configuration: the knobs of propeller's `plugins.k8s`.

Unlike the settings of `pod_settings`, a task can't override these: they say what this cluster's nodes are called, what they
are good for, and how much of them one task may take.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from glider_operator.model.fields import Fields
from glider_operator.model.pod_settings import check_quantity

Json = Mapping[str, Any]
Tolerations = tuple[Json, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Resources:
    """`defaults` are for containers that say nothing, `limits` the most that one container may have.

    `tolerations` are added to pods that use a resource, by the resource's name.
    """

    defaults: Mapping[str, Any] = field(default_factory=lambda: {"cpu": "1", "memory": "1Gi"})
    limits: Mapping[str, Any] = field(default_factory=dict)
    tolerations: Mapping[str, Tolerations] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Interruptible:
    """Where interruptible tasks run, on spot nodes say; and with `otherwise`, where the others do. Requirements are core/v1."""

    node_selector: Mapping[str, str] = field(default_factory=dict)
    tolerations: Tolerations = ()
    requirement: Json | None = None
    otherwise: Json | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Accelerators:
    """What GPUs are called: the resource, and the labels of nodes. The last two say what an unpartitioned GPU's node has or tolerates."""

    resource_name: str = "nvidia.com/gpu"
    device_label: str = "k8s.amazonaws.com/accelerator"
    partition_label: str = "k8s.amazonaws.com/gpu-partition-size"
    unpartitioned_requirement: Json | None = None
    unpartitioned_toleration: Json | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Offloading:
    """From how many MiB on an output is stored beside outputs.pb, and how many it may have at most; Flyte's defaults."""

    least: int = 10
    most: int = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class LogLink:
    """A link that each attempt gets; `url` is a template with variables such as {{.podName}}."""

    name: str
    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Platform:
    """All of them."""

    resources: Resources = field(default_factory=Resources)
    interruptible: Interruptible = field(default_factory=Interruptible)
    accelerators: Accelerators = field(default_factory=Accelerators)
    log_links: tuple[LogLink, ...] = ()
    offloading: Offloading | None = None


def parse_platform(fields: Fields) -> Platform:
    """The platform among the configuration's `fields`.

    Raises:
        FieldError: a field is unknown or of another form.
    """
    return Platform(
        resources=_parse_resources(fields.object("resources")),
        interruptible=_parse_interruptible(fields.object("interruptible")),
        accelerators=_parse_accelerators(fields.object("accelerators")),
        log_links=tuple(_parse_link(link) for link in fields.each("logLinks")),
        offloading=_parse_offloading(fields),
    )


def _parse_resources(fields: Fields) -> Resources:
    defaults, limits = fields.mapping("defaults"), fields.mapping("limits")
    for name, amounts in (("defaults", defaults), ("limits", limits)):
        for resource, amount in (amounts or {}).items():
            check_quantity(amount, path=f"{fields.path(name)}.{resource}")
    tolerations = fields.object("tolerations")
    by_resource = {name: tolerations.objects(name) for name in fields.mapping("tolerations") or {}}
    fields.done()
    return Resources(
        defaults=Resources().defaults if defaults is None else defaults,
        limits=limits or {},
        tolerations=by_resource,
    )


def _parse_interruptible(fields: Fields) -> Interruptible:
    interruptible = Interruptible(
        node_selector=fields.strings("nodeSelector"),
        tolerations=fields.objects("tolerations"),
        requirement=_parse_requirement(fields, "nodeSelectorRequirement"),
        otherwise=_parse_requirement(fields, "otherwiseNodeSelectorRequirement"),
    )
    fields.done()
    return interruptible


def _parse_accelerators(fields: Fields) -> Accelerators:
    default = Accelerators()
    accelerators = Accelerators(
        resource_name=fields.text("resourceName") or default.resource_name,
        device_label=fields.text("deviceLabel") or default.device_label,
        partition_label=fields.text("partitionSizeLabel") or default.partition_label,
        unpartitioned_requirement=_parse_requirement(fields, "unpartitionedNodeSelectorRequirement"),
        unpartitioned_toleration=fields.mapping("unpartitionedToleration") or None,
    )
    fields.done()
    return accelerators


def _parse_requirement(fields: Fields, name: str) -> Json | None:
    if not fields.has(name):
        fields.raw(name)
        return None
    requirement = fields.object(name)
    requirement.required_text("key")
    requirement.choice("operator", "In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt")
    requirement.texts("values")
    requirement.done()
    return fields.mapping(name)


def _parse_offloading(fields: Fields) -> Offloading | None:
    given, inner = fields.has("literalOffloading"), fields.object("literalOffloading")
    least, most = inner.count("minSizeMiB"), inner.count("maxSizeMiB")
    inner.done()
    default = Offloading()
    return Offloading(least=default.least if least is None else least, most=most or default.most) if given else None


def _parse_link(fields: Fields) -> LogLink:
    link = LogLink(name=fields.required_text("name"), url=fields.required_text("url"))
    fields.done()
    return link
