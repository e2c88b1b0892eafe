"""The same ends under FlytePropeller, which expects files and exit codes as flytekit's own entrypoint leaves them."""

from __future__ import annotations

import pytest

from tests.unit.glider.support import Workspace

PROPELLER = {
    "GLIDER_EXECUTION": "",
    "FLYTE_INTERNAL_EXECUTION_ID": "f1",
    "FLYTE_INTERNAL_EXECUTION_PROJECT": "flytesnacks",
    "FLYTE_INTERNAL_EXECUTION_DOMAIN": "development",
    "FLYTE_INTERNAL_TASK_NAME": "app.main",
    "FLYTE_ATTEMPT_NUMBER": "0",
}
UNDER_PROPELLER = [
    pytest.param("return a + 1", ["outputs.pb"], id="a success"),
    pytest.param("raise ValueError('no')", ["error.pb"], id="an exception"),
    pytest.param("raise FlyteRecoverableException('again')", ["error.pb"], id="a recoverable one"),
]


@pytest.mark.parametrize(("body", "files"), UNDER_PROPELLER)
def test_under_propeller_it_leaves_what_flytekit_leaves(workspace: Workspace, body: str, files: list[str]) -> None:
    workspace.write(
        "from flytekit import task\nfrom flytekit.exceptions.user import FlyteRecoverableException\n"
        f"@task\ndef main(a: int) -> int:\n    {body}\n"
    )
    workspace.inputs(a=1)
    workspace.environment = PROPELLER
    left = {}
    for program in ("pyflyte-execute", "glider-execute"):
        ended = workspace.run(program=program)
        assert ended.exit_code == 0, ended.stderr
        assert sorted(path.name for path in (workspace.folder / "out").iterdir()) == files
        left[program] = (ended.outputs, ended.error and (ended.error.code, ended.error.kind, ended.error.origin))
        (workspace.folder / "out").rename(workspace.folder / f"out-of-{program}")
    assert left["glider-execute"] == left["pyflyte-execute"]
    assert not (workspace.folder / "termination-log").exists()


SILENT_IN_FLYTEKIT = [
    pytest.param("import sys; sys.exit(3)", 0, id="sys.exit"),
    pytest.param("raise KeyboardInterrupt", 0, id="KeyboardInterrupt"),
    pytest.param("import os; os._exit(3)", 0, id="os._exit"),
    pytest.param("import ctypes; ctypes.string_at(0)", 0, id="a segfault"),
    pytest.param("import os, signal, time; os.kill(os.getppid(), signal.SIGTERM); time.sleep(60)", 143, id="SIGTERM"),
]


@pytest.mark.parametrize(("body", "exit_code"), SILENT_IN_FLYTEKIT)
def test_under_propeller_what_flytekit_ends_silently_leaves_error_pb(workspace: Workspace, body: str, exit_code: int) -> None:
    workspace.write(f"def main() -> int:\n    {body}\n")
    workspace.environment = PROPELLER
    ended = workspace.run()
    assert ended.exit_code == exit_code, ended.stderr
    assert sorted(path.name for path in (workspace.folder / "out").iterdir()) == ["error.pb"]
    assert ended.error is not None
