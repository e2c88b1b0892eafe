"""The log of a task in a folder, whatever becomes of its process. The store is a local folder; a real one is in the integration tests."""

from __future__ import annotations

import signal

import pytest

from glider.wire.logparts import LogLine, lines_of, parts_of
from glider.wire.zstd import decompress
from tests.unit.glider.support import Workspace, finish, start


@pytest.fixture
def kept(workspace: Workspace) -> Workspace:
    workspace.environment["GLIDER_LOGS"] = str(workspace.folder / "logs")
    return workspace


def lines(workspace: Workspace) -> list[LogLine]:
    folder = workspace.folder / "logs"
    names = parts_of(path.name for path in folder.iterdir()) if folder.exists() else []
    return [line for name in names for line in lines_of(decompress((folder / name).read_bytes(), most=1 << 28))]


def text(workspace: Workspace, stream: str) -> str:
    return "".join(f"{line.text}\n" if line.whole else line.text for line in lines(workspace) if line.stream == stream)


def test_what_a_task_prints_is_kept_and_is_in_the_container_s_log(kept: Workspace):
    kept.write(
        """
        import os, subprocess, sys
        def main() -> int:
            print("from Python")
            print("an error", file=sys.stderr)
            os.write(1, b"from C\\n")
            subprocess.run(["echo", "from a program"])
            return 1
        """
    )
    ended = kept.run()
    assert ended.exit_code == 0
    assert text(kept, "stdout") == "from Python\nfrom C\nfrom a program\n" == ended.stdout
    assert text(kept, "stderr") == "an error\n" == ended.stderr


def test_a_silent_task_leaves_nothing(kept: Workspace):
    kept.write("def main() -> int:\n    return 1\n")
    assert kept.run().exit_code == 0
    assert not (kept.folder / "logs").exists()


@pytest.mark.parametrize(
    "death",
    [
        pytest.param("ctypes.string_at(0)", id="a segfault"),
        pytest.param("os._exit(3)", id="os._exit"),
        pytest.param("os.kill(os.getpid(), 9)", id="SIGKILL"),
        pytest.param("os.closerange(3, 4096); os._exit(3)", id="every descriptor closed"),
        pytest.param("raise ValueError('no')", id="a failure"),
        pytest.param("sys.exit(3)", id="sys.exit"),
    ],
)
def test_all_is_kept_whatever_the_end(kept: Workspace, death: str):
    kept.write(f"import ctypes, os, sys\ndef main() -> None:\n    print('a line')\n    os.write(1, b'no line')\n    {death}\n")
    ended = kept.run()
    assert ended.error is not None
    assert text(kept, "stdout") == "a line\nno line" == ended.stdout
    assert text(kept, "stderr") == ended.stderr


def test_sigterm(kept: Workspace):
    kept.write("import time\ndef main() -> None:\n    print('begun')\n    time.sleep(60)\n")
    process = start(kept)
    process.send_signal(signal.SIGTERM)
    ended = finish(process, kept)
    assert text(kept, "stdout") == "begun\n"
    assert text(kept, "stderr") == ended.stderr
