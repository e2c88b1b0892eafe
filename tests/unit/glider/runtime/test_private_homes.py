"""Images whose code, or whose home, belongs to another user than the one that the pod runs as."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.conftest import MissingServer
from tests.unit.glider.support import Workspace

PLAIN = "def main() -> int:\n    return 1\n"
FLYTEKIT = f"from flytekit import task\n@task\n{PLAIN}"
SPAWNING = """
import multiprocessing
from flytekit import task
def double(number):
    return 2 * number
@task
def main() -> int:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(double, (1,))
"""


@pytest.fixture
def ordinary() -> list[str]:
    """What runs a command as a user for whom permissions count, also where that user is root."""
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        raise MissingServer("no permissions can be given up here: it takes root and setpriv")
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]


def private(folder: Path) -> Path:
    """`folder`, of a user of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    os.chown(folder, 1000, 1000)
    return folder


@pytest.mark.parametrize("source", [PLAIN, FLYTEKIT, SPAWNING], ids=["a plain function", "a flytekit task", "a worker of a flytekit task"])
def test_a_home_that_may_not_be_read_has_no_config(workspace: Workspace, ordinary: list[str], source: str) -> None:
    workspace.write(source)
    workspace.environment["HOME"] = str(private(workspace.folder / "home"))
    ended = workspace.run(command=[*ordinary, *workspace.command("main")])
    assert ended.exit_code == 0, ended.stderr


@pytest.mark.parametrize("name", ["flytekit.config", "config.yaml"])
def test_a_config_that_may_not_be_read_is_none(workspace: Workspace, ordinary: list[str], name: str) -> None:
    path = workspace.folder / name
    path.write_text("[internal]\n")
    path.chmod(0)
    os.chown(path, 1000, 1000)
    workspace.environment["FLYTECTL_CONFIG"] = str(path)
    workspace.write(FLYTEKIT)
    ended = workspace.run(command=[*ordinary, *workspace.command("main")])
    assert ended.exit_code == 0, ended.stderr


def test_code_that_may_not_be_read_is_told_as_such(workspace: Workspace, ordinary: list[str]) -> None:
    code = private(workspace.folder / "code")
    (code / "app.py").write_text(PLAIN)
    workspace.environment["PYTHONPATH"] = str(code)
    error = workspace.run(command=[*ordinary, *workspace.command("main")]).error
    assert error is not None
    assert error.headline == (
        f"the module \"app\" can't be imported: ModuleNotFoundError: No module named 'app'; {code} can't be read by user 0: "
        "set securityContext.runAsUser of the pod or the container to the user that the image was made for"
    )
