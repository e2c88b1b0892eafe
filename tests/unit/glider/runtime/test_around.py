"""What stands around a run: error files of several workers."""

from __future__ import annotations

import re

import pytest

from glider.wire.errors import decode_error
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
