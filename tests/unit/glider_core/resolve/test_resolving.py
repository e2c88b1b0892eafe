"""What exactly is to run, and what can't be."""

from __future__ import annotations

from datetime import timedelta

import pytest

from glider.wire.contract import MAX_INLINE_INPUTS_BYTES
from glider.wire.jsonform import LiteralMap, from_literal_map
from glider_core.api.task import TaskId
from glider_core.config import Config, parse_config
from glider_core.resolve.resolution import Awaited, Refused, Resolved
from glider_core.resolve.resolving import resolve, resolve_alike
from tests.unit.glider_core.builders import CONFIGURATION, SECOND, T0, TASK, make_execution, resolved, task_document

CONFIG = parse_config(CONFIGURATION | {"storage": {"metadataPrefix": "s3://operator"}, "retries": {"system": 7, "user": 1}})


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        pytest.param({"inputs": {"a": 10}}, "spec.inputs.b: expected integer, found nothing", id="a missing input"),
        pytest.param({"inputs": {"a": 1, "b": 2, "c": 3}}, "spec.inputs.c: expected one of a, b, found ", id="a superfluous input"),
        pytest.param({"inputs": {"a": 10, "b": "two"}}, 'spec.inputs.b: expected integer (64 bits), found "two"', id="another type"),
        pytest.param(
            {"task": task_document(interface={"inputs": {"a": "number"}})},
            "spec.task.interface.inputs.a: expected a type",
            id="no such type",
        ),
        pytest.param(
            {"task": task_document(id={})}, "spec.task.id.project: expected a string, found nothing", id="a task without an identity"
        ),
        pytest.param(
            {"task": {"id": {}}}, "spec.task.container: expected exactly one of container and podTemplate, found nothing", id="no container"
        ),
        pytest.param({"inputs": {"a": 10, "b": 2, "true": 3}}, 'found the unknown name "true"', id="a name that YAML has made"),
        pytest.param(
            {"task": task_document(interface={"inputs": {"false": "integer"}})},
            "spec.task.interface.inputs.false: expected the name of a parameter, in quotes where YAML would make something else of it, "
            "found what YAML makes of an unquoted n, no or off",
            id="a parameter n without quotes",
        ),
        pytest.param(
            {"task": task_document(interface={"outputs": {"true": "float"}})},
            "found what YAML makes of an unquoted y, yes or on",
            id="an output y without quotes",
        ),
        pytest.param(
            {"task": task_document(interface={"inputs": {"y": "integer"}}), "inputs": {"true": 3}},
            'expected one of y, found the unknown name "true" (YAML makes true of an unquoted y, yes or on: write it in quotes)',
            id="an input y without quotes, where the template has them",
        ),
        pytest.param(
            {"task": task_document(interface={"inputs": {"s": "string"}}), "inputs": {"s": False}},
            "spec.inputs.s: expected string, found false (YAML makes false of an unquoted n, no or off: write it in quotes)",
            id="text that YAML has made a boolean of",
        ),
        pytest.param({"task": task_document(container={"image": "x"})}, "spec.task.container.args: expected the task's", id="no args"),
        pytest.param({"task": task_document(), "taskRef": {"name": "x"}}, "spec: expected exactly one of taskRef and task", id="both"),
        pytest.param({"task": None}, "spec: expected exactly one of taskRef", id="neither"),
        pytest.param({"inputs": {}, "inputsUri": "s3://x/y"}, "spec: expected at most one of inputs and inputsUri", id="inputs twice"),
        pytest.param({"inputsUri": "x/y"}, "spec.inputsUri: expected a URI such as", id="an inputsUri that is none"),
        pytest.param({"retries": {"user": -1}}, "spec.retries.user: expected a whole number of at least 0, found -1", id="fewer"),
        pytest.param(
            {"retries": {"backoff": {"max": "soon"}}},
            'spec.retries.backoff.max: expected a duration such as 90s, 5m or 1h30m, of at most a hundred years, found "soon"',
            id="time",
        ),
        pytest.param({"retires": {}}, 'found "retires"', id="an unknown field"),
        pytest.param({"env": [{"value": "x"}]}, "spec.env[0].name: expected a string", id="a variable without a name"),
    ],
)
def test_refused(spec, message):
    resolution = resolve(make_execution(**spec), templates={}, config=Config())
    assert isinstance(resolution, Refused)
    assert message in resolution.message


