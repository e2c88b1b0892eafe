"""Where each value of a pod is from, with what the viewer may read."""

from __future__ import annotations

from typing import Any

import pytest

from glider_client.cluster.errors import ForbiddenError
from glider_client.cluster.operators import Operator
from glider_console.execution.origins import Sources, origins_of
from glider_core.config import Config
from glider_core.config.parsing import parse_config
from glider_core.render.layering import PodTemplate
from tests.unit.glider_core.builders import execution_body, task_document


def operator(config: Config | None = None, *, problem: str = "") -> Operator:
    return Operator(namespace="glider-system", name="glider", ready=1, wanted=1, config=config or Config(), problem=problem)


def origins(execution: dict[str, Any] | None = None, *, number: int = 0, **sources: Any) -> dict[str, Any]:
    return origins_of(Sources(execution=execution or execution_body(), **sources), number=number)


def source_of(answer: dict[str, Any], path: str) -> tuple[str, str]:
    found = next(one for one in answer["values"] if one["path"] == path)
    return found["value"], found["source"]


def configured(**settings: Any) -> Config:
    return parse_config({"apiVersion": "glider.dev/v1alpha1", "kind": "Configuration", **settings})


LABELLED = configured(taskPod={"labels": {"team": "forecast"}})


def test_values_are_of_the_task_the_execution_and_the_configuration() -> None:
    answer = origins(execution_body(image="python:3.12"), operators=[operator(LABELLED)])
    assert source_of(answer, "spec.containers[task].image") == ("python:3.12", "execution divide")
    assert source_of(answer, "metadata.labels.team") == ("forecast", "configuration")
    assert source_of(answer, "metadata.name")[1] == "Glider"


def test_of_a_template_they_are_named_after_it() -> None:
    execution = execution_body(taskRef={"name": "divide-v1"})
    answer = origins(execution, template={"spec": task_document()}, operators=[operator()])
    assert source_of(answer, "spec.containers[task].image")[1] == "TaskTemplate divide-v1"


@pytest.mark.parametrize(
    ("sources", "note"),
    [
        pytest.param({}, "no operator serves the execution, or none that you may see.", id="there is none"),
        pytest.param(
            {"unread": ["User ada may not list deployments."]}, "User ada may not list deployments.", id="the viewer may not see any"
        ),
        pytest.param(
            {"operators": [operator(problem="its configuration is refused")]}, "its configuration is refused.", id="it is refused"
        ),
        pytest.param(
            {"operators": [operator(configured(instanceId="blue"))]},
            "no operator serves the execution, or none that you may see.",
            id="it serves others",
        ),
    ],
)
def test_without_a_configuration_a_note_has_the_reason(sources: dict[str, Any], note: str) -> None:
    answer = origins(**sources)
    assert answer["values"]
    assert answer["notes"][0].endswith(note)


@pytest.mark.parametrize(
    ("execution", "sources", "note"),
    [
        pytest.param(execution_body(taskRef={"name": "gone"}), {}, "The template gone can't be read", id="its template is gone"),
        pytest.param(execution_body(inputs={"a": "x", "b": 1}), {}, "inputs.a", id="its inputs are refused"),
    ],
)
def test_without_a_pod_a_note_has_the_reason(execution: dict[str, Any], sources: dict[str, Any], note: str) -> None:
    answer = origins(execution, **sources)
    assert answer["values"] == []
    assert note in answer["notes"][0]


def test_a_pod_template_is_read_by_its_name() -> None:
    def read(name: str) -> PodTemplate:
        return PodTemplate(namespace="default", name=name, template={"metadata": {"labels": {"zone": "a"}}})

    answer = origins(execution_body(podTemplateRef={"name": "base"}), pod_template=read)
    assert source_of(answer, "metadata.labels.zone") == ("a", "PodTemplate default/base")


def test_a_pod_template_that_the_viewer_may_not_read_is_named() -> None:
    def read(name: str) -> PodTemplate:
        raise ForbiddenError("User ada may not get podtemplates.")

    assert origins(execution_body(podTemplateRef={"name": "base"}), pod_template=read)["notes"][0] == "User ada may not get podtemplates."


def test_an_attempt_has_the_memory_that_it_got() -> None:
    status = {"phase": "Running", "attempts": [{"number": 1, "memory": "4Gi"}]}
    answer = origins(execution_body(status=status), number=1)
    assert source_of(answer, "spec.containers[task].resources.limits.memory")[0] == "4Gi"
