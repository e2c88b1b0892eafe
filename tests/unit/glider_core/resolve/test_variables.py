"""The variables of command lines, in each way of writing them, in each place of a pod."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from glider.wire.jsonform import FieldError
from glider_core.config import Config, parse_config
from glider_core.render.pod import pod_name, render_pod
from glider_core.resolve import variables
from glider_core.resolve.resolution import Refused, Resolved
from glider_core.resolve.resolving import resolve
from glider_core.resolve.variables import VARIABLES, Variable
from tests.unit.glider_core.builders import CONFIGURATION, STORE, TASK, make_execution, resolved, task_document

CONFIG = parse_config(CONFIGURATION | {"storage": {"metadataPrefix": STORE, "rawOutputDataPrefix": "s3://bucket/data"}})
HERE = f"{STORE}/default/divide-0f9d2c4e"
RAW = "s3://bucket/data/nv/default-divide-0f9d2c4e-0"
VALUES = {
    "input": f"{HERE}/inputs.pb",
    "inputPrefix": HERE,
    "outputPrefix": f"{HERE}/0",
    "rawOutputDataPrefix": RAW,
    "checkpointOutputPrefix": f"{RAW}/_flytecheckpoints",
    "prevCheckpointPrefix": '""',
    "perRetryUniqueKey": "divide_0f9d2c4e_a0",
    "taskTemplatePath": f"{HERE}/task.pb",
    "namespace": "default",
    "inputs.a": "10",
}
FORMS = {
    "as flytekit writes it": "{{.NAME}}",
    "a dollar": "{{$NAME}}",
    "spaces before": "{{  .NAME}}",
    "spaces behind": "{{.NAME  }}",
    "a tab and a newline": "{{\t.NAME\n}}",
    "within text": "--x={{.NAME}}/y",
}
CASES: dict[str, Callable[[str], str]] = {
    "as written": str,
    "lower case": lambda name: name if "." in name else name.lower(),
    "upper case": lambda name: "INPUTS.a" if "." in name else name.upper(),
}
PLACES = list(product(("containers", "initContainers"), ("main", "beside"), ("command", "args")))


def pod_of(argument: str, *, keep: bool = False, **spec):
    def container(name: str) -> dict[str, object]:
        return {"name": name, "image": "i", "command": ["run", argument], "args": ["with", argument]}

    pods = {"containers": [container("primary"), container("main"), container("beside")]}
    pods["initContainers"] = [container("main"), container("beside")]
    task = {name: value for name, value in TASK.items() if name != "container"} | {"podTemplate": {"spec": pods}}
    task |= {"unknownVariables": "Keep"} if keep else {}
    execution = make_execution(task=task, **spec)
    return render_pod(execution, resolved(execution, config=CONFIG), attempt=0, config=CONFIG)


def test_each_variable_of_the_table_has_a_value_here():
    """So the test below holds each of them to what a command line gets: refused by none, filled in by all."""
    assert set(VALUES) == {*VARIABLES, "inputs.a"}


def test_a_variable_that_is_added_to_the_table_is_accepted_and_filled_in(monkeypatch):
    monkeypatch.setitem(variables._BY_LOWER_NAME, "added", Variable(value=lambda attempt: str(attempt.number), doc="The attempt."))
    assert pod_of("{{.added}}")["spec"]["containers"][0]["args"][1] == "0"


@pytest.mark.parametrize("variable", VALUES)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("case", CASES)
def test_everywhere_and_however_it_is_written(variable, form, case):
    written = FORMS[form].replace("NAME", CASES[case](variable))
    expected = f"--x={VALUES[variable]}/y" if form == "within text" else VALUES[variable]
    pod = pod_of(written)
    for kind, name, field in PLACES:
        container = next(one for one in pod["spec"][kind] if one["name"] == name)
        assert container[field][1] == expected, (kind, name, field)
    primary = pod["spec"]["containers"][0]
    assert primary["args"] == ["run", expected, "with", expected]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("{{input}}", id="neither dot nor dollar"),
        pytest.param("{{. input}}", id="a space after the dot"),
        pytest.param("{.input}", id="one brace"),
        pytest.param("$(HOME) $$ {{", id="the task's own text"),
    ],
)
def test_left_as_it_is(text):
    assert pod_of(text)["spec"]["containers"][0]["args"][1] == text


UNKNOWN = {
    "{{.unknown}}": "an unknown variable",
    "{{.inputss}}": "more than the name",
    "{{ .remote_package_path }}": "what is filled in when a task is registered",
    "{{$Names}}": "another program's braces",
}


@pytest.mark.parametrize("text", UNKNOWN, ids=UNKNOWN.values())
def test_an_unknown_variable_is_refused_before_there_is_a_pod(text):
    assert refusal(text).startswith("containers[task].args: expected one of the variables {{.input}}, {{.inputPrefix}}, ")
    assert refusal(text).endswith(f'found "{{{{.{text.strip("{}$. ")}}}}}"')


@pytest.mark.parametrize("text", UNKNOWN, ids=UNKNOWN.values())
def test_a_task_that_needs_braces_can_keep_them(text):
    pod = pod_of(f"{text} {{{{.namespace}}}}", keep=True)
    assert pod["spec"]["containers"][0]["args"][1] == f"{text} default"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        pytest.param("{{.outputPrefx}}", "did you mean {{.outputPrefix}}?", id="a letter too few"),
        pytest.param("{{.rawOutputData}}", "did you mean {{.rawOutputDataPrefix}}?", id="a word too few"),
        pytest.param("{{.input.a}}", "did you mean {{.inputs.a}}?", id="one of the inputs"),
        pytest.param("{{ .dest_dir }}", "flytectl fills that one in when it registers the task", id="what nobody has filled in"),
        pytest.param("{{.ID}}", "(unknownVariables: Keep leaves the task's own braces alone)", id="nothing alike"),
    ],
)
def test_who_is_refused_learns_the_nearest_name_and_the_way_out(text, hint):
    assert hint in refusal(text)


def refusal(argument: str) -> str:
    execution = make_execution(task=TASK | {"container": {"image": "i", "args": ["x", argument]}})
    refused = resolve(execution, templates={}, config=CONFIG)
    assert isinstance(refused, Refused)
    return refused.message


def test_variables_are_not_filled_in_in_the_environment():
    task = TASK | {"container": TASK["container"] | {"env": [{"name": "A", "value": "{{.input}}"}]}}
    execution = make_execution(task=task)
    container = render_pod(execution, resolved(execution), attempt=0, config=CONFIG)["spec"]["containers"][0]
    assert {"name": "A", "value": "{{.input}}"} in container["env"]


def warnings(argument: str) -> tuple[str, ...]:
    execution = make_execution(task=TASK | {"container": {"image": "i", "args": ["x", argument]}})
    return resolved(execution).warnings


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        pytest.param("{{ outputPrefix }}", "{{.outputPrefix}}", id="without its dot"),
        pytest.param("{{inputs.a}}", "{{.inputs.a}}", id="an input without its dot"),
        pytest.param("{{inputs.parameters.a}}", "{{.inputs.a}}", id="an input as in Argo"),
        pytest.param("{.outputPrefix}", "{{.outputPrefix}}", id="in one pair of braces"),
        pytest.param("{.inputs.a}", "{{.inputs.a}}", id="an input in one pair of braces"),
    ],
)
def test_a_variable_that_is_written_otherwise_is_warned_of(written, meant):
    assert warnings(f"x={written}") == (f"containers[task].args: {written} is left as it is; {meant} is filled in",)


def test_others_are_not_warned_of():
    assert warnings("{{ Names }} {{") == ()
    assert warnings("{.Names} {outputPrefix} {.metadata.name}") == ()
    assert all(warnings("{{.NAME}}".replace("NAME", name)) == () for name in VALUES)


@pytest.mark.parametrize("name", ["z", "A", "a.b"])
def test_an_input_that_the_task_has_not_is_refused(name):
    execution = make_execution(task=TASK | {"container": {"image": "i", "args": ["{{.inputs.NAME}}".replace("NAME", name)]}})
    refused = resolve(execution, templates={}, config=CONFIG)
    assert isinstance(refused, Refused)
    assert refused.message == f'containers[task].args: expected one of the inputs a, b, found "{{{{.inputs.{name}}}}}"'


def text_input(value: str, argument: str = "{{.inputs.text}}") -> list[str]:
    container = {"image": "i", "args": ["run", argument, "{{.namespace}}"]}
    task = TASK | {"interface": {"inputs": {"text": "string"}}, "container": container}
    execution = make_execution(task=task, inputs={"text": value})
    args: list[str] = render_pod(execution, resolved(execution), attempt=0, config=CONFIG)["spec"]["containers"][0]["args"]
    return args


@pytest.mark.parametrize(
    ("value", "rendered"),
    [
        pytest.param("{{.namespace}}", "{{.namespace}}", id="a variable is not filled in again"),
        pytest.param("{{.inputs.text}}", "{{.inputs.text}}", id="nor is the value itself"),
        pytest.param("a b\n'c' \"d\" -- e", "a b\n'c' \"d\" -- e", id="it stays one argument"),
        pytest.param("$(HOME) $$(X) $", "$$(HOME) $$$$(X) $$", id="the kubelet gets it escaped"),
        pytest.param("", "", id="nothing is an argument too"),
        pytest.param("\\1 \\g<0>", "\\1 \\g<0>", id="what a regular expression would take for a group"),
    ],
)
def test_a_value_is_data(value, rendered):
    assert text_input(value) == ["run", rendered, "default"]


def test_the_previous_checkpoint_of_a_second_attempt():
    execution = make_execution(task=TASK | {"container": {"image": "i", "args": ["{{.prevCheckpointPrefix}}", "{{.perRetryUniqueKey}}"]}})
    pod = render_pod(execution, resolved(execution), attempt=1, config=CONFIG, previous_checkpoint="s3://b/cp")
    assert pod["spec"]["containers"][0]["args"] == ["s3://b/cp", "divide_0f9d2c4e_a1"]
    assert pod["metadata"]["name"] == pod_name(execution, 1)


QUERY = "SELECT * FROM {{ .Inputs.table }} WHERE ds = '{{ .Inputs.ds }}' AND hour = {{ .Inputs.hour }} AND tags = '{{ .Inputs.tags }}'"


@pytest.mark.parametrize(
    ("argument", "rendered"),
    [
        pytest.param("--someArg {{ .Inputs.tags }}", "--someArg [[a,b],[c]]", id="lists of lists"),
        pytest.param("--someArg {{ .Inputs.ds }}", "--someArg 1900-01-01T01:01:01.000001Z", id="a date before all dates"),
        pytest.param("${{input}}", "${{input}}", id="what only looks like a variable"),
        pytest.param(
            "--someArg {{ .Inputs.no such }} {{ .PerretryuNIqueKey }}",
            "--someArg {{ .Inputs.no such }} divide_0f9d2c4e_a0",
            id="half a one",
        ),
        pytest.param("--prev={{ .PrevCheckpointPrefix }}", '--prev=""', id="no checkpoint yet"),
        pytest.param(
            QUERY, "SELECT * FROM my_table WHERE ds = '1900-01-01T01:01:01.000001Z' AND hour = 15 AND tags = '[[a,b],[c]]'", id="a query"
        ),
    ],
)
def test_what_propellers_documentation_and_tests_show(argument, rendered):
    types = {"table": "string", "ds": "datetime", "hour": "integer", "tags": "list[list[string]]"}
    inputs = {"table": "my_table", "ds": "1900-01-01T01:01:01.000001Z", "hour": 15, "tags": [["a", "b"], ["c"]]}
    task = TASK | {"interface": {"inputs": types}, "container": {"image": "i", "args": [argument]}}
    execution = make_execution(task=task, inputs=inputs)
    assert render_pod(execution, resolved(execution), attempt=0, config=CONFIG)["spec"]["containers"][0]["args"] == [rendered]


BY_FILE: dict[str, Any] = {"inputsUri": "s3://theirs/in.pb"}
TASK_CONTAINER = {"name": "task", "image": "i", "args": ["{{.inputs.a}}", "x{{ .Inputs.b }}", "{{.namespace}}"]}
SIDECAR = {"name": "beside", "image": "i", "args": ["{{.inputs.b}}"]}


def by_file(*containers: dict[str, Any], **spec: Any) -> Resolved:
    pod = {"podTemplate": {"spec": {"containers": list(containers)}}, "primaryContainerName": "task"}
    task = {name: value for name, value in task_document().items() if name != "container"} | pod
    return resolved(make_execution(task=task, **BY_FILE, **spec))


def test_inputs_of_a_file_are_left_to_the_executor_with_where_they_are():
    found = by_file(TASK_CONTAINER)
    assert found.inputs_to_read == frozenset()
    container = render_pod(make_execution(**BY_FILE), found, attempt=0, config=Config())["spec"]["containers"][0]
    assert container["args"] == ["{{0f9d2c4e.inputs.a}}", "x{{0f9d2c4e.inputs.b}}", "default"]
    env = {variable["name"]: variable.get("value") for variable in container["env"]}
    assert (env["GLIDER_INPUTS_URI"], env["GLIDER_INPUTS_MARK"]) == ("s3://theirs/in.pb", "0f9d2c4e")


def test_nothing_is_left_to_the_executor_where_there_is_nothing_to_fill_in():
    container = render_pod(make_execution(), resolved(make_execution()), attempt=0, config=Config())["spec"]["containers"][0]
    assert not [variable for variable in container["env"] if variable["name"].startswith("GLIDER_INPUTS")]


@pytest.mark.parametrize(
    ("found", "read"),
    [
        pytest.param(by_file(TASK_CONTAINER, SIDECAR), {"b"}, id="a container beside the task's"),
        pytest.param(by_file(TASK_CONTAINER, executor={"mode": "Image"}), {"a", "b"}, id="an image with an executor of its own"),
    ],
)
def test_the_operator_reads_what_no_executor_of_ours_fills_in(found, read):
    assert found.inputs_to_read == read
    containers = render_pod(make_execution(**BY_FILE), found, attempt=0, config=Config(), inputs={"a": "1", "b": "2"})["spec"]["containers"]
    assert containers[-1]["args"] == (["2"] if len(containers) > 1 else ["1", "x2", "default"])


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        pytest.param("integer?", "null", id="what may be null is null"),
        pytest.param({"type": "integer", "default": 3}, "3", id="a default"),
        pytest.param(
            {"type": "integer", "required": False},
            "spec.inputs.n: expected integer, since it stands in a command line, found nothing",
            id="only the function has a default",
        ),
    ],
)
def test_an_input_that_is_left_out_in_a_command_line(form, expected):
    task = TASK | {"interface": {"inputs": {"n": form}}, "container": {"image": "i", "args": ["{{.inputs.n}}"]}}
    execution = make_execution(task=task, inputs={})
    if expected.startswith("spec"):
        with pytest.raises(FieldError) as caught:
            render_pod(execution, resolved(execution), attempt=0, config=CONFIG)
        assert str(caught.value) == expected
    else:
        assert render_pod(execution, resolved(execution), attempt=0, config=CONFIG)["spec"]["containers"][0]["args"] == [expected]
