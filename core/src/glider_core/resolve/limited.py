"""What a task or an execution asks of a resource and doesn't get, since the configuration's `resources.limits` or its own limit cut it:
nobody should wonder.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from glider_core.api.platform import Platform
from glider_core.api.quantities import parse_quantity
from glider_core.resolve.layers import Layer

Json = Mapping[str, Any]

_KINDS = ("initContainers", "containers")


def limited(layers: Sequence[Layer], platform: Platform) -> tuple[str, ...]:
    """A warning for each amount that is cut: that of the last layer that sets it, as that is the one that counts."""
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
    return (*warnings, *_beyond_their_limits(layers, platform))


def _beyond_their_limits(layers: Iterable[Layer], platform: Platform) -> Iterator[str]:
    """Requests that the same layer limits to less. Where a stronger one lowers the limit, the request is meant to follow."""
    for layer in layers:
        for where, resources in _resources(layer.template.get("spec") or {}):
            limits = {platform.resource_name(name): amount for name, amount in (resources.get("limits") or {}).items()}
            for name, amount in (resources.get("requests") or {}).items():
                limit = limits.get(platform.resource_name(name))
                if limit is not None and amount is not None and parse_quantity(amount) > parse_quantity(limit):
                    yield f"{layer.source}: {where}.resources.requests.{name}: {amount} is more than its limit, and cut to {limit}"


def _resources(spec: Json) -> Iterable[tuple[str, Json]]:
    """Where amounts stand, and they."""
    yield "spec", spec.get("resources") or {}
    for kind in _KINDS:
        for container in spec.get(kind) or ():
            yield f"spec.{kind}[{container['name']}]", container.get("resources") or {}
