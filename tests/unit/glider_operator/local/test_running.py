"""Local runs with real processes: the operator's decisions, and what a person sees of them."""

from __future__ import annotations

import sys
import textwrap

import pytest
import yaml
from click.testing import CliRunner

from glider_operator.cli.glider import main
from glider_operator.local.process import environment
from tests.unit.glider_operator.builders import task_document

SUMMARY = """
import json, os, sys
def end(exit_code, **fields):
    with open(os.environ["GLIDER_TERMINATION_LOG"], "w") as log:
        json.dump({"v": 1, **fields}, log)
    sys.exit(exit_code)
attempt = int(os.environ["FLYTE_ATTEMPT_NUMBER"])
"""
SUCCEED = "print('at work'); end(0, outcome='Succeeded', outputs={'o0': 5.0})"
FAIL = "end(1, outcome='Failed', code='USER:RuntimeError', kind='NON_RECOVERABLE', origin='USER', message='Traceback\\nboom')"
RECOVER = f"""
if attempt < 1:
    end(3, outcome='Failed', code='USER:Recoverable', kind='RECOVERABLE', origin='USER', message='again')
{SUCCEED}
"""


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def run(script: str, *, arguments=("--local",), **spec):
        (tmp_path / "script.py").write_text(SUMMARY + textwrap.dedent(script))
        task = task_document(
            container={"image": "none", "args": [sys.executable, "script.py"]}, retries={"user": 1, "backoff": {"initial": "10ms"}}
        )
        return apply({"task": task, "inputs": {"a": 10, "b": 2}} | spec, arguments)

    def apply(spec, arguments):
        document = {"apiVersion": "glider.dev/v1alpha1", "kind": "TaskExecution", "metadata": {"name": "divide"}, "spec": spec}
        (tmp_path / "e.yaml").write_text(yaml.safe_dump(document))
        return CliRunner().invoke(main, ["run", *arguments, "-f", "e.yaml"])

    return run


def test_success(run):
    result = run(SUCCEED)
    assert result.exit_code == 0, result.stderr
    assert result.stdout == "outputs:\n  o0: 5.0\n"
    assert [line.split()[1] for line in result.stderr.splitlines() if "s  " in line] == ["Pending", "Running", "Succeeded"]
    assert "| at work" in result.stderr


def test_failure(run):
    result = run(FAIL)
    assert result.exit_code == 1
    error = yaml.safe_load(result.stdout)["error"]
    assert error == {"code": "USER:RuntimeError", "kind": "NON_RECOVERABLE", "origin": "USER", "message": "Traceback\nboom"}


def test_a_recoverable_error_is_retried(run):
    result = run(RECOVER)
    assert result.exit_code == 0, result.stderr
    assert "Retrying" in result.stderr
    assert "attempt 1" in result.stderr


def test_a_task_that_dies_silently_fails_with_its_exit_code_and_last_output(run):
    result = run("print('last words'); sys.exit(7)")
    assert result.exit_code == 1
    error = yaml.safe_load(result.stdout)["error"]
    assert error["code"] == "ContainerFailed"
    assert "code 7" in error["message"]
    assert "last words" in error["message"]


def test_an_invalid_spec_is_refused_at_once(run):
    result = run(SUCCEED, inputs={"a": 10, "b": "two"})
    assert result.exit_code == 1
    assert 'spec.inputs.b: expected integer (64 bits), found "two"' in result.stdout


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        pytest.param({"task": None, "taskRef": {"name": "nowhere"}}, 'found none named "nowhere"', id="a template that isn't in the files"),
        pytest.param({"imputs": {}}, "imputs", id="an unknown field"),
    ],
)
def test_the_crds_rules_hold(run, spec, message):
    result = run(SUCCEED, **spec)
    assert result.exit_code == 1
    assert message in result.stdout


def test_a_cluster_is_kubectls_business(run):
    result = run(SUCCEED, arguments=())
    assert result.exit_code == 2
    assert "kubectl apply -f e.yaml" in result.stderr


def test_data_stays_in_the_folder_that_storage_names(run, tmp_path):
    result = run(
        "end(0, outcome='Succeeded', outputs={'o0': sys.argv[1]})",
        arguments=("--local", "--storage", (tmp_path / "here").as_uri()),
        task=task_document(container={"image": "none", "args": [sys.executable, "script.py", "{{.outputPrefix}}"]}),
    )
    assert yaml.safe_load(result.stdout)["outputs"]["o0"].startswith((tmp_path / "here" / "metadata").as_uri())


def test_variables_are_expanded_as_the_kubelet_does():
    found = environment([{"name": "A", "value": "1"}, {"name": "B", "value": "$(A)-$$(A)-$(C)"}], manifest={}, base={"C": "from outside"})
    assert (found["A"], found["B"]) == ("1", "1-$(A)-$(C)")


def test_a_suspended_execution_is_not_run(run):
    result = run(SUCCEED, suspend=True)
    assert "Suspended" in result.stderr
    assert "at work" not in result.stderr
    assert result.exit_code != 0


def test_a_cancelled_execution_is_not_run(run):
    result = run(SUCCEED, cancel=True)
    assert result.exit_code != 0
    assert yaml.safe_load(result.stdout)["error"]["code"] == "Cancelled"
