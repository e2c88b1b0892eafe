"""Tasks that leave their process unable to tell how they ended: the parent does, with what it was told before."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from glider.wire.errors import Kind, Origin
from tests.conftest import MissingServer
from tests.unit.glider.support import Ended, Workspace, finish, start

USER, FINAL = Origin.USER, Kind.NON_RECOVERABLE

#: Memory in pieces down to the smallest, so that not even those are left, held where no traceback lets go of it.
NO_MEMORY = """
import resource
    resource.setrlimit(resource.RLIMIT_AS, (400 << 20, 400 << 20))
    size = 1 << 24
    while size > 16:
        try:
            while True:
                HELD.append(bytearray(size))
        except MemoryError:
            size //= 2
    HELD.append(bytearray(1 << 20))
""".strip()
UNABLE = [
    pytest.param(
        "resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))\n    while True:\n        HELD.append(open('/dev/null'))",
        "OSError: [Errno 24] Too many open files: '/dev/null'",
        id="no file handles",
    ),
    pytest.param(
        "resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))\n    raise ValueError('no')", "ValueError: no", id="not one file handle allowed"
    ),
    pytest.param(NO_MEMORY, "MemoryError", id="no memory, held for good"),
    pytest.param("resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n    raise ValueError('no')", "ValueError: no", id="no file may grow"),
    pytest.param("os.closerange(0, 4096)\n    raise ValueError('no')", "ValueError: no", id="every descriptor closed"),
    pytest.param("os.closerange(3, 4096)\n    raise ValueError('no')", "ValueError: no", id="every descriptor but the first three closed"),
    pytest.param("sys.stdout.close(); sys.stderr.close()\n    raise ValueError('no')", "ValueError: no", id="stdout and stderr closed"),
    pytest.param("sys.stdout = sys.stderr = None\n    raise ValueError('no')", "ValueError: no", id="no stdout and stderr"),
    pytest.param("builtins.open = None\n    raise ValueError('no')", "ValueError: no", id="open broken"),
    pytest.param("builtins.isinstance = None\n    raise ValueError('no')", "ValueError: no", id="isinstance broken"),
    pytest.param(
        "error = ValueError('no')\n"
        "    for name in ('len', 'getattr', 'hasattr', 'type', 'str', 'max', 'any', 'next', 'print', 'super', '__import__'):\n"
        "        builtins.__dict__[name] = None\n    raise error",
        "ValueError: no",
        id="the commonest built-in functions broken",
    ),
    pytest.param("os.open = os.write = os.replace = None\n    raise ValueError('no')", "ValueError: no", id="the module os broken"),
    pytest.param("import json; json.dumps = None\n    raise ValueError('no')", "ValueError: no", id="json broken"),
    pytest.param("sys.modules.clear()\n    raise ValueError('no')", "ValueError: no", id="every module gone"),
    pytest.param("os.environ.clear()\n    raise ValueError('no')", "ValueError: no", id="every environment variable gone"),
    pytest.param("os._exit = sys.exit = os.fork = print\n    raise ValueError('no')", "ValueError: no", id="no way to exit"),
    pytest.param("sys.setrecursionlimit(30)\n    raise ValueError('no')", "ValueError: no", id="a tiny recursion limit"),
    pytest.param(
        "import logging\n    def refuse(record): raise OSError('no log')\n    logging.getLogger('glider').addFilter(refuse)\n"
        "    raise ValueError('no')",
        "ValueError: no",
        id="logging that raises",
    ),
    pytest.param(
        "signal.signal(signal.SIGALRM, lambda *_: 1 / 0)\n    signal.setitimer(signal.ITIMER_REAL, 0.02, 0.02)\n    while True: pass",
        "ZeroDivisionError: division by zero",
        id="a timer that goes on raising",
    ),
    pytest.param(
        "def __str__(self): os._exit(9)\n    E = type('E', (Exception,), {'__str__': __str__})\n    raise E",
        "E, which can't be shown",
        id="an exception whose text ends the process",
    ),
    pytest.param(
        "def __str__(self): raise KeyboardInterrupt\n    E = type('E', (Exception,), {'__str__': __str__})\n    raise E",
        "E: <str() of the exception failed: KeyboardInterrupt>",
        id="an exception whose text is an interrupt",
    ),
    pytest.param(
        "def __str__(self): return str(self)\n    E = type('E', (Exception,), {'__str__': __str__})\n    raise E",
        "E: <str() of the exception failed: RecursionError>",
        id="an exception whose text never ends",
    ),
    pytest.param(
        "E = type('E', (Exception,), {'__bool__': lambda self: 1 / 0, '__len__': lambda self: 0})\n    raise E('no')",
        "E: no",
        id="an exception that is neither true nor false",
    ),
    pytest.param(
        "E = type('E', (Exception,), {'__getattribute__': lambda self, name: 1 / 0})\n    raise E('no')",
        "E: no",
        id="an exception without attributes",
    ),
    pytest.param(
        "os.setresuid(65534, 65534, 65534)\n    raise ValueError('no')", "ValueError: no", id="another user, who may write nothing"
    ),
    pytest.param(
        "import shutil\n    shutil.rmtree(os.getcwd())\n    raise ValueError('no')", "ValueError: no", id="the current folder deleted"
    ),
    pytest.param("os.umask(0o777)\n    raise ValueError('no')", "ValueError: no", id="a mask of all permissions"),
]
SOURCE = """
import builtins, os, resource, signal, sys
HELD = []
def main() -> int:
    error = ValueError("no")
    {body}
