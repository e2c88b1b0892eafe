"""What is nested deeper than anything that reads it bears is refused, by the name of the field."""

from __future__ import annotations

from typing import Any

import pytest

from glider_core.api.nesting import MAX_LEVELS, is_too_deep
from glider_core.config import Config
from glider_core.resolve.resolution import Refused
from glider_core.resolve.resolving import resolve
from tests.unit.glider_core.builders import make_execution, task_document


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = {"a": [value]} if levels % 2 else [value]
    return value


@pytest.mark.parametrize(("levels", "too_deep"), [(0, False), (1, False), (MAX_LEVELS, False), (MAX_LEVELS + 1, True), (5_000, True)])
def test_levels(levels: int, too_deep: bool):
    value: Any = 1
    for i in range(levels):
        value = {"a": value} if i % 2 else [value]
    assert is_too_deep(value) is too_deep


@pytest.mark.parametrize("levels", [MAX_LEVELS + 1, 1_500])
@pytest.mark.parametrize(
    ("spec", "field"),
    [
        pytest.param(lambda deep: {"inputs": {"s": deep}}, "spec.inputs.s", id="inputs"),
        pytest.param(lambda deep: {"task": task_document(custom={"x": deep})}, "spec.task", id="custom of a task"),
        pytest.param(lambda deep: {"podTemplate": {"spec": deep}}, "spec.podTemplate", id="podTemplate"),
        pytest.param(lambda deep: {"taskRef": {"name": "deep"}}, "TaskTemplate deep: spec.custom", id="custom of a template"),
    ],
)
def test_an_execution_that_is_nested_too_deep_is_refused(levels: int, spec, field: str):
    deep = nested(levels)
    given = {"task": task_document(interface={"inputs": {"s": "struct"}}), **spec(deep)}
    if "taskRef" in given:
        del given["task"]
    resolution = resolve(make_execution(**given), templates={"deep": task_document(custom={"x": deep})}, config=Config())
    assert isinstance(resolution, Refused)
    assert resolution.message == f"{field}: expected at most {MAX_LEVELS} levels of nesting, found more"
