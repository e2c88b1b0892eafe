"""`glider get` against a real API server, beside kubectl."""

from __future__ import annotations

import json
import re
import signal

import pytest
import yaml

from glider_client.cluster import paths
from tests.integration.cli import Cli, glider

pytestmark = pytest.mark.cluster
__all__ = ["glider"]


@pytest.fixture
def three(glider: Cli) -> Cli:
    """Three executions: one is blank, one failed, one succeeded."""
    glider.create("blank", labels={"team": "a"})
    attempt = {"number": 0, "podName": "bad-0", "nodeName": "node-1"}
    glider.create("bad", labels={"team": "b"}, status={"phase": "Failed", "attempts": [attempt]})
    glider.create("good", labels={"team": "a"}, status={"phase": "Succeeded", "duration": "5s", "outputs": {"o0": 5.0}})
    return glider


def without_age(text: str) -> list[list[str]]:
    """The cells, of which the last is the age: it may differ by a second."""
    return [re.split(r"\s{2,}", line.strip())[:-1] for line in text.splitlines()]


@pytest.mark.parametrize(
    ("glider_arguments", "kubectl_arguments"),
    [
        pytest.param([], [], id="the namespace's"),
        pytest.param(["-o", "wide"], ["-o", "wide"], id="wide"),
        pytest.param(["good", "bad"], ["good", "bad"], id="by name"),
        pytest.param(["-l", "team=a"], ["-l", "team=a"], id="by label"),
        pytest.param(["--no-headers"], ["--no-headers"], id="without a header"),
        pytest.param(["--phase", "failed"], ["--field-selector", "status.phase=Failed"], id="by phase"),
        pytest.param(["--field-selector", "status.phase!=Failed"], ["--field-selector", "status.phase!=Failed"], id="by field"),
    ],
)
def test_the_table_is_that_of_kubectl(three: Cli, glider_arguments: list[str], kubectl_arguments: list[str]):
    theirs = three.real.kubectl("-n", three.namespace, "get", "te", *kubectl_arguments)
    assert without_age(three.out("get", *glider_arguments)) == without_age(theirs)


@pytest.mark.parametrize(
    "form",
    [
        "name",
        "jsonpath={.items[*].metadata.name}",
        'jsonpath={range .items[?(@.status.phase!="Failed")]}{.metadata.name}{"\\t"}{.status.outputs.o0}{"\\n"}{end}',
        "jsonpath={.items[0].spec.task.container.resources}",
        "jsonpath={..podName}",
        "custom-columns=NAME:.metadata.name,PHASE:.status.phase,POD:.status.attempts[*].podName",
    ],
)
def test_other_forms_are_those_of_kubectl(three: Cli, form: str):
    theirs = three.real.kubectl("-n", three.namespace, "get", "te", "-o", form)
    assert three.out("get", "-o", form).rstrip() == theirs.rstrip()


def test_json_and_yaml_are_the_objects(three: Cli):
    one = json.loads(three.real.kubectl("-n", three.namespace, "get", "te", "good", "-o", "json"))
    assert json.loads(three.out("get", "good", "-o", "json")) == one
    assert yaml.safe_load(three.out("get", "good", "-o", "yaml")) == one
    found = json.loads(three.out("get", "-o", "json"))
    assert (found["kind"], found["apiVersion"]) == ("List", "v1")
    assert [item["metadata"]["name"] for item in found["items"]] == ["bad", "blank", "good"]
    assert found["items"][2] == one


def test_all_namespaces_and_several_phases(three: Cli):
    lines = three.out("get", "-A", "--phase", "Succeeded", "--phase", "Failed").splitlines()
    assert lines[0].split() == ["NAMESPACE", "NAME", "PHASE", "REASON", "ATTEMPT", "DURATION", "AGE"]
    ours = [line.split()[1:3] for line in lines if line.startswith(f"{three.namespace} ")]
    assert ours == [["bad", "Failed"], ["good", "Succeeded"]]


