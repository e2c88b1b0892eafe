"""The cases of `tests/project`: its tasks, each with inputs, and what flytekit makes of them on this machine."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from flytekit.core.context_manager import FlyteEntities

from glider.wire.jsonform import LiteralMap, to_literal_map
from glider_client.registration.discovery import discover
from glider_client.registration.found import FoundTask
from glider_client.registration.templates import template_of
from glider_core.api.task import parse_task
from tests.conftest import ROOT

PROJECT = ROOT / "tests" / "project"

#: Inputs of the tasks that run on the test cluster, by module and name: as JSON, as in `spec.inputs`.
CASES: dict[tuple[str, str], dict[str, Any]] = {
    ("shop.tasks", "add"): {"a": 1},
    ("shop.tasks", "words"): {"text": "tea", "times": 2, "loud": True},
    ("shop.tasks", "opposite"): {"size": "small"},
    ("shop.tasks", "later"): {"wait": "30m"},
    ("shop.tasks", "find"): {"names": ["a", "b"], "name": "b"},
    ("shop.tasks", "either"): {"value": "ab"},
    ("shop.tasks", "counts"): {"texts": [["a", "b"], ["a"]]},
    ("shop.tasks", "merged"): {"settings": {"b": {"c": 2}}},
    ("shop.tasks", "several"): {"a": 3},
    ("shop.tasks", "awaited"): {"number": 1},
    ("shop.tasks", "nothing"): {},
    ("shop.tasks", "greeting"): {"name": "you"},
    ("shop.tasks", "written"): {"text": "tea"},
    ("shop.tasks", "shell"): {"a": 3},
    ("shop.pricing.tasks", "total"): {"order": {"items": [{"name": "tea", "price": 2.5, "count": 2}]}},
    ("shop.pricing.tasks", "order_of"): {"names": ["tea", "coffee"]},
    ("shop.pricing.tasks", "converted"): {"amount": 4.0},
    ("shop.pricing.tasks", "traced"): {"number": 4},
    ("shop.pricing.tasks", "split"): {"a": 17},
}
#: Tasks that are registered, and need more than the test cluster has.
NOT_RUN = {("shop.tasks", "train"), ("shop.tasks", "fan_out"), ("shop.pods", "in_a_pod"), ("shop.pods", "tolerant")}
#: What isn't registered.
UNSUPPORTED = {"flow", "mapped"}


@contextmanager
def discovered() -> Iterator[dict[tuple[str, str], FoundTask]]:
    """What is found in the project, by module and name. Its modules are forgotten afterwards, and another test's `shop` before."""
    path, others, entities = list(sys.path), _taken_out(), list(FlyteEntities.entities)
    try:
        yield {(found.module, found.name): found for found in discover([PROJECT])}
    finally:
        sys.path[:] = path
        FlyteEntities.entities[:] = entities  # else the next one finds this one's map task beside its own
        _taken_out()
        sys.modules.update(others)


def _taken_out() -> dict[str, ModuleType]:
    return {name: sys.modules.pop(name) for name in list(sys.modules) if name.partition(".")[0] == "shop"}


def literals_of(found: FoundTask) -> LiteralMap:
    """The inputs of the task's case, as the operator makes them."""
    interface = parse_task(template_of(found, namespace="shop", image="shop:1")["spec"], path="spec").interface
    given = {**interface.defaults, **CASES[found.module, found.name]}
    return to_literal_map(given, interface.inputs, field="inputs", left_out=interface.optional)


def local_outputs(found: FoundTask) -> LiteralMap:
    """What flytekit makes of the case's inputs in this process."""
    from flytekit.core.context_manager import FlyteContextManager
    from flytekit.models.literals import LiteralMap as FlytekitLiterals

    task: Any = found.value
    made = task.dispatch_execute(FlyteContextManager.current_context(), FlytekitLiterals.from_flyte_idl(literals_of(found)))
    outputs: LiteralMap = made.to_flyte_idl() if hasattr(made, "to_flyte_idl") else LiteralMap()
    return outputs
