"""Where the pod may run, as far as that follows from what it is: interruptible or not, with which GPU, with which resources.

Selectors and tolerations that somebody wrote are in the layers already; these are added to them, as propeller does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from glider_core.api.platform import Accelerators
from glider_core.render.attempt import Attempt
from glider_core.render.merging import Origins
from glider_core.render.resources import resources_used

Json = Mapping[str, Any]


#: Where these are from, for whoever asks.
SOURCE = "configuration, for what the pod is: interruptible, with that accelerator, with those resources"


def placed(attempt: Attempt, spec: dict[str, Any], *, origins: Origins) -> dict[str, Any]:
    """`spec` with the selectors and tolerations that follow from it and from `attempt`."""
    used = resources_used([spec, *(spec.get("initContainers") or ()), *spec["containers"]])
    platform = attempt.config.platform
    tolerations = [one for name, several in platform.resources.tolerations.items() if name in used for one in several]
    requirements: list[Json] = []
    interruptible = platform.interruptible
    if attempt.interruptible:
        tolerations += interruptible.tolerations
        requirements += filter(None, [interruptible.requirement])
        if interruptible.node_selector:
            own = spec.get("nodeSelector") or {}
            spec = spec | {"nodeSelector": {**interruptible.node_selector, **own}}
            origins |= {("spec", "nodeSelector", name): SOURCE for name in interruptible.node_selector if name not in own}
    else:
        requirements += filter(None, [interruptible.otherwise])
    if platform.accelerators.resource_name in used:
        tolerations += _device_tolerations(attempt, platform.accelerators)
        requirements += _device_requirements(attempt, platform.accelerators)
    return _required(_tolerating(spec, tolerations, origins), requirements, origins)


def _device_requirements(attempt: Attempt, names: Accelerators) -> Iterable[Json]:
    wanted = attempt.task.traits.accelerator
    if wanted and wanted.device:
        yield {"key": names.device_label, "operator": "In", "values": [wanted.device]}
    if wanted and wanted.partition:
        yield {"key": names.partition_label, "operator": "In", "values": [wanted.partition]}
    if wanted and wanted.unpartitioned:
        yield names.unpartitioned_requirement or {"key": names.partition_label, "operator": "DoesNotExist"}


def _device_tolerations(attempt: Attempt, names: Accelerators) -> Iterable[Json]:
    wanted = attempt.task.traits.accelerator
    if wanted and wanted.device:
        yield _toleration(names.device_label, wanted.device)
    if wanted and wanted.partition:
        yield _toleration(names.partition_label, wanted.partition)
    if wanted and wanted.unpartitioned and names.unpartitioned_toleration:
        yield names.unpartitioned_toleration


def _toleration(key: str, value: str) -> Json:
    return {"key": key, "operator": "Equal", "value": value, "effect": "NoSchedule"}


def _tolerating(spec: dict[str, Any], tolerations: Iterable[Json], origins: Origins) -> dict[str, Any]:
    there = list(spec.get("tolerations") or ())
    for one in tolerations:
        if one not in there:
            origins[("spec", "tolerations", f"[{len(there)}]")] = SOURCE
            there.append(one)
    return spec | {"tolerations": there} if there else spec


def _required(spec: dict[str, Any], requirements: list[Json], origins: Origins) -> dict[str, Any]:
    """Each alternative of the required node affinity gets all `requirements`; without any there is one that has only them."""
    if not requirements:
        return spec
    affinity = dict(spec.get("affinity") or {})
    node = dict(affinity.get("nodeAffinity") or {})
    required = dict(node.get("requiredDuringSchedulingIgnoredDuringExecution") or {})
    terms = [
        dict(term) | {"matchExpressions": [*(term.get("matchExpressions") or ()), *requirements]}
        for term in required.get("nodeSelectorTerms") or [{}]
    ]
    origins[("spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution")] = SOURCE
    node["requiredDuringSchedulingIgnoredDuringExecution"] = required | {"nodeSelectorTerms": terms}
    return spec | {"affinity": affinity | {"nodeAffinity": node}}
