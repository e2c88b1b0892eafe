from __future__ import annotations

import signal
import subprocess
import time

import pytest

from glider.wire.errors import Kind, Origin
from tests.unit.glider.support import Ended, Workspace

TASKS = [
    pytest.param("time.sleep(60)", id="a task that sleeps"),
    pytest.param(
        "while True:\n        try:\n            time.sleep(60)\n        except BaseException:\n            pass",
        id="one that swallows everything",
    ),
    pytest.param("import hashlib\n    hashlib.pbkdf2_hmac('sha256', b'', b'', 10**9)", id="one deep in C code"),
    pytest.param("import asyncio\n    asyncio.run(asyncio.sleep(60))", id="one in asyncio"),
]


def terminate(workspace: Workspace) -> Ended:
    """Sends SIGTERM once the task has begun."""
    process = subprocess.Popen(
        workspace.command("main"), cwd=workspace.folder, env=workspace.environ(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    stdout, stderr = process.communicate(timeout=20)
    return Ended(exit_code=process.returncode, stdout=stdout, stderr=stderr, folder=workspace.folder)


@pytest.mark.parametrize("body", TASKS)
def test_sigterm_leaves_an_error_that_may_be_retried(workspace: Workspace, body: str) -> None:
    workspace.write(f"import time\ndef main() -> int:\n    print('begun', flush=True)\n    {body}\n    return 1\n")
    ended = terminate(workspace)
    assert ended.exit_code == 143
    assert ended.outputs is None
    assert ended.error is not None
    assert (ended.error.code, ended.error.kind, ended.error.origin) == ("Terminated", Kind.RECOVERABLE, Origin.SYSTEM)
    assert "while in the phase execute" in ended.error.message
    assert ended.summary is not None
    assert ended.summary.error is not None
    assert ended.summary.error.code == "Terminated"


def test_a_task_with_its_own_handler_keeps_it(workspace: Workspace) -> None:
    workspace.write(
        """
        import signal, time
        def main() -> str:
            heard = []
            signal.signal(signal.SIGTERM, lambda *_: heard.append("heard"))
            print("begun", flush=True)
            time.sleep(1)
            return heard[0]
        """
    )
    ended = terminate(workspace)
    assert ended.exit_code == 0
    assert ended.outputs is not None
    assert ended.outputs.literals["o0"].scalar.primitive.string_value == "heard"


def test_terminating_a_child_of_the_task_does_not_end_the_task(workspace: Workspace) -> None:
    workspace.write(
        """
        import multiprocessing, time
        def main() -> int:
            child = multiprocessing.get_context("fork").Process(target=time.sleep, args=(60,))
            child.start()
            time.sleep(0.2)
            child.terminate()
            child.join()
            return child.exitcode
        """
    )
    ended = workspace.run()
    assert ended.exit_code == 0, ended.stderr
    assert ended.outputs is not None
    assert ended.outputs.literals["o0"].scalar.primitive.integer == -signal.SIGTERM
