"""What people do to executions from the command line, on a real node: run them again, correct their code, stop them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from tests.e2e.conftest import Glider as Installed

GLIDER = str(Path(sys.executable).parent / "glider")
SHOP = """
import time


def share(amount: float, people: int) -> float:
    return amount / people


def wait(seconds: int) -> str:
    print("waiting")
    time.sleep(seconds)
    return "done"
"""


class Command:
    """`glider`, as a process of its own, in a folder with shop.py."""

    def __init__(self, installed: Installed, folder: Path) -> None:
        self._namespace, self._folder = installed.namespace, folder
        self._environment = {**os.environ, "KUBECONFIG": str(installed.cluster.kubeconfig)}

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """What it does where its output is piped."""
        command = [GLIDER, *self._line(arguments)]
        return subprocess.run(command, cwd=self._folder, env=self._environment, capture_output=True, text=True, timeout=120)

    def on_a_terminal(self, *arguments: str) -> str:
        """What it shows there, to its end."""
        terminal = pexpect.spawn(GLIDER, self._line(arguments), cwd=self._folder, env=self._environment, encoding="utf-8", timeout=120)
        terminal.expect(pexpect.EOF)
        return str(terminal.before)

    def _line(self, arguments: tuple[str, ...]) -> list[str]:
        return [arguments[0], "-n", self._namespace, *arguments[1:]]


@pytest.fixture
def glider(without_store: Installed, tmp_path: Path) -> Command:
    (tmp_path / "shop.py").write_text(SHOP)
    return Command(without_store, tmp_path)


def test_what_failed_runs_again_with_another_input_and_with_corrected_code(glider: Command, without_store: Installed, tmp_path: Path):
    failed = glider("run", "--name", "share", "shop.py", "share", "--amount", "2.5", "--people", "0")
    assert (failed.returncode, failed.stdout) == (1, "")
    assert "ZeroDivisionError" in failed.stderr
    assert glider.on_a_terminal("rerun", "share", "--people", "4").endswith("outputs:\r\n  o0: 0.625\r\n")
    (tmp_path / "shop.py").write_text(SHOP.replace("amount / people", "amount / max(people, 1)"))
    corrected = glider("rerun", "share", "--code", ".")
    assert (corrected.returncode, corrected.stdout) == (0, "outputs:\n  o0: 2.5\n"), corrected.stderr
    first = without_store.get("te/share")["metadata"]["uid"]
    assert len(glider("get", "-l", f"glider.dev/rerun-of={first}", "-o", "name").stdout.split()) == 2


def test_a_running_task_is_suspended_resumed_cancelled_and_deleted(glider: Command, without_store: Installed):
    def did(*arguments: str) -> str:
        result = glider(*arguments, "slow", "--wait")
        assert result.returncode == 0, result.stderr
        return result.stdout

    glider("run", "--name", "slow", "--detach", "shop.py", "wait", "--seconds", "600")
    without_store.wait_for("slow", "Running")
    assert did("suspend") == "slow is being suspended\nslow suspended\n"
    assert [pod for pod in without_store.pods() if pod["status"]["phase"] == "Running"] == []
    assert did("resume") == "slow is being resumed\nslow resumed\n"
    without_store.wait_for("slow", "Running")
    assert did("cancel") == "slow is being cancelled\nslow cancelled\n"
    assert without_store.status("slow")["phase"] == "Aborted"
    assert did("cancel") == "slow has finished already: Aborted\n"
    assert did("delete") == "slow is being deleted\nslow deleted\n"
