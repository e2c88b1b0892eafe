"""What is resolved once counts until something changes that it comes from."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from glider_operator.app import resolutions
from glider_operator.app.resolutions import Resolutions
from glider_operator.config import Config
from glider_operator.model.execution import Execution
from glider_operator.resolve.resolution import Awaited, Refused, Resolved
from glider_operator.resolve.resolving import resolve
from tests.unit.glider_operator.builders import T0, make_execution, task_document

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
        pytest.param(replace(BY_NAME, generation=2), TEMPLATES, CONFIG, 2, id="its spec has"),
        pytest.param(BY_NAME, {"divider": task_document()}, CONFIG, 2, id="its template was made anew"),
        pytest.param(BY_NAME, TEMPLATES | {"other": task_document()}, CONFIG, 1, id="another template came"),
        pytest.param(BY_NAME, TEMPLATES, Config(), 2, id="the configuration has"),
        pytest.param(replace(BY_NAME, uid="another"), TEMPLATES, CONFIG, 2, id="it is another one of the same name"),
    ],
)
def test_resolved_again(resolved, execution, templates, config, times):
    known = Resolutions()
    first = known.of(BY_NAME, templates=TEMPLATES, config=CONFIG, now=T0)
    second = known.of(execution, templates=templates, config=config, now=T0)
    assert isinstance(first, Resolved)
    assert isinstance(second, Resolved)
    assert len(resolved) == times


def test_a_template_that_goes_is_missed(resolved):
    known = Resolutions()
    known.of(BY_NAME, templates=TEMPLATES, config=CONFIG, now=T0)
    assert isinstance(known.of(BY_NAME, templates={}, config=CONFIG, now=T0), Awaited)


def test_who_waits_for_a_template_does_not_wait_for_ever():
    known = Resolutions()
    assert isinstance(known.of(BY_NAME, templates={}, config=CONFIG, now=T0), Awaited)
    assert isinstance(known.of(BY_NAME, templates={}, config=CONFIG, now=T0 + timedelta(minutes=1)), Refused)


@pytest.mark.parametrize("reference", [None, "divider", ["divider"], {}, {"name": ["divider"]}, {"name": None}])
def test_a_reference_of_another_form_is_refused(reference):
    execution = make_execution(taskRef=reference, task=task_document())
    assert isinstance(Resolutions().of(execution, templates=TEMPLATES, config=CONFIG, now=T0), Refused | Resolved)


def test_what_is_over_is_forgotten():
    known = Resolutions()
    known.of(BY_NAME, templates=TEMPLATES, config=CONFIG, now=T0)
    known.forget(BY_NAME.uid)
    known.forget(BY_NAME.uid)
    assert len(known) == 0
