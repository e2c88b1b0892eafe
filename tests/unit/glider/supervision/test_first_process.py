"""The parent as a container's first process, to which the kernel sends no signal without a handler, and whose children orphans become."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from tests.unit.glider.support import Workspace, finish, start


def test_as_the_first_process_it_tells_every_end(workspace: Workspace, first_process: list[str]) -> None:
    workspace.write("import os\ndef main() -> None:\n    assert os.getppid() == 1\n    os.kill(os.getpid(), 9)\n")
    ended = workspace.run(command=[*first_process, *workspace.command("main")])
    assert ended.exit_code == 3
    assert ended.error is not None
    assert ended.error.code == "Killed"


def test_as_the_first_process_it_hears_sigterm(workspace: Workspace, first_process: list[str]) -> None:
    workspace.write("import time\ndef main() -> None:\n    print('begun', flush=True)\n    time.sleep(60)\n")
    process = start(workspace, command=[*first_process, *workspace.command("main")])
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    os.kill(int(children[0]), signal.SIGTERM)
    ended = finish(process, workspace)
    assert ended.exit_code == 143
    assert ended.error is not None
    assert ended.error.code == "Terminated"


def test_as_the_first_process_it_reaps_orphans(workspace: Workspace, first_process: list[str]) -> None:
    workspace.write(
        """
        import os, pathlib, subprocess, time
        def main() -> int:
            subprocess.run("true & true & sleep 0.1 &", shell=True)
            time.sleep(0.5)
            states = [path.read_text().rpartition(")")[2].split()[0] for path in pathlib.Path("/proc").glob("[0-9]*/stat")]
            return states.count("Z")
        """
    )
    ended = workspace.run(command=[*first_process, *workspace.command("main")])
    assert ended.outputs is not None, ended.stderr
    assert ended.outputs.literals["o0"].scalar.primitive.integer == 0
