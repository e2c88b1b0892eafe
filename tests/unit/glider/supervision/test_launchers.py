"""A program that isn't ours as the child, such as torchrun: its end is reported where no task below it did that."""

from __future__ import annotations

import pytest

from tests.unit.glider.support import Workspace

LAUNCHES = [
    pytest.param("exit 0", 0, None, id="a command that ends well is left alone"),
    pytest.param("exit 9", 3, "CommandFailed", id="one that fails and tells nothing"),
    pytest.param("kill -SEGV $$", 3, "Crashed", id="one that crashes"),
]


@pytest.mark.parametrize(("script", "exit_code", "code"), LAUNCHES)
def test_a_launcher_s_silent_end_is_told(workspace: Workspace, script: str, exit_code: int, code: str | None) -> None:
    inner = ["sh", "-c", script, "pyflyte-execute", *workspace.command("main")[1:]]
    ended = workspace.run(command=[workspace.command("main", program="glider-fast-execute")[0], "--dest-dir", ".", "--", *inner])
    assert ended.exit_code == exit_code, ended.stderr
    assert (ended.error.code if ended.error else None) == code


def test_a_task_below_a_launcher_tells_its_own_end(workspace: Workspace) -> None:
    workspace.write("import os\ndef main() -> None:\n    os._exit(4)\n")
    inner = ["env", *workspace.command("main")]
    ended = workspace.run(command=[workspace.command("main", program="glider-fast-execute")[0], "--dest-dir", ".", "--", *inner])
    assert ended.exit_code == 3
    assert ended.error is not None
    assert ended.error.code == "ProcessExited"
