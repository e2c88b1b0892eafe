"""A task that failed on the node fails on this machine with the same error, and runs there again once it is repaired here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest
import yaml

from tests.e2e.conftest import Glider

pytestmark = pytest.mark.node

GLIDER = str(Path(sys.executable).parent / "glider")
HELLO = """
from limits import LIMIT


def average(numbers: list[int], weight: float = 1.0) -> float:
    print("averaging", numbers)
    return weight * sum(numbers) / count(numbers)


def count(numbers: list[int]) -> int:
    kept = [number for number in numbers if number < LIMIT]
    return len(kept)
"""


def glider_command(glider: Glider, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"KUBECONFIG": str(glider.cluster.kubeconfig)}
    return subprocess.run(
        [GLIDER, *arguments, "-n", glider.namespace], cwd=cwd, env=environment, capture_output=True, text=True, timeout=120
    )


def test_what_failed_there_fails_here_and_succeeds_there_once_it_is_repaired(without_store: Glider, tmp_path: Path) -> None:
    glider, project = without_store, tmp_path / "project"
    project.mkdir()
    (project / "hello.py").write_text(HELLO)
    (project / "limits.py").write_text("LIMIT = 3\n")
    task = ["hello.py", "average", "--numbers", "[5, 6]", "--name", "broken"]
    ran = glider_command(glider, "run", *task, cwd=project)
    assert ran.returncode == 1, ran.stderr
    error = glider.status("broken")["error"]
    assert "ZeroDivisionError" in error["message"]

    elsewhere = tmp_path / "elsewhere"  # without the code
    elsewhere.mkdir()
    replayed = glider_command(glider, "replay", "broken", cwd=elsewhere)
    assert replayed.returncode == 1, replayed.stderr
    assert replayed.stderr.splitlines()[-1] == "the same error as on the cluster"
    assert f"ZeroDivisionError: float division by zero ({error['code']})" in replayed.stderr
    assert error["message"].splitlines()[-1].strip() == "ZeroDivisionError: float division by zero"

    environment = os.environ | {"KUBECONFIG": str(glider.cluster.kubeconfig)}
    arguments = ["replay", "broken", "--pdb", "-n", glider.namespace]
    terminal = pexpect.spawn(GLIDER, arguments, cwd=str(elsewhere), env=environment, encoding="utf-8", timeout=60, dimensions=(40, 200))
    terminal.expect_exact("(Pdb) ")
    assert "-> return weight * sum(numbers) / count(numbers)" in (terminal.before or "")
    terminal.sendline("p count(numbers)")
    terminal.expect_exact("0")
    terminal.sendline("quit")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 1

    (project / "limits.py").write_text("LIMIT = 10\n")
    tried = glider_command(glider, "replay", "broken", "--code", ".", cwd=project)
    assert (tried.returncode, yaml.safe_load(tried.stdout)) == (0, {"outputs": {"o0": 5.5}}), tried.stderr
    rerun = glider_command(glider, "rerun", "broken", "--code", ".", "--name", "repaired", "-o", "json", cwd=project)
    assert rerun.returncode == 0, rerun.stderr
    assert json.loads(rerun.stdout)["status"]["outputs"] == {"o0": 5.5}
    assert glider.status("repaired")["outputs"] == {"o0": 5.5}
