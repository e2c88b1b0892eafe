"""Local runs with real processes: the operator's decisions, and what a person sees of them."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from glider_client.cli.glider import main
from glider_client.local.container import environment
from glider_client.local.documents import read_documents
from glider_client.local.running import LocalRun
from glider_core.api.phases import Phase
from glider_core.api.status import Status
from tests.unit.glider_core.builders import task_document

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
    assert (result.exit_code, result.stdout) == (1, "")
    assert "boom (USER:RuntimeError)\n" in result.stderr


def test_a_failure_as_json_is_the_execution_as_it_would_be_on_a_cluster(run):
    result = run(FAIL, arguments=("--local", "-o", "json"))
    execution = json.loads(result.stdout)
    assert (result.exit_code, execution["kind"], execution["metadata"]["name"]) == (1, "TaskExecution", "divide")
    error = {"code": "USER:RuntimeError", "kind": "NON_RECOVERABLE", "origin": "USER", "reason": "UserError", "message": "Traceback\nboom"}
    assert execution["status"]["error"] == error


def test_the_results_of_several_are_a_stream_of_documents_with_their_names(run, tmp_path):
    run(SUCCEED)
    first = (tmp_path / "e.yaml").read_text()
    (tmp_path / "e.yaml").write_text(f"{first}---\n{first.replace('name: divide', 'name: again', 1)}")
    result = CliRunner().invoke(main, ["run", "--local", "-f", "e.yaml"])
    shown = [(one["execution"], one["outputs"]) for one in yaml.safe_load_all(result.stdout)]
    assert shown == [("divide", {"o0": 5.0}), ("again", {"o0": 5.0})]


def test_a_recoverable_error_is_retried(run):
    result = run(RECOVER)
    assert result.exit_code == 0, result.stderr
    assert "Retrying" in result.stderr
    assert "attempt 1" in result.stderr


def test_a_task_that_dies_silently_fails_with_its_exit_code_and_last_output(run):
    result = run("print('last words'); sys.exit(7)")
    assert result.exit_code == 1
    assert "code 7" in result.stderr
    assert "(ContainerFailed)" in result.stderr
    assert "last words" in result.stderr


def test_an_invalid_spec_is_refused_at_once(run):
    result = run(SUCCEED, inputs={"a": 10, "b": "two"})
    assert result.exit_code == 1
    assert 'spec.inputs.b: expected integer (64 bits), found "two"' in result.stderr


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
    assert message in result.stderr


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
    assert result.exit_code == 4
    assert "(Cancelled)" in result.stderr


ENDLESS = """
import signal, time
signal.signal(signal.SIGTERM, lambda *_: (print("told to end", flush=True), {then}))
print("at work", flush=True)
while True:
    time.sleep(0.01)