def test_since_is_about_the_creation(three: Cli):
    assert len(three.out("get", "--since", "1h").splitlines()) == 4
    result = three("get", "--since", "0")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == f"There are no executions that are selected in the namespace '{three.namespace}'.\n"


def test_phases_are_in_colour_where_that_is_wanted(three: Cli):
    assert "\x1b[31mFailed\x1b[0m" in three("get", color=True).stdout
    assert "\x1b" not in three("get", color=True, env={"NO_COLOR": "1"}).stdout
    assert "\x1b" not in three("get").stdout


def test_a_name_that_is_not_there_is_an_error_beside_those_that_are(three: Cli):
    result = three("get", "good", "nothing", "te/bad")
    assert result.exit_code == 1
    assert [line.split()[0] for line in result.stdout.splitlines()] == ["NAME", "good", "bad"]
    assert result.stderr.startswith(f"Error: there is no TaskExecution 'nothing' in the namespace '{three.namespace}'.")
    alone = three("get", "nothing", "-o", "json")
    assert (alone.exit_code, alone.stdout) == (1, "")


def test_an_empty_namespace_and_one_that_is_not_there(glider: Cli):
    result = glider("get")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", f"There are no executions in the namespace '{glider.namespace}'.\n")
    absent = Cli(glider.real, "absent")("get")
    assert (absent.exit_code, absent.stderr) == (
        1,
        "Error: there is no namespace 'absent'. Choose another with -n, or create it: kubectl create namespace absent\n",
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["-o", "csv"], "expected wide, json, yaml, name, jsonpath=…, custom-columns=…, found 'csv'.", id="an unknown form"),
        pytest.param(["--phase", "Done"], "'Done' is not one of", id="an unknown phase"),
        pytest.param(["--since", "soon"], "expected a duration such as 90s", id="no duration"),
        pytest.param(["a", "-l", "x=y"], "expected NAMEs, or -A, -l", id="names and a selector"),
        pytest.param(["a", "b", "-w"], "-w: expected one NAME or none, found 2", id="several names and a watch"),
    ],
)
def test_usage_errors_exit_with_2(glider: Cli, arguments: list[str], message: str):
    result = glider("get", *arguments)
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.split())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["-o", "jsonpath={.items"], "Error: jsonpath: expected a } for each {, found {.items\n", id="no template"),
        pytest.param(["-l", "a=b=c"], "the selection of taskexecutions.glider.dev is refused: found '='", id="no selector"),
        pytest.param(["--field-selector", "spec.x=1"], "Check -l and --field-selector.", id="a field that can't be selected"),
    ],
)
def test_what_the_api_server_or_kubectls_grammar_refuses(glider: Cli, arguments: list[str], message: str):
    result = glider("get", *arguments)
    assert result.exit_code == 1
    assert message in result.stderr


def test_a_watch_prints_each_change_once_and_ends_by_ctrl_c(three: Cli):
    process = three.start("get", "-w")
    assert process.stdout is not None
    first = [process.stdout.readline().split() for _ in range(4)]
    assert [line[:2] for line in first] == [["NAME", "PHASE"], ["bad", "Failed"], ["blank", "Pending"], ["good", "Succeeded"]]
    three.write("blank", {"phase": "Running"})
    assert process.stdout.readline().split()[:2] == ["blank", "Running"]
    three.cluster.delete(paths.executions(three.namespace, "bad"))
    assert process.stdout.readline().split()[:2] == ["bad", "Failed"]
    process.send_signal(signal.SIGINT)
    rest, errors = process.communicate(timeout=20)
    assert (rest, errors, process.returncode) == ("", "", 130)


def test_a_watch_of_one_as_documents(three: Cli):
    process = three.start("get", "blank", "-w", "-o", "jsonpath={.metadata.name} {.status.phase}")
    assert process.stdout is not None
    assert process.stdout.readline() == "blank Pending\n"
    three.write("good", {"phase": "Failed"})
    three.write("blank", {"phase": "Running"})
    assert process.stdout.readline() == "blank Running\n"
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) == 130
    process.communicate()
