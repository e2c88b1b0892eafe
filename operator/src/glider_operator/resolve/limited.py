"""What a task or an execution asks of a resource beyond the configuration's `resources.limits`, which cut it: nobody should wonder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from glider_operator.model.platform import Platform
from glider_operator.model.quantities import parse_quantity
from glider_operator.resolve.layers import Layer

Json = Mapping[str, Any]

_KINDS = ("initContainers", "containers")


def limited(layers: Iterable[Layer], platform: Platform) -> tuple[str, ...]:
    """A warning for each amount that is cut: the last layer's that says it, as that is the one that counts."""
    asked: dict[tuple[str, str], tuple[Any, str]] = {}
    for layer in layers:
        for where, resources in _resources(layer.template.get("spec") or {}):
            for side in ("requests", "limits"):
                for name, amount in (resources.get(side) or {}).items():
                    asked[where, platform.resource_name(name)] = amount, f"{layer.source}: {where}.resources.{side}.{name}"
    warnings = []
    for (_, name), (amount, field) in asked.items():
        most = platform.resources.limits.get(name)
        if most is not None and amount is not None and parse_quantity(amount) > parse_quantity(most):
            warnings.append(f"{field}: {amount} is more than the configuration's resources.limits allow, and cut to {most}")
    return tuple(warnings)


def _resources(spec: Json) -> Iterable[tuple[str, Json]]:
    """Where amounts stand, and they."""
    yield "spec", spec.get("resources") or {}
    for kind in _KINDS:
        for container in spec.get(kind) or ():
            yield f"spec.{kind}[{container['name']}]", container.get("resources") or {}
