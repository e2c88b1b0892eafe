"""Functions of a script that runs: the pod can only import those of a file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

CODE = """
from glider_client import Glider
def add(a: int) -> int: return a
Glider().run(add, a=1)
"""
#: Nothing answers there, and nothing is asked.
KUBECONFIG = {
    "current-context": "x",
    "contexts": [{"name": "x", "context": {"cluster": "x", "user": "x"}}],
    "clusters": [{"name": "x", "cluster": {"server": "http://127.0.0.1:1"}}],
    "users": [{"name": "x", "user": {}}],
}


@pytest.mark.parametrize("arguments", [["-"], ["-c", CODE]], ids=["on standard input", "on the command line"])
def test_a_function_of_a_script_without_a_file_is_refused(arguments: list[str], tmp_path: Path) -> None:
    (tmp_path / "config").write_text(json.dumps(KUBECONFIG))
    environment = os.environ | {"KUBECONFIG": str(tmp_path / "config")}
    result = subprocess.run([sys.executable, *arguments], input=CODE, capture_output=True, text=True, check=False, env=environment)
    assert "RegistrationError: add: expected a task of a Python file, found one of an interactive session" in result.stderr
