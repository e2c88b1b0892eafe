"""Stacks of all threads on stderr, of real processes: on SIGUSR1, and shortly before the attempt's time is over."""

from __future__ import annotations

import signal
import subprocess
import time

import pytest

from glider.telemetry.stacks import seconds_to_dump
from tests.unit.glider.support import Workspace

#: A C call that keeps the GIL: no Python code, and so no Python signal handler, runs until it is over.
HOLDS_THE_GIL = """
import ctypes, threading, time

def beside():
    time.sleep(60)

def main() -> int:
    threading.Thread(target=beside, daemon=True).start()
    time.sleep(0.1)
    print("ready", flush=True)
    ctypes.PyDLL(None).sleep({seconds})
    return 1
"""


def start(workspace: Workspace, source: str) -> subprocess.Popen[str]:
    workspace.write(source)
    return subprocess.Popen(workspace.command("main"), cwd=workspace.folder, env=workspace.environ(), stdout=-1, stderr=-1, text=True)


def test_sigusr1_dumps_all_threads_and_kills_nothing_also_while_c_code_holds_the_gil(workspace: Workspace) -> None:
    with start(workspace, HOLDS_THE_GIL.format(seconds=3)) as process:
        assert process.stdout is not None
        while process.stdout.readline() != "ready\n":
            pass
        time.sleep(0.3)
        process.send_signal(signal.SIGUSR1)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert errors.count("most recent call first") >= 2
    assert 'app.py", line 11 in main' in errors
    assert 'app.py", line 5 in beside' in errors
    assert (workspace.folder / "out" / "outputs.pb").exists()


def test_stacks_come_before_the_attempts_time_is_over(workspace: Workspace) -> None:
    workspace.environment["GLIDER_ATTEMPT_TIMEOUT_SECONDS"] = "2.5"
    workspace.write(HOLDS_THE_GIL.format(seconds=4))
    ended = workspace.run()
    assert ended.exit_code == 0, "the operator ends an attempt, not we"
    assert 'app.py", line 11 in main' in ended.stderr
    assert 'app.py", line 5 in beside' in ended.stderr


def test_an_attempt_that_is_in_time_dumps_nothing(workspace: Workspace) -> None:
    workspace.environment["GLIDER_ATTEMPT_TIMEOUT_SECONDS"] = "600"
    workspace.write("def main() -> int:\n    return 1\n")
    assert workspace.run().stderr == ""


@pytest.mark.parametrize(
    ("timeout", "age", "expected"),
    [
        pytest.param(3600.0, 1.0, 3594.0, id="five seconds before the end of a long one"),
        pytest.param(10.0, 0.5, 8.5, id="a tenth before the end of a short one"),
        pytest.param(10.0, 9.5, 0.0, id="too late"),
    ],
)
def test_when_stacks_are_dumped(timeout: float, age: float, expected: float) -> None:
    assert seconds_to_dump(timeout, age=age) == pytest.approx(expected)


@pytest.mark.parametrize("value", ["soon", "-1", "0", "inf", "nan"])
def test_a_timeout_that_makes_no_sense_is_an_error_that_names_the_variable(workspace: Workspace, value: str) -> None:
    workspace.write("def main() -> int:\n    return 1\n")
    workspace.environment["GLIDER_ATTEMPT_TIMEOUT_SECONDS"] = value
    error = workspace.run().error
    assert error is not None and error.code == "InvalidSettings"
    assert f'GLIDER_ATTEMPT_TIMEOUT_SECONDS: expected seconds, found "{value}"' in error.message
