"""What is resolved once counts until something changes that it comes from."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from glider_core.api.execution import Execution
from glider_core.config import Config
from glider_core.resolve.resolution import Awaited, Refused, Resolved
from glider_core.resolve.resolving import resolve
from glider_operator.cache import resolutions
from glider_operator.cache.resolutions import ResolutionCache
from tests.unit.glider_core.builders import make_execution, task_document

BY_NAME = make_execution(taskRef={"name": "divider"})
TEMPLATES: dict[str, Any] = {"divider": task_document()}


@pytest.fixture
def resolved(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The executions that were really resolved."""
    names: list[str] = []

    def counted(execution: Execution, **arguments: Any) -> Any:
        names.append(execution.name)
        return resolve(execution, **arguments)

    monkeypatch.setattr(resolutions, "resolve", counted)
    return names


CONFIG = Config()


@pytest.mark.parametrize(
    ("execution", "templates", "config", "times"),
    [
        pytest.param(BY_NAME, TEMPLATES, CONFIG, 1, id="nothing has changed"),
        pytest.param(replace(BY_NAME, resource_version="9"), TEMPLATES, CONFIG, 1, id="only its status has"),
        pytest.param(replace(BY_NAME, generation=2, spec={**BY_NAME.spec, "priority": 3}), TEMPLATES, CONFIG, 2, id="its spec has"),
        pytest.param(BY_NAME, {"divider": task_document()}, CONFIG, 2, id="its template was made anew"),
        pytest.param(BY_NAME, TEMPLATES | {"other": task_document()}, CONFIG, 1, id="another template came"),
        pytest.param(BY_NAME, TEMPLATES, Config(), 2, id="the configuration has"),
        pytest.param(replace(BY_NAME, uid="another"), TEMPLATES, CONFIG, 1, id="it is another one of the same name"),
    ],
)
def test_resolved_again(resolved, execution, templates, config, times):
    known = ResolutionCache()
    first = known.of(BY_NAME, templates=TEMPLATES, config=CONFIG)
    second = known.of(execution, templates=templates, config=config)
    assert isinstance(first, Resolved)
    assert isinstance(second, Resolved)
    assert len(resolved) == times


def test_a_template_that_goes_is_missed(resolved):
    known = ResolutionCache()
    known.of(BY_NAME, templates=TEMPLATES, config=CONFIG)
    assert isinstance(known.of(BY_NAME, templates={}, config=CONFIG), Awaited)


def test_who_waits_for_a_template_does_not_wait_for_ever():
    known = ResolutionCache()
    assert isinstance(known.of(BY_NAME, templates={}, config=CONFIG), Awaited)
    assert isinstance(known.of(BY_NAME, templates={}, config=CONFIG, looked_up=True), Refused)


@pytest.mark.parametrize("reference", [None, "divider", ["divider"], {}, {"name": ["divider"]}, {"name": None}])
def test_a_reference_of_another_form_is_refused(reference):
    execution = make_execution(taskRef=reference, task=task_document())
    assert isinstance(ResolutionCache().of(execution, templates=TEMPLATES, config=CONFIG), Refused | Resolved)


def inline(**changes: Any) -> Execution:
    return make_execution(**{"taskRef": None, "task": task_document(), "inputs": {"a": 10, "b": 2}} | changes)


@pytest.mark.parametrize(
    ("other", "times"),
    [
        pytest.param(inline(inputs={"a": 1, "b": 1}), 1, id="other inputs"),
        pytest.param(inline(inputs=None, inputsUri="s3://bucket/inputs.pb"), 1, id="inputs in a file"),
        pytest.param(inline(env=[{"name": "X", "value": "1"}]), 2, id="another variable"),
        pytest.param(inline(task=task_document(maxConcurrent=3)), 2, id="another task"),
        pytest.param(inline(image="other:1"), 2, id="another image"),
        pytest.param(inline(priority=7), 2, id="another priority"),
        pytest.param(inline(taskRef={"name": "divider"}, task=None), 2, id="a template"),
    ],
)
def test_who_is_alike_but_for_the_inputs_comes_to_what_it_comes_to_alone(resolved, other, times):
    known, other = ResolutionCache(), replace(other, name="other", uid="another")
    known.of(inline(), templates=TEMPLATES, config=CONFIG)
    assert known.of(other, templates=TEMPLATES, config=CONFIG) == resolve(other, templates=TEMPLATES, config=CONFIG)
    assert len(resolved) == times


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(inline(inputs={"a": 1}), id="an input is missing"),
        pytest.param(inline(inputs={"a": "x", "b": 1}), id="an input is of another type"),
        pytest.param(inline(inputs=[1, 2]), id="inputs aren't an object"),
        pytest.param(inline(inputsUri="s3://bucket/inputs.pb"), id="inputs twice"),
        pytest.param(inline(inputs=None, inputsUri="inputs.pb"), id="no URI"),
        pytest.param(replace(inline(), name="x" * 64), id="the name is too long"),
    ],
)
def test_who_is_alike_is_refused_in_the_same_words(other):
    known, other = ResolutionCache(), replace(other, uid="another")
    known.of(inline(), templates=TEMPLATES, config=CONFIG)
    refusal = known.of(other, templates=TEMPLATES, config=CONFIG)
    assert isinstance(refusal, Refused)
    assert refusal == resolve(other, templates=TEMPLATES, config=CONFIG)


def test_of_many_kinds_only_the_last_are_remembered(resolved):
    known = ResolutionCache()
    for number in [*range(300), 299, 0]:
        known.of(replace(inline(priority=number), uid=str(number)), templates=TEMPLATES, config=CONFIG)
        known.forget(str(number))
    assert len(resolved) == 301
    assert len(known) == 0


def test_what_orjson_can_not_write_is_resolved_each_time(resolved):
    known = ResolutionCache()
    for uid in ("one", "another"):
        odd = replace(inline(annotations={"half": "\ud800"}), uid=uid)
        assert isinstance(known.of(odd, templates=TEMPLATES, config=CONFIG), Resolved)
    assert len(resolved) == 2


def test_what_is_over_is_forgotten():
    known = ResolutionCache()
    known.of(BY_NAME, templates=TEMPLATES, config=CONFIG)
    known.forget(BY_NAME.uid)
    known.forget(BY_NAME.uid)
    assert len(known) == 0
