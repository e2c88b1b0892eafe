"""Which image a task runs in that names none."""

from __future__ import annotations

from typing import Any

import pytest

from glider_core.config.parsing import parse_config
from glider_core.render.attempt import Attempt
from glider_core.render.explaining import explain
from glider_core.render.pod import render
from glider_core.resolve.resolution import Refused, Resolved
from glider_core.resolve.resolving import resolve
from tests.unit.glider_core.builders import CONFIGURATION, LEGACY_ARGS, make_execution, task_document

CODE = {"sha256": "0123456789abcdef" * 4, "configMaps": ["a"]}
CODE_FOR_312 = CODE | {"pythonVersion": "3.12"}
NONE: dict[str, Any] = {"args": LEGACY_ARGS}


def config_with(default_image: str | None):
    return parse_config(CONFIGURATION | {"defaultImage": default_image})


def resolution(*, code=None, container=NONE, default_image=None, **spec):
    execution = make_execution(task=task_document(container=container, code=code), **spec)
    return execution, resolve(execution, templates={}, config=config_with(default_image))


def image_and_source(**given):
    execution, task = resolution(**given)
    assert isinstance(task, Resolved), task
    rendered = render(Attempt(execution=execution, task=task, number=0, config=config_with(given.get("default_image"))))
    image = rendered.manifest["spec"]["containers"][0]["image"]
    return image, next(source for path, _, source in explain(rendered, names={}) if path == "spec.containers[task].image")


@pytest.mark.parametrize(
    ("given", "image", "source"),
    [
        pytest.param(
            {"code": CODE_FOR_312}, "python:3.12-slim", "Glider's default for code.pythonVersion", id="the public one of the code's version"
        ),
        pytest.param({"code": CODE_FOR_312, "default_image": "our:1"}, "our:1", "configuration", id="the configuration's"),
        pytest.param(
            {"code": CODE_FOR_312, "default_image": "our:{python}"}, "our:3.12", "configuration", id="the configuration's, by version"
        ),
        pytest.param({"default_image": "our:1"}, "our:1", "configuration", id="the configuration's, also without code"),
        pytest.param({"code": CODE_FOR_312, "container": NONE | {"image": "own:1"}}, "own:1", "task", id="the task's own"),
        pytest.param({"image": "mine:2"}, "mine:2", "execution", id="the execution's"),
        pytest.param(
            {"podTemplate": {"spec": {"containers": [{"name": "task", "image": "mine:3"}]}}, "code": CODE_FOR_312},
            "mine:3",
            "execution",
            id="that of the execution's podTemplate",
        ),
    ],
)
def test_the_image(given, image, source):
    assert image_and_source(**given) == (image, source)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        pytest.param(
            {}, "spec.task.container.image: expected an image, or code.pythonVersion, or a defaultImage in the configuration", id="no code"
        ),
        pytest.param({"code": CODE}, "spec.task.container.image: expected an image, or code.pythonVersion", id="code for any version"),
        pytest.param(
            {"default_image": "our:{python}"},
            "expected an image, or code.pythonVersion for the configuration's defaultImage our:{python}",
            id="a configuration that needs the version",
        ),
    ],
)
def test_refused(given, message):
    _, refused = resolution(**given)
    assert isinstance(refused, Refused)
    assert message in refused.message


def test_the_primary_container_of_a_pod_template_may_have_none_either():
    template = {"spec": {"containers": [{"name": "side", "image": "side:1"}, {"name": "primary", "args": ["run"]}]}}
    document = {name: value for name, value in task_document(podTemplate=template).items() if name != "container"}
    execution = make_execution(task=document)
    refused = resolve(execution, templates={}, config=config_with(None))
    assert isinstance(refused, Refused)
    assert refused.message.startswith("spec.task.podTemplate.spec.containers[1].image: expected an image")
    task = resolve(execution, templates={}, config=config_with("our:1"))
    assert isinstance(task, Resolved)
    rendered = render(Attempt(execution=execution, task=task, number=0, config=config_with("our:1")))
    assert [one["image"] for one in rendered.manifest["spec"]["containers"]] == ["side:1", "our:1"]


@pytest.mark.parametrize("where", ["the task", "the execution"])
def test_code_needs_gliders_executor(where):
    mode: dict[str, Any] = {"executor": {"mode": "Image"}}
    document = task_document(code=CODE, **(mode if where == "the task" else {}))
    execution = make_execution(task=document, **(mode if where == "the execution" else {}))
    refused = resolve(execution, templates={}, config=config_with(None))
    assert isinstance(refused, Refused)
    assert refused.message.startswith(
        "spec.task.code: expected no code with executor.mode Image, since Glider's executor is what unpacks it"
    )
    assert refused.message.endswith(f"the mode Image by {where}")
