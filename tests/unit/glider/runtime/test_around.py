"""What stands around a run: error files of several workers, packages that are installed first."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from glider.loading.distribution import install_packages
from glider.loading.errors import SetupError
from glider.wire.errors import Kind, Origin, decode_error
from tests.unit.glider.support import Workspace

FAILING = {
    "a plain function": "def main() -> int:\n    raise ValueError('no')\n",
    "a flytekit task": "from flytekit import task\n@task\ndef main() -> int:\n    raise ValueError('no')\n",
}


def errors(workspace: Workspace) -> dict[str, str]:
    """The error files by name, with the worker that each tells."""
    return {path.name: decode_error(path.read_bytes()).worker for path in (workspace.folder / "out").glob("error*.pb")}


@pytest.mark.parametrize("source", FAILING.values(), ids=FAILING)
@pytest.mark.parametrize("strategy", ["_F_DES", "FLYTE_INTERNAL_DIST_ERROR_STRATEGY"])
def test_each_worker_leaves_an_error_file_of_its_own(workspace: Workspace, source: str, strategy: str) -> None:
    workspace.write(source)
    for worker in ("worker-0", "worker-1"):
        workspace.environment = {strategy: "Earliest", "_F_WN": worker}
        workspace.run()
    assert sorted(errors(workspace).values()) == ["worker-0", "worker-1"]
    assert all(re.fullmatch(r"error-[0-9a-f]{32}\.pb", name) for name in errors(workspace))


def test_flytekit_names_them_so_too(workspace: Workspace) -> None:
    workspace.write(FAILING["a flytekit task"])
    workspace.environment = {"_F_DES": "Earliest", "FLYTE_INTERNAL_WORKER_NAME": "worker-0"}
    workspace.run()
    workspace.run(program="pyflyte-execute")
    assert len(errors(workspace)) == 2
    assert set(errors(workspace).values()) == {"worker-0"}


def package(folder: Path) -> Path:
    """A package that pip can install without a network."""
    (folder / "fresh").mkdir(parents=True)
    (folder / "fresh" / "pyproject.toml").write_text(
        "[project]\nname='fresh'\nversion='1'\n[tool.setuptools]\npy-modules=['fresh_module']\n"
    )
    (folder / "fresh" / "fresh_module.py").write_text("ANSWER = 42\n")
    return folder / "fresh"


def test_packages_are_there_when_the_task_is_loaded(workspace: Workspace) -> None:
    target = workspace.folder / "installed"
    workspace.write("from fresh_module import ANSWER\ndef main() -> int:\n    return ANSWER\n")
    source = package(workspace.folder)
    workspace.environment = {
        "_F_RUNTIME_PACKAGES": f"--no-build-isolation --quiet {source}",
        "PIP_TARGET": str(target),
        "PIP_NO_INDEX": "1",
        "PYTHONPATH": str(target),
    }
    ended = workspace.run()
    assert ended.outputs is not None, ended.stderr
    assert ended.outputs.literals["o0"].scalar.primitive.integer == 42


def test_a_package_that_cannot_be_installed_fails_the_attempt_in_pips_words(workspace: Workspace) -> None:
    workspace.write("def main() -> int:\n    return 1\n")
    workspace.environment = {"_F_RUNTIME_PACKAGES": "no-such-package==1", "PIP_NO_INDEX": "1"}
    ended = workspace.run()
    assert ended.error is not None
    assert (ended.error.kind, ended.error.origin) == (Kind.RECOVERABLE, Origin.SYSTEM)
    assert "_F_RUNTIME_PACKAGES: pip install no-such-package==1 ended with exit code 1" in ended.error.message
    assert "No matching distribution found for no-such-package==1" in ended.error.message
    assert ended.outputs is None


def test_where_there_is_no_pip_that_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    without_pip = tmp_path / "python"
    without_pip.write_text(f"#!/bin/sh\nexec {sys.executable} -I -c 'import sys; sys.exit(\"No module named pip\")'\n")
    without_pip.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(without_pip))
    with pytest.raises(SetupError, match="No module named pip"):
        install_packages(["anything"])
