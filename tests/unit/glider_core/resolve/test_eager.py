"""What keeps an eager task from starting others is known before it runs; and what its namespace is called."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from glider_core.api.task import TaskId
from glider_core.config import Config, parse_config
from glider_core.config.admin import Admin
from glider_core.resolve.eager import FlyteNames, flyte_names
from glider_core.resolve.resolution import Refused, Resolved
from glider_core.resolve.resolving import resolve, resolve_alike
from tests.unit.glider_core.builders import CONFIGURATION, make_execution, task_document

FRONT = parse_config(CONFIGURATION | {"admin": {"endpoint": "front:8089", "namespace": "{project}"}})


def task_of(*, project: str = "snacks", domain: str = "development") -> TaskId:
    return TaskId(project=project, domain=domain, name="app.fan", version="v1")


@pytest.mark.parametrize(
    ("namespace", "admin", "task", "expected"),
    [
        pytest.param("snacks-development", Admin(), task_of(), ("snacks", "development"), id="that of the task's own project and domain"),
        pytest.param("team-a-production", Admin(), task_of(), ("team-a", "production"), id="another one than the task's: by the rule"),
        pytest.param("default", Admin(), task_of(), None, id="one that isn't named by the rule"),
        pytest.param("snacks", Admin(namespace="{project}"), task_of(domain="any"), ("snacks", "any"), id="a project in any domain"),
        pytest.param("else", Admin(namespace="{project}"), task_of(), ("else", "development"), id="another project, in the task's domain"),
        pytest.param("x-a-a", Admin(namespace="x-{project}-{project}"), task_of(), ("a", "development"), id="a rule that repeats itself"),
        pytest.param("x-a-b", Admin(namespace="x-{project}-{project}"), task_of(), None, id="what doesn't"),
        pytest.param("ml", Admin(project="learning", domain="production"), task_of(), ("learning", "production"), id="as configured"),
    ],
)
def test_what_a_namespace_is_called(namespace: str, admin: Admin, task: TaskId, expected: tuple[str, str] | None) -> None:
    assert flyte_names(namespace, task, admin) == (FlyteNames(project=expected[0], domain=expected[1]) if expected else None)


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        pytest.param({"task": task_document(eager=True)}, "spec.task.eager", id="by its task"),
        pytest.param({"eager": True}, "spec.eager", id="by the execution"),
        pytest.param({"task": task_document(eager=True), "eager": False}, "", id="not by the execution, which wins"),
        pytest.param({}, "", id="by nothing"),
    ],
)
def test_a_task_is_eager(spec: dict[str, Any], field: str) -> None:
    resolution = resolve(make_execution(**spec), templates={}, config=FRONT)
    assert isinstance(resolution, Resolved)
    assert resolution.eager == field
    refused = resolve(make_execution(**spec), templates={}, config=Config())
    assert isinstance(refused, Refused) is bool(field)


def test_without_a_front_it_is_refused_with_the_setting_that_is_missing() -> None:
    refused = resolve(make_execution(task=task_document(eager=True)), templates={}, config=Config())
    assert isinstance(refused, Refused)
    assert refused.message == (
        "spec.task.eager: expected the address of the front in the configuration's admin.endpoint, "
        "since an eager task starts others through it, found nothing"
    )


def test_in_a_namespace_that_the_front_does_not_know_it_is_refused() -> None:
    config = parse_config(CONFIGURATION | {"admin": {"endpoint": "front:8089"}})
    refused = resolve(make_execution(eager=True), templates={}, config=config)
    assert isinstance(refused, Refused)
    assert "by the configuration's admin.namespace, {project}-{domain}" in refused.message
    assert refused.message.endswith("found the namespace default")


def test_of_two_alike_only_that_in_a_known_namespace_runs() -> None:
    """They share what they come to, but for what differs by their namespaces."""
    config = parse_config(CONFIGURATION | {"admin": {"endpoint": "front:8089"}})
    first = replace(make_execution(eager=True), namespace="team-production")
    model = resolve(first, templates={}, config=config)
    assert isinstance(model, Resolved)
    assert isinstance(resolve_alike(replace(first, name="second"), model=model, admin=config.admin), Resolved)
    assert isinstance(resolve_alike(replace(first, namespace="default"), model=model, admin=config.admin), Refused)
