"""An attempt in this very process ends as one in a process of its own does, and a debugger stops at the user's line."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pexpect
import pytest
import yaml

from tests.unit.glider_core.builders import task_document

CODE = """
import json, os, sys

def divide(a: int, b: int) -> float:
    print("dividing in", os.getcwd())
    return quotient(a, b)

def quotient(a: int, b: int) -> float:
    return a / b

def parse(a: int, b: int) -> float:
    text = "{" * a
    return json.loads(text)

def translate(a: int, b: int) -> float:
    try:
        return quotient(a, b)
    except ZeroDivisionError as error:
        raise ValueError("no quotient") from error

def leave(a: int, b: int) -> float:
    sys.exit(7)

def interrupt(a: int, b: int) -> float:
    raise KeyboardInterrupt

def wrong(a: int, b: int) -> float:
    return "text"

def restore(a: int, b: int) -> float:
    os.environ["LEFT"] = "behind"
    os.chdir("/")
    sys.path.insert(0, "/left")
    return 1.0
"""

#: Runs the execution in e.yaml either way, and prints how it ended.
RUN = """
import os, signal, sys
from functools import partial
from pathlib import Path
import yaml
from glider_client.local.debugging import stop_at
from glider_client.local.documents import read_documents
from glider_client.local.in_process import InProcess
from glider_client.local.process import Process
from glider_client.local.reporting import Terminal
from glider_client.local.running import LocalRun
from glider_core.api.status import status_document

how = {"in-process": InProcess, "process": Process, "pdb": partial(InProcess, on_error=stop_at)}[sys.argv[1]]
documents = read_documents([Path("e.yaml")], storage=f"file://{Path('data').resolve()}")
before = dict(os.environ), os.getcwd(), list(sys.path), signal.getsignal(signal.SIGTERM)
reporter = Terminal(documents.executions[0])
status = LocalRun(documents.executions[0], templates={}, workdir=Path("code").resolve(), reporter=reporter, start=how).run()
ended = status_document(status)
print(yaml.safe_dump({field: ended[field] for field in ("outputs", "error") if field in ended}))
assert before == (dict(os.environ), os.getcwd(), list(sys.path), signal.getsignal(signal.SIGTERM)), "left behind"
print("attempts:", [[one.reason, one.exit_code] for one in status.attempts])
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "calc.py").write_text(CODE)
    (tmp_path / "run.py").write_text(RUN)
    return tmp_path


def prepare(folder: Path, name: str, **spec: Any) -> None:
    arguments = ["--inputs", "{{.input}}", "--output-prefix", "{{.outputPrefix}}", "--raw-output-data-prefix", "{{.rawOutputDataPrefix}}"]
    command = ["pyflyte-execute", *arguments, "--task-module", "calc", "--task-name", name]
    task = task_document(container={"image": "none", "args": command}, retries={"system": 0})
    document = {"apiVersion": "glider.dev/v1alpha1", "kind": "TaskExecution", "metadata": {"name": "divide"}}
    (folder / "e.yaml").write_text(yaml.safe_dump(document | {"spec": {"task": task, "inputs": {"a": 10, "b": 2}} | spec}))


def run(folder: Path, how: str) -> tuple[Any, str]:
    """What it ended with, and what it printed to standard error."""
    done = subprocess.run([sys.executable, "run.py", how], cwd=folder, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return yaml.safe_load(done.stdout), done.stderr


@pytest.mark.parametrize(
    ("name", "inputs"),
    [
        pytest.param("divide", {"a": 10, "b": 4}, id="a task that succeeds"),
        pytest.param("divide", {"a": 1, "b": 0}, id="a task that raises"),
        pytest.param("leave", {"a": 1, "b": 0}, id="a task that calls sys.exit"),
        pytest.param("interrupt", {"a": 1, "b": 0}, id="a task that raises KeyboardInterrupt itself"),
        pytest.param("wrong", {"a": 1, "b": 0}, id="a task that returns another type"),
    ],
)
def test_it_ends_as_in_a_process_of_its_own(folder: Path, name: str, inputs: dict[str, int]) -> None:
    prepare(folder, name, inputs=inputs)
    ended, _ = run(folder, "in-process")
    assert ended == run(folder, "process")[0]
    assert "attempts" in ended


def test_a_task_that_there_is_not_ends_so_too_although_this_process_has_another_search_path(folder: Path) -> None:
    prepare(folder, "nowhere")
    (ended, _), (expected, _) = run(folder, "in-process"), run(folder, "process")
    assert "nowhere" in ended["error"].pop("message")
    expected["error"].pop("message")
    assert ended == expected


def test_the_task_prints_to_standard_error_from_its_folder_so_that_standard_output_has_the_results(folder: Path) -> None:
    prepare(folder, "divide")
    ended, printed = run(folder, "in-process")
    assert ended["outputs"] == {"o0": 5.0}
    assert f"dividing in {folder / 'code'}" in printed


def test_environment_folder_and_search_path_are_as_before(folder: Path) -> None:
    prepare(folder, "restore")
    assert run(folder, "in-process")[0]["outputs"] == {"o0": 1.0}


def test_a_command_that_is_not_flytes_is_refused(folder: Path) -> None:
    prepare(folder, "divide", podTemplate={"spec": {"containers": [{"name": "task", "args": ["make", "all"]}]}})
    message = run(folder, "in-process")[0]["error"]["message"]
    assert "expected a command line of Flyte's, such as pyflyte-execute, to run in this process, found make" in message


@pytest.mark.parametrize(
    ("name", "inputs", "line", "variable"),
    [
        pytest.param("divide", {"a": 1, "b": 0}, "return a / b", "b", id="where the user's code raised it"),
        pytest.param("parse", {"a": 2, "b": 0}, "return json.loads(text)", "text", id="where the user's code called what raised it"),
        pytest.param(
            "translate", {"a": 1, "b": 0}, 'raise ValueError("no quotient") from error', "b", id="of an error with a cause its own"
        ),
    ],
)
def test_the_debugger_stops_at_the_users_line(folder: Path, name: str, inputs: dict[str, int], line: str, variable: str) -> None:
    prepare(folder, name, inputs=inputs)
    terminal = pexpect.spawn(sys.executable, ["run.py", "pdb"], cwd=str(folder), encoding="utf-8", timeout=60, dimensions=(40, 200))
    terminal.expect_exact("(Pdb) ")
    assert re.search(rf"-> {re.escape(line)}\s*$", terminal.before or "", re.MULTILINE), terminal.before
    terminal.sendline(f"p ({variable!r}, {variable})")
    terminal.expect_exact("(Pdb) ")
    assert f"('{variable}', " in (terminal.before or "")
    terminal.sendline("quit")
    terminal.expect(pexpect.EOF)
    assert "USER" in (terminal.before or "")  # it still ends as it would have
    terminal.close()
    assert terminal.exitstatus == 0


def test_the_debugger_does_not_start_where_no_line_is_the_users(folder: Path) -> None:
    prepare(folder, "nowhere")
    ended, printed = run(folder, "pdb")
    assert "no debugger: no line of the task's own code" in printed
    assert "nowhere" in ended["error"]["message"]