def test_inputs_too_large_for_a_pod_are_told_where_to_go():
    task = task_document(interface={"inputs": {"text": "string"}})
    execution = make_execution(task=task, inputs={"text": "x" * MAX_INLINE_INPUTS_BYTES})
    resolution = resolve(execution, templates={}, config=Config())
    assert isinstance(resolution, Refused)
    assert "spec.inputsUri" in resolution.message


def test_who_misspells_a_templates_name_learns_the_nearest_one():
    execution = make_execution(taskRef={"name": "divder"})
    refused = resolve(execution, templates={"divider": task_document(), "sum": task_document()}, config=Config(), looked_up=True)
    expected = 'expected a TaskTemplate in namespace default (did you mean divider?), found none named "divder"'
    assert refused == Refused(message=f"spec.taskRef.name: {expected}")


def test_thousands_of_templates_are_not_compared():
    templates = {f"divider-{i}": task_document() for i in range(1_000)}
    refused = resolve(make_execution(taskRef={"name": "divider"}), templates=templates, config=Config(), looked_up=True)
    assert refused == Refused(message='spec.taskRef.name: expected a TaskTemplate in namespace default, found none named "divider"')


def test_a_template_may_come_up_to_five_seconds_later():
    execution = make_execution(taskRef={"name": "divider"})
    assert resolve(execution, templates={}, config=Config()) == Awaited(template="divider", until=T0 + 5 * SECOND)
    assert isinstance(resolve(execution, templates={"divider": task_document()}, config=Config()), Resolved)
    late = resolve(execution, templates={}, config=Config(), looked_up=True)
    assert late == Refused(message='spec.taskRef.name: expected a TaskTemplate in namespace default, found none named "divider"')


def test_inputs_become_a_literal_map():
    inline = resolved(make_execution()).inline_inputs
    assert inline is not None
    assert LiteralMap.FromString(inline).literals["a"].scalar.primitive.integer == 10


def test_inputs_in_the_store_are_left_there():
    task = resolved(make_execution(inputsUri="s3://elsewhere/inputs.pb"))
    assert task.inline_inputs is None
    assert task.paths.inputs == "s3://elsewhere/inputs.pb"


def test_the_execution_wins_over_the_task_and_the_task_over_the_operator():
    task = task_document(retries={"user": 2, "backoff": {"initial": "1s"}}, storage={"rawOutputDataPrefix": "s3://task"})
    execution = make_execution(task=task, retries={"backoff": {"initial": "9s"}})
    found = resolved(execution, config=CONFIG)
    assert (found.retries.user, found.retries.system) == (2, 7)
    assert found.retries.initial == timedelta(seconds=9)
    assert found.retries.factor == 2.0
    assert found.paths.inputs.startswith("s3://operator/")
    assert found.paths.raw_output(0).startswith("s3://task/")


@pytest.mark.parametrize(
    ("spec", "templates", "name"),
    [
        pytest.param({"task": {name: value for name, value in TASK.items() if name != "id"}}, {}, "divide", id="an execution's own task"),
        pytest.param({"taskRef": {"name": "divider"}}, {"divider": {**TASK, "id": None}}, "divider", id="a template"),
    ],
)
def test_a_task_without_an_identity_has_that_of_its_object(spec, templates, name):
    found = resolve(make_execution(**spec), templates=templates, config=Config())
    assert isinstance(found, Resolved)
    assert found.id == found.task.id == TaskId(project="default", domain="development", name=name, version="unversioned")


def test_executions_that_are_alike_have_each_its_own_identity():
    task = {name: value for name, value in TASK.items() if name != "id"}
    first, second = make_execution(task=task), make_execution(task=task, name="other")
    found = resolve_alike(second, model=resolved(first))
    assert found == resolved(second)
    named = resolve_alike(make_execution(name="other"), model=resolved(make_execution()))
    assert isinstance(named, Resolved)
    assert named.id.name == "app.workflows.divider"


