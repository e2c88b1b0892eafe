"""Requests and limits, defaulted and limited as propeller does (flytek8s, AdjustOrDefaultResource).

A missing request is the limit; a missing limit is the request; where both are missing they are the platform's defaults, and of these
the limit may be more than the request, which is not so in Flyte. Neither exceeds what the platform allows, nor a request its limit.
CPU and memory are always set; anything else only where a container or the pod asks for it.

The field to change for more memory, the one whose value the limit is, travels on the pod for the advice after an OOM kill: another
field may exist and have no effect.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from glider_core.api.platform import Platform
from glider_core.api.quantities import parse_quantity
from glider_core.render.attempt import Attempt
from glider_core.render.merging import Origins
from glider_core.resolve.layers import CONFIGURATION, EXECUTION, TASK

Json = Mapping[str, Any]

_ALWAYS = ("cpu", "memory")

DEFAULTED = "configuration resources.defaults"
DEFAULT_LIMITS = "configuration resources.defaultLimits"
LIMITED = "configuration resources.limits"
DERIVED = "Glider, from the other of request and limit"
RAISED = "Glider, after attempts that ran out of memory"

#: Where an amount is from that the container didn't set itself, by side and resource.
Notes = dict[tuple[str, str], str]


def adjusted(resources: Json, platform: Platform, *, defaults: bool, memory: str | None = None) -> tuple[dict[str, Any], Notes]:
    """`resources` as the container gets them.

    Args:
        resources: core/v1 ResourceRequirements.
        platform: the cluster's defaults and limits.
        defaults: whether CPU and memory are set where the container doesn't set them; sidecars, and pods as a whole, are only limited.
        memory: the least amount of memory, for an attempt after one that ran out of it.
    """
    requests, limits = _renamed(resources.get("requests"), platform), _renamed(resources.get("limits"), platform)
    notes: Notes = {}
    for name in dict.fromkeys((*(_ALWAYS if defaults else ()), *requests, *limits)):
        before = requests.get(name), limits.get(name)
        request, limit = before
        if defaults and before != (None, None):
            request, limit = _first(request, limit), _first(limit, request)
            _note(notes, name, before, (request, limit), DERIVED)
        elif defaults and (default := platform.resources.defaults.get(name)) is not None:
            request, limit = default, _most(platform.resources.default_limits.get(name), default)
            _note(notes, name, before, (request, default), DEFAULTED)
            _note(notes, name, (request, default), (request, limit), DEFAULT_LIMITS)
        if name == "memory" and memory is not None:
            before = request, limit
            request, limit = _most(request, memory), _most(limit, memory)
            _note(notes, name, before, (request, limit), RAISED)
        before, most = (request, limit), platform.resources.limits.get(name)
        request, limit = _least(request, most), _least(limit, most)
        _note(notes, name, before, (request, limit), LIMITED)
        before = request, limit
        request = _least(request, limit)
        _note(notes, name, before, (request, limit), DERIVED)
        requests, limits = _with(requests, name, request), _with(limits, name, limit)
    others = {name: value for name, value in resources.items() if name not in ("requests", "limits")}
    return others | {side: amounts for side, amounts in (("requests", requests), ("limits", limits)) if amounts}, notes


def resources_used(asking: list[Json]) -> set[str]:
    """The names of all resources that containers, or a pod as a whole, ask for."""
    return {name for one in asking for side in ("requests", "limits") for name in (one.get("resources") or {}).get(side) or {}}


def _renamed(amounts: Json | None, platform: Platform) -> dict[str, Any]:
    return {platform.resource_name(name): amount for name, amount in (amounts or {}).items()}


def _first(*amounts: Any) -> Any:
    return next((amount for amount in amounts if amount is not None), None)


def _least(amount: Any, most: Any) -> Any:
    if amount is None or most is None:
        return amount
    return min(amount, most, key=parse_quantity)


def _most(amount: Any, least: str) -> Any:
    return least if amount is None else max(amount, least, key=parse_quantity)


def _with(amounts: dict[str, Any], name: str, amount: Any) -> dict[str, Any]:
    return amounts if amount is None else amounts | {name: amount}


def _note(notes: Notes, name: str, before: tuple[Any, Any], after: tuple[Any, Any], source: str) -> None:
    for side, old, new in zip(("requests", "limits"), before, after, strict=True):
        if old != new:
            notes[(side, name)] = source


_LIMIT, _REQUEST = "resources.limits.memory", "resources.requests.memory"
_NOBODYS = (None, DERIVED, DEFAULTED, DEFAULT_LIMITS)
#: It always wins, so it is what helps where no amount was set.
OF_EXECUTION = f"spec.{_LIMIT}"


def memory_field(attempt: Attempt, origins: Origins) -> str:
    """The field, in words."""
    limit, request = _source(attempt, origins, "limits"), _source(attempt, origins, "requests")
    if limit == RAISED:
        return "retries.oom.max"
    if limit == LIMITED or (limit == DERIVED and request == LIMITED):
        return f"{_LIMIT} in the operator's configuration, which is all that it allows"
    if limit == DERIVED and request not in _NOBODYS:
        return f"{_named(attempt, str(request), _REQUEST, 'requests')}, which is its limit too"
    return OF_EXECUTION if limit in _NOBODYS else _named(attempt, str(limit), _LIMIT, "limits")


def _source(attempt: Attempt, origins: Origins, side: str) -> str | None:
    path = ("spec", "containers", f"[{attempt.task.primary}]", "resources", side, "memory")
    return next((origins[path[:end]] for end in range(len(path), 2, -1) if path[:end] in origins), None)


def _named(attempt: Attempt, source: str, field: str, side: str) -> str:
    task = attempt.task.task
    match source:
        case _ if source == EXECUTION:
            return f"spec.{field}"
        case _ if source == TASK and "memory" in ((task.pod.container.get("resources") or {}).get(side) or {}):
            return f"the task's {field}"
        case _ if source == TASK:
            return f"{field} of the task's container {task.primary}"
        case _ if source == CONFIGURATION:
            return f"taskPod.{field} in the operator's configuration"
        case _:
            return f"{field} in {source}"