"""


@pytest.mark.parametrize(("body", "says"), UNABLE)
def test_what_the_task_raised_is_told(workspace: Workspace, body: str, says: str) -> None:
    workspace.write(SOURCE.format(body=body))
    check(workspace.run(), says)


def check(ended: Ended, says: str) -> None:
    assert ended.outputs is None
    assert ended.error is not None, ended.stderr
    assert (ended.error.code, ended.error.kind, ended.error.origin) == ("USER:RuntimeError", FINAL, USER), ended.error.message
    assert says in ended.error.message, ended.error.message
    assert "which can't be shown" in says or 'app.py", line ' in ended.error.message
    assert ended.error.worker == "pod-0"
    assert ended.exit_code == 1
    assert ended.summary is not None
    assert ended.summary.error is not None
    assert (ended.summary.error.code, ended.summary.error.message) == (ended.error.code, ended.error.message)


@pytest.fixture
def few_threads() -> Iterator[Path]:
    """A cgroup of 12 processes and threads."""
    folder = Path("/sys/fs/cgroup/pids") / f"glider-test-{os.getpid()}"
    try:
        folder.mkdir()
        (folder / "pids.max").write_text("12")
    except OSError as error:
        raise MissingServer(f"no pids cgroup (v1) can be made here: {error}") from error
    yield folder
    folder.rmdir()


def test_a_task_that_uses_up_all_threads(workspace: Workspace, few_threads: Path) -> None:
    workspace.write(
        """
        import threading
        def main() -> int:
            while True:
                threading.Thread(target=threading.Event().wait, daemon=True).start()
        """
    )
    enter = f'echo $$ > {few_threads}/cgroup.procs && exec "$@"'
    check(workspace.run(command=["sh", "-c", enter, "sh", *workspace.command("main")]), "RuntimeError: can't start new thread")


ENDLESS = "threading.Thread(target=threading.Event().wait, name='pump').start()"


@pytest.mark.parametrize("closed", ["sys.stderr.close()", "os.closerange(0, 4096)", "sys.stderr = None"])
def test_a_thread_that_never_ends_does_not_keep_a_process_without_stderr(workspace: Workspace, closed: str) -> None:
    workspace.write(f"import os, sys, threading\ndef main() -> int:\n    {ENDLESS}\n    {closed}\n    raise ValueError('no')\n")
    workspace.environment["GLIDER_LINGER_SECONDS"] = "0.2"
    check(workspace.run(), "ValueError: no")


ABLE = [
    pytest.param("os.closerange(0, 4096)", id="every descriptor closed"),
    pytest.param("signal.signal(signal.SIGALRM, lambda *_: 1 / 0); signal.setitimer(signal.ITIMER_REAL, 0.02)", id="a timer left"),
]


@pytest.mark.parametrize("body", ABLE)
def test_a_success_is_told_as_well(workspace: Workspace, body: str) -> None:
    workspace.write(f"import builtins, os, signal\ndef main() -> int:\n    {body}\n    return 7\n")
    ended = workspace.run()
    assert ended.outputs is not None, ended.stderr
    assert ended.outputs.literals["o0"].scalar.primitive.integer == 7
    assert (ended.exit_code, ended.error) == (0, None)
    assert ended.summary is not None
    assert ended.summary.outputs == {"o0": 7}


def test_sigterm_ends_a_task_that_closed_every_descriptor(workspace: Workspace) -> None:
    # short sleeps: nothing interrupts one that begins right after the signal has come, since Python's wake-up descriptor is closed too
    workspace.write(
        "import os, time\ndef main() -> None:\n    print('begun', flush=True)\n    os.closerange(3, 4096)\n"
        "    print('closed', flush=True)\n    while True:\n        time.sleep(0.05)\n"
    )
    process = start(workspace)
    assert process.stdout is not None
    assert process.stdout.readline() == "closed\n"
    process.terminate()
    ended = finish(process, workspace)
    assert (ended.exit_code, ended.error and ended.error.code) == (143, "Terminated")
    assert ended.summary is not None
    assert ended.summary.error is not None
    assert "while in the phase execute" in ended.summary.error.message


@pytest.mark.parametrize("strategy", ["", "Earliest"])
def test_what_the_process_could_store_is_not_stored_again(workspace: Workspace, strategy: str) -> None:
    workspace.write(SOURCE.format(body="builtins.open = None\n    raise ValueError('no')"))
    workspace.environment = {"_F_DES": strategy, "_F_WN": "worker-0"} if strategy else {}
    assert "ValueError: no" in str(workspace.run().summary)
    assert len(list((workspace.folder / "out").iterdir())) == 1


def test_where_telling_fails_in_the_parent_too_the_summary_has_what_the_task_raised(workspace: Workspace) -> None:
    workspace.write("import builtins\ndef main() -> None:\n    builtins.isinstance = None\n    raise ValueError('no')\n")
    workspace.write(
        """
        import os, sys
        if os.path.exists("seen"):
            raise ImportError("not for this Python")
        open("seen", "w").close()
        sys.path.remove(os.getcwd())
        del sys.modules["click"]
        import click
        """,
        module="click",
    )
    workspace.environment["PYTHONPATH"] = str(workspace.folder)
    ended = workspace.run()
    assert ended.summary is not None
    assert ended.summary.error is not None
    assert (ended.summary.error.code, ended.summary.error.kind) == ("USER:RuntimeError", FINAL)
    assert "ValueError: no" in ended.summary.error.message