"""


@pytest.mark.parametrize(
    ("timeouts", "phase", "code"),
    [
        pytest.param({"attempt": "200ms"}, "TimedOut", "AttemptTimeout", id="an attempt that takes too long, which may be retried"),
        pytest.param({"total": "200ms"}, "TimedOut", "TotalTimeout", id="an execution that takes too long"),
    ],
)
def test_a_timeout_ends_the_task(run, timeouts, phase, code):
    result = run("import time; time.sleep(60)", timeouts=timeouts, retries={"user": 0})
    assert result.exit_code == 3
    assert f"({code})" in result.stderr
    assert f"{phase:<10}" in result.stderr


def test_an_attempt_that_timed_out_is_retried(run):
    result = run("import time\nif attempt == 0:\n    time.sleep(60)\n" + SUCCEED, timeouts={"attempt": "300ms"}, retries={"user": 1})
    assert result.exit_code == 0, result.stderr
    assert "AttemptTimeout" in result.stderr or "Retrying" in result.stderr


def test_what_does_not_end_in_its_grace_period_is_killed(run):
    result = run(ENDLESS.replace("{then}", "None"), timeouts={"total": "200ms"}, terminationGracePeriodSeconds=0)
    assert "(TotalTimeout)" in result.stderr


def test_the_total_time_begins_with_the_run_and_not_with_the_file(run):
    assert run("import time; time.sleep(0.2)\n" + SUCCEED, timeouts={"total": "5s"}).exit_code == 0


def test_what_the_task_leaves_behind_ends_with_it(run, tmp_path):
    left = "import subprocess\nprint(subprocess.Popen(['sleep', '60']).pid, flush=True)\n"
    result = run(left + SUCCEED)
    assert result.exit_code == 0, result.stderr
    pid = re.search(r"\| (\d+)$", result.stderr, re.MULTILINE)
    assert pid is not None
    assert not Path(f"/proc/{pid[1]}").exists() or "Z" in Path(f"/proc/{pid[1]}/stat").read_text().split()[2]


def test_ctrl_c_cancels_with_a_grace_period(tmp_path):
    task = task_document(container={"image": "none", "args": [sys.executable, "script.py"]})
    (tmp_path / "script.py").write_text(SUMMARY + ENDLESS.replace("{then}", "end(1, outcome='Failed', message='stopped')"))
    document = {"apiVersion": "glider.dev/v1alpha1", "kind": "TaskExecution", "metadata": {"name": "divide"}}
    (tmp_path / "e.yaml").write_text(yaml.safe_dump(document | {"spec": {"task": task, "inputs": {"a": 1, "b": 2}}}))
    command = [str(Path(sys.executable).parent / "glider"), "run", "--local", "-f", "e.yaml"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        while "at work" not in (line := process.stderr.readline()):
            assert line, "it has ended"
        process.send_signal(signal.SIGTERM)  # as Ctrl-C, for who runs it without a terminal
        output, errors = process.communicate(timeout=60)
    assert process.returncode == 4
    assert "| told to end" in errors
    assert (output, "(Cancelled)" in errors) == ("", True)


def test_ctrl_c_cancels_whatever_is_being_done(tmp_path):
    class Interrupting:
        """Ctrl-C, just when it is reported that the attempt has been started."""

        def __init__(self) -> None:
            self.interrupted = False

        def status(self, status: Status) -> None:
            if status.attempts and not self.interrupted:
                self.interrupted = True
                raise KeyboardInterrupt

        def line(self, line: str) -> None: ...
        def note(self, note: str) -> None: ...

    task = task_document(container={"image": "none", "args": ["sleep", "60"]}, executor={"mode": "Image"})
    document = {"apiVersion": "glider.dev/v1alpha1", "kind": "TaskExecution", "metadata": {"name": "divide"}}
    (tmp_path / "e.yaml").write_text(yaml.safe_dump(document | {"spec": {"task": task, "inputs": {"a": 1, "b": 2}}}))
    [execution] = read_documents([tmp_path / "e.yaml"], storage=f"file://{tmp_path}/data").executions
    reporter = Interrupting()
    status = LocalRun(execution, templates={}, workdir=tmp_path, reporter=reporter).run()
    assert (reporter.interrupted, status.phase) == (True, Phase.ABORTED)


def test_a_command_that_does_not_exist_fails_as_it_would_in_a_container(run):
    task = task_document(container={"image": "none", "args": ["no-such-program"]}, executor={"mode": "Image"})
    result = run(SUCCEED, task=task)
    assert result.exit_code == 1
    assert "no-such-program" in result.stderr


IMAGE = """
import pathlib
from flyteidl.core import literals_pb2
prefix = pathlib.Path(sys.argv[2].removeprefix("file://"))
given = literals_pb2.LiteralMap.FromString(pathlib.Path(sys.argv[1].removeprefix("file://")).read_bytes())
prefix.mkdir(parents=True)
quarter = given.literals["a"].scalar.primitive.integer / 4
outputs = literals_pb2.LiteralMap(literals={"o0": {"scalar": {"primitive": {"float_value": quarter}}}})
(prefix / "outputs.pb").write_bytes(outputs.SerializeToString())
"""


def test_an_image_with_an_executor_of_its_own_gets_inputs_pb_and_is_read(run):
    arguments = [sys.executable, "script.py", "{{.input}}", "{{.outputPrefix}}"]
    result = run(IMAGE, task=task_document(container={"image": "none", "args": arguments}, executor={"mode": "Image"}))
    assert result.exit_code == 0, result.stderr
    assert yaml.safe_load(result.stdout) == {"outputs": {"o0": 2.5}}


def test_task_pb_is_there_for_a_command_line_that_asks_for_it(run):
    arguments = [sys.executable, "script.py", "{{.taskTemplatePath}}"]
    script = "size = os.path.getsize(sys.argv[1].removeprefix('file://')); end(0, outcome='Succeeded', outputs={'o0': float(size > 0)})"
    result = run(script, task=task_document(container={"image": "none", "args": arguments}))
    assert result.exit_code == 0, result.stderr
    assert yaml.safe_load(result.stdout) == {"outputs": {"o0": 1.0}}


@pytest.mark.parametrize("storage", ["here", "./here", "here/"])
def test_storage_may_be_a_plain_path(run, tmp_path, storage):
    result = run(
        "end(0, outcome='Succeeded', outputs={'o0': sys.argv[1]})",
        arguments=("--local", "--storage", storage),
        task=task_document(container={"image": "none", "args": [sys.executable, "script.py", "{{.outputPrefix}}"]}),
    )
    assert yaml.safe_load(result.stdout)["outputs"]["o0"].startswith(f"file://{tmp_path}/here/metadata/")


def test_input_that_is_too_long_for_a_command_line_is_told_as_the_operator_tells_it(run):
    task = task_document(
        interface={"inputs": {"text": "string"}}, container={"image": "none", "args": [sys.executable, "script.py", "{{.inputs.text}}" * 2]}
    )
    result = run(SUCCEED, task=task, inputs={"text": "x" * 70_000})
    assert result.exit_code == 1
    assert "containers[task].args[2]: expected at most 131071 bytes" in result.stderr


FRAME = """
import pandas
from flytekit import task
@task
def main() -> pandas.DataFrame:
    return pandas.DataFrame({"a": [1, 2]})
