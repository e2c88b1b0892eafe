"""By which command lines tasks call the executor."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from glider.cli.names import find, program_of, unwrapped
from tests.unit.glider.support import BIN


@pytest.mark.parametrize(
    ("word", "program"),
    [
        ("pyflyte-execute", "execute"),
        ("glider-execute", "execute"),
        ("/usr/local/bin/pyflyte-map-execute", "map-execute"),
        ("pyflyte-fast-execute", "fast-execute"),
        ("pyflyte", None),
        ("pyflyte-run", None),
        ("my-execute", None),
    ],
)
def test_names(word: str, program: str | None) -> None:
    assert program_of(word) == program


@pytest.mark.parametrize(
    "before",
    [
        pytest.param([], id="by its name"),
        pytest.param(["flytekit_venv"], id="in flytekit's venv"),
        pytest.param(["/opt/bin/flytekit_venv"], id="in flytekit's venv, by its path"),
        pytest.param([sys.executable, "-m", "flytekit.bin.entrypoint"], id="through flytekit's module"),
        pytest.param([sys.executable, "/lib/flytekit/bin/entrypoint.py"], id="through flytekit's file"),
        pytest.param(["/lib/flytekit/bin/entrypoint.py"], id="through flytekit's file, executed"),
        pytest.param([sys.executable, str(BIN / "pyflyte-execute")], id="a script by its interpreter"),
    ],
)
def test_what_leads_to_one_of_ours(before: list[str]) -> None:
    words = [*before, "pyflyte-execute", "--inputs", "x"] if not before or "pyflyte" not in before[-1] else [*before, "--inputs", "x"]
    assert program_of(unwrapped(words)[0]) == "execute"
    assert unwrapped(words)[1:] == ["--inputs", "x"]


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["sh", "-c", "pyflyte-execute"], id="a shell"),
        pytest.param(["mpirun", "pyflyte-execute"], id="a launcher"),
        pytest.param([sys.executable, "-m", "app"], id="another module"),
        pytest.param(["/elsewhere/python", "-m", "flytekit.bin.entrypoint", "pyflyte-execute"], id="another environment's Python"),
        pytest.param(["flytekit_venv"], id="nothing at all"),
    ],
)
def test_what_is_not_ours(command: list[str]) -> None:
    assert find(command) is None


@pytest.mark.parametrize("program", ["execute", "fast-execute", "map-execute"])
def test_every_option_of_flytekit_s_is_there(program: str) -> None:
    def options(path: Path) -> set[str]:
        text = subprocess.run([path, "--help"], capture_output=True, text=True, check=True).stdout
        return {word.strip(",") for word in text.split() if word.startswith("--")}

    assert options(BIN / f"pyflyte-{program}") <= options(BIN / f"glider-{program}")
