"""One execution as the page gets it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from glider_client.views.describing import Facts
from glider_console.execution.document import document_of, version_of, yaml_of
from glider_console.execution.reading import Found, Missing
from tests.unit.glider_core.builders import T0, execution_body, pod_body, task_document


def found(
    *, execution: dict[str, Any] | None = None, reruns: list[Any] | None = None, missing: list[Missing] | None = None, **facts: Any
) -> Found:
    return Found(facts=Facts(execution=execution or execution_body(), **facts), reruns=reruns or [], missing=missing or [])


def document(one: Found) -> dict[str, Any]:
    return document_of(one, now=T0 + timedelta(minutes=1))


def test_it_has_all_parts() -> None:
    parts = "execution template pods events usage recommendations unserved reruns timeline waiting errors missing templateGone archived"
    assert set(document(found())) == set(parts.split())


def test_reruns_are_short() -> None:
    rerun = execution_body(name="divide-again", status={"phase": "Running"})
    assert document(found(reruns=[rerun]))["reruns"] == [{"name": "divide-again", "created": "2026-01-31T12:00:00Z", "phase": "Running"}]


REFERS = execution_body(taskRef={"name": "divide-v1"})


@pytest.mark.parametrize(
    ("one", "gone"),
    [
        pytest.param(found(execution=REFERS), True, id="it isn't there"),
        pytest.param(found(execution=REFERS, template={"spec": task_document()}), False, id="it is there"),
        pytest.param(found(execution=REFERS, missing=[Missing(what="The template", why="no")]), False, id="the viewer may not read it"),
        pytest.param(found(), False, id="it refers to none"),
    ],
)
def test_whether_its_template_is_gone(one: Found, gone: bool) -> None:
    assert document(one)["templateGone"] is gone


def test_what_could_not_be_read_is_named() -> None:
    assert document(found(missing=[Missing(what="The pods", why="no")]))["missing"] == [{"what": "The pods", "why": "no"}]


def test_the_version_is_another_for_another_document() -> None:
    first, same, other = (version_of(document(found(execution=execution_body(name=name)))) for name in ("a", "a", "b"))
    assert first == same != other


def test_the_version_does_not_depend_on_the_time() -> None:
    one = found(execution=execution_body(status={"phase": "Running", "attempts": [{"number": 0, "startTime": "2026-01-31T12:00:00Z"}]}))
    assert len({version_of(document_of(one, now=T0 + timedelta(hours=hours))) for hours in range(3)}) == 1


def test_its_objects_as_yaml_begin_with_the_execution() -> None:
    template = {"apiVersion": "glider.dev/v1alpha1", "kind": "TaskTemplate", "metadata": {"name": "divide-v1"}, "spec": {}}
    pods = [pod_body(attempt=number) for number in (0, 1)]
    texts = yaml_of(found(template=template, pods=pods))
    assert [one["kind"] for one in texts] == ["TaskExecution", "TaskTemplate", "Pod", "Pod"]
    assert texts[2]["name"].endswith("a1")
    assert texts[0]["text"].startswith("apiVersion: glider.dev/v1alpha1\nkind: TaskExecution\n")


def test_a_large_object_is_yaml_that_takes_no_time() -> None:
    execution = execution_body(inputs={f"k{number}": number for number in range(80_000)})
    [one] = yaml_of(found(execution=execution))
    assert json.loads(one["text"]) == execution, "JSON is YAML"