def inputs_of(types, given=None, **fields):
    task = task_document(interface={"inputs": types}, **fields)
    resolution = resolve(make_execution(task=task, inputs=given or {}), templates={}, config=Config())
    if isinstance(resolution, Refused):
        return resolution.message
    assert isinstance(resolution, Resolved)
    assert resolution.inline_inputs is not None
    return from_literal_map(LiteralMap.FromString(resolution.inline_inputs))


@pytest.mark.parametrize(
    ("types", "given", "expected"),
    [
        pytest.param({"n": {"type": "integer", "default": 3}}, {}, {"n": 3}, id="a default"),
        pytest.param({"n": {"type": "integer", "default": 3}}, {"n": 4}, {"n": 4}, id="what is given wins over it"),
        pytest.param({"n": {"type": "integer", "required": False}}, {}, {}, id="the function has a default"),
        pytest.param({"n": {"type": "integer", "required": False}}, {"n": 4}, {"n": 4}, id="it may be given all the same"),
        pytest.param({"n": {"type": "integer", "required": True}}, {"n": 4}, {"n": 4}, id="required, as without saying so"),
        pytest.param({"s": "string?"}, {}, {}, id="what may be null is left out, so that the function's default counts"),
        pytest.param({"s": "string?"}, {"s": None}, {"s": None}, id="a null that is given is a value"),
        pytest.param({"s": {"type": "string?", "default": None}}, {}, {"s": None}, id="null as a default"),
        pytest.param({"n": {"type": {"simple": "INTEGER"}, "description": "a number"}}, {"n": 1}, {"n": 1}, id="a flyteidl Variable"),
        pytest.param({"c": "enum[red, green]"}, {"c": "red"}, {"c": "red"}, id="an enum"),
        pytest.param({"t": "table"}, {"t": "s3://b/t"}, {"t": "s3://b/t"}, id="a table"),
    ],
)
def test_what_an_input_may_be_left_out_for(types, given, expected):
    assert inputs_of(types, given) == expected


@pytest.mark.parametrize(
    ("types", "message"),
    [
        pytest.param({"n": {"type": "integer", "required": True}}, "spec.inputs.n: expected integer, found nothing", id="required"),
        pytest.param(
            {"n": {"type": "integer", "default": "x"}},
            'spec.task.interface.inputs.n.default: expected integer (64 bits), found "x"',
            id="a default of another type",
        ),
        pytest.param(
            {"n": {"type": "integer", "default": 1, "required": True}},
            "spec.task.interface.inputs.n.required: expected false, or nothing, beside a default, found true",
            id="required, and a default",
        ),
        pytest.param({"n": {"type": "int"}}, "spec.task.interface.inputs.n.type: expected a type", id="no type"),
        pytest.param({"n": {"default": 3}}, "spec.task.interface.inputs.n.type: expected a type (one", id="a default alone"),
        pytest.param({"n": None}, "or a flyteidl LiteralType), found nothing", id="nothing"),
        pytest.param({"n": {"type": "integer", "defualt": 1}}, "(did you mean default?)", id="a typing error"),
        pytest.param({"c": "enum[red]", }, "spec.inputs.c: expected enum[red], found nothing", id="an enum that is missing"),
    ],
)  # fmt: skip
def test_a_declaration_that_does_not_fit(types, message):
    assert message in inputs_of(types)


def test_an_output_has_no_default():
    task = task_document(interface={"outputs": {"o0": {"type": "integer", "default": 1}}})
    resolution = resolve(make_execution(task=task, inputs={}), templates={}, config=Config())
    assert resolution == Refused(message="spec.task.interface.outputs.o0: expected a type alone, since this is an output, found a default")


def test_the_images_own_executor_gets_null_since_it_may_not_know_what_to_give():
    assert inputs_of({"s": "string?"}, executor={"mode": "Image"}) == {"s": None}


def test_the_same_inputs_of_an_execution_that_is_alike():
    first = make_execution(task=task_document(interface={"inputs": {"n": {"type": "integer", "default": 3}, "s": "string?"}}), inputs={})
    assert resolve_alike(first, model=resolved(first)) == resolved(first)