"""


def test_a_data_frame_of_a_flytekit_task_goes_to_the_default_storage(run, tmp_path):
    paths = ["--inputs", "{{.input}}", "--output-prefix", "{{.outputPrefix}}", "--raw-output-data-prefix", "{{.rawOutputDataPrefix}}"]
    resolver = [
        "--resolver",
        "flytekit.core.python_auto_container.default_task_resolver",
        "--",
        "task-module",
        "frames",
        "task-name",
        "main",
    ]
    (tmp_path / "frames.py").write_text(FRAME)
    task = task_document(
        interface={"outputs": {"o0": "table"}}, container={"image": "none", "args": ["pyflyte-execute", *paths, *resolver]}
    )
    result = run("", task=task, inputs={})
    assert result.exit_code == 0, result.stderr
    folder = Path(yaml.safe_load(result.stdout)["outputs"]["o0"])
    assert folder.is_relative_to(tmp_path / ".glider" / "data")
    assert list(folder.iterdir())
    assert not (tmp_path / "file:").exists()


def test_the_operators_configuration_counts_where_it_is_given(run, tmp_path):
    config = {"apiVersion": "glider.dev/v1alpha1", "kind": "Configuration", "taskPod": {"env": [{"name": "RATE", "value": "2.5"}]}}
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config))
    script = "end(0, outcome='Succeeded', outputs={'o0': float(os.environ['RATE'])})"
    result = run(script, arguments=("--local", "--config", "config.yaml"))
    assert yaml.safe_load(result.stdout) == {"outputs": {"o0": 2.5}}


def test_a_storage_that_the_execution_names_is_told_to_have_no_effect(run):
    result = run(SUCCEED, storage={"metadataPrefix": "s3://bucket/meta"})
    assert result.exit_code == 0
    assert "without effect on this machine: spec.storage of TaskExecution divide, since --storage decides" in result.stderr


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        pytest.param({"name": "Divide_1"}, "e.yaml: metadata.name: expected lower-case letters, digits", id="no name of Kubernetes"),
        pytest.param({"name": "x", "labels": "a"}, 'e.yaml: metadata.labels: expected an object, found "a"', id="labels that are none"),
        pytest.param({"name": "x", "labels": {"a": 1}}, "e.yaml: metadata.labels.a: expected a string, found 1", id="a number for a label"),
        pytest.param({"name": "x", "labels": {"a": False}}, "labels.a: expected a string, found false (YAML makes", id="an unquoted no"),
        pytest.param({"name": True}, "metadata.name: expected a string, found true (YAML makes true of an unquoted y", id="an unquoted y"),
    ],
)
def test_what_the_api_server_would_refuse_is_refused_here(tmp_path, monkeypatch, metadata, message):
    monkeypatch.chdir(tmp_path)
    document = {"apiVersion": "glider.dev/v1alpha1", "kind": "TaskExecution", "metadata": metadata, "spec": {"task": task_document()}}
    (tmp_path / "e.yaml").write_text(yaml.safe_dump(document))
    result = CliRunner().invoke(main, ["run", "--local", "-f", "e.yaml"])
    assert result.exit_code == 1
    assert message in result.output
