"""How large a specification may be, and how little of one is kept."""

from __future__ import annotations

import sys
import tracemalloc
from typing import Any

import pytest

from glider_core.api.execution import parse_execution
from glider_core.api.sizes import MAX_BYTES, Compact, compact
from glider_core.config import Config
from glider_core.reconcile.observed_pods import ObservedPods
from glider_core.reconcile.reconciling import reconcile
from glider_core.resolve.resolution import Refused, Resolved
from glider_core.resolve.resolving import resolve
from tests.unit.glider_core.builders import T0, execution_body, make_execution, task_document

MANY: dict[str, Any] = {"s": {"a": [{}] * 100_000}}
TOO_MANY: dict[str, Any] = {"s": {"a": [{}] * 350_000}}


def spec(**fields: Any) -> dict[str, Any]:
    return {"task": task_document(interface={"inputs": {"s": "struct"}}), **fields}


def test_what_is_small_is_kept_as_it_is():
    small = spec(inputs={"s": {}})
    assert compact(small) is small


def test_what_is_large_is_the_same_in_less():
    large = spec(inputs=MANY)
    kept = compact(large)
    assert isinstance(kept, Compact)
    assert dict(kept) == large
    assert (len(kept), "inputs" in kept, "x" in kept) == (len(large), True, False)
    assert compact(kept) is kept


@pytest.mark.parametrize("inputs", [pytest.param(MANY, id="large"), pytest.param(TOO_MANY, id="too large")])
def test_an_execution_that_waits_takes_less_memory_than_its_json(inputs: dict[str, Any]):
    body = execution_body(suspend=True, **spec(inputs=inputs))
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    execution = parse_execution(body)
    kept = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert kept < 20_000, f"{kept} bytes of {sys.getsizeof(body)}"
    assert execution.lifecycle.suspend


def test_an_execution_of_a_large_specification_runs_by_its_inputs_size_once_encoded():
    execution = make_execution(**spec(inputs={"s": {"a": "x" * 60_000}}))
    assert isinstance(execution.spec, Compact)
    assert isinstance(resolve(execution, templates={}, config=Config()), Resolved)


@pytest.mark.parametrize("suspend", [False, True])
def test_one_that_is_too_large_is_told_at_once(suspend: bool):
    execution = make_execution(suspend=suspend, **spec(inputs=TOO_MANY))
    resolution = resolve(execution, templates={}, config=Config())
    assert isinstance(resolution, Refused)
    assert resolution.message.startswith(f"spec: expected at most {MAX_BYTES} bytes as JSON, found 105")
    plan = reconcile(execution, resolution=resolution, observed=ObservedPods(), now=T0)
    assert plan.status is not None
    assert plan.status.condition.reason == "InvalidSpec"


def test_a_template_that_is_too_large_is_refused():
    template = compact(task_document(custom={"x": "y" * (MAX_BYTES + 1)}))
    resolution = resolve(make_execution(taskRef={"name": "t"}), templates={"t": template}, config=Config())
    assert isinstance(resolution, Refused)
    assert "TaskTemplate t: spec: expected at most" in resolution.message


def test_one_that_is_suspended_may_still_be_put_right_by_others():
    """Its template may not be there yet."""
    execution = make_execution(suspend=True, taskRef={"name": "later"})
    resolution = resolve(execution, templates={}, config=Config(), looked_up=True)
    plan = reconcile(execution, resolution=resolution, observed=ObservedPods(), now=T0)
    assert plan.status is not None
    assert plan.status.phase == "Suspended"
