"""The ends that only a parent process can tell, each brought about for real, and what the parent must not disturb."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

import pytest

from glider.wire.errors import Kind, Origin
from tests.unit.glider.support import Ended, Workspace, finish, start

USER, SYSTEM = Origin.USER, Origin.SYSTEM
FINAL, RETRYABLE = Kind.NON_RECOVERABLE, Kind.RECOVERABLE

DEATHS = [
    pytest.param("import ctypes; ctypes.string_at(0)", "Crashed", "SIGSEGV (Segmentation fault)", id="a segfault"),
    pytest.param("os.abort()", "Crashed", "SIGABRT (Aborted)", id="an abort"),
    pytest.param(
        "import ctypes; qsort = ctypes.CDLL(None).qsort\n"
        "    compare = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)\n"
        "    def deeper(a, b): qsort(ctypes.create_string_buffer(9), 2, 1, callback); return 0\n"
        "    import sys; sys.setrecursionlimit(10**9)\n"
        "    callback = compare(deeper); deeper(0, 0)",
        "Crashed",
        "SIGSEGV (Segmentation fault)",
        id="a stack overflow in C",
    ),
    pytest.param("os._exit(0)", "ProcessExited", "exit code 0 before the task returned", id="os._exit(0), which is no success"),
    pytest.param("os._exit(7)", "ProcessExited", "exit code 7 before the task returned", id="os._exit(7)"),
    pytest.param("import ctypes; ctypes.CDLL(None).exit(5)", "ProcessExited", "exit code 5", id="exit() in C"),
    pytest.param("os.kill(os.getpid(), signal.SIGKILL)", "Killed", "SIGKILL (Killed)", id="SIGKILL"),
    pytest.param("os.kill(os.getpid(), signal.SIGHUP)", "Killed", "SIGHUP (Hangup)", id="a signal that nobody handles"),
    pytest.param("os.closerange(3, 4096); os._exit(4)", "ProcessExited", "exit code 4", id="every descriptor closed"),
]


@pytest.mark.parametrize(("body", "code", "says"), DEATHS)
def test_the_parent_tells_what_the_process_can_not(workspace: Workspace, body: str, code: str, says: str) -> None:
    workspace.write(f"import os, signal\ndef main() -> int:\n    {body}\n    return 1\n")
    ended = workspace.run()
    assert ended.outputs is None
    assert ended.error is not None, ended.stderr
    assert (ended.error.code, ended.error.kind, ended.error.origin) == (code, RETRYABLE, USER)
    assert says in ended.error.message
    assert ended.error.worker == "pod-0"
    assert ended.exit_code == 3
    assert ended.summary is not None
    assert ended.summary.error is not None
    assert ended.summary.error.code == code
    assert ended.summary.usage.peak_memory_bytes > 1 << 20


def test_faulthandler_s_dump_is_kept_in_the_error_and_in_the_log(workspace: Workspace) -> None:
    workspace.write("import ctypes\ndef deep() -> None:\n    ctypes.string_at(0)\ndef main() -> None:\n    deep()\n")
    ended = workspace.run()
    assert ended.error is not None
    for text in (ended.error.message, ended.stderr):
        assert "Fatal Python error: Segmentation fault" in text
        assert f'File "{workspace.folder}/app.py", line 3 in deep' in text
    assert ended.error.message.endswith("Message:\n\n    the task's process crashed with SIGSEGV (Segmentation fault)")


@pytest.mark.parametrize("body", ["ctypes.string_at(0)", "os._exit(1)"])
def test_under_propeller_it_exits_0_once_the_error_is_stored(workspace: Workspace, body: str) -> None:
    workspace.write(f"import ctypes, os\ndef main() -> None:\n    {body}\n")
    workspace.environment["GLIDER_EXECUTION"] = ""
    ended = workspace.run()
    assert (ended.exit_code, ended.summary) == (0, None)
    assert ended.error is not None


def test_a_crash_while_the_module_is_imported_is_told_too(workspace: Workspace) -> None:
    workspace.write("import ctypes\nctypes.string_at(0)\n")
    error = workspace.run().error
    assert error is not None
    assert error.code == "Crashed"


def test_a_crash_after_the_end_was_told_changes_nothing(workspace: Workspace) -> None:
    workspace.write("import atexit, ctypes\ndef main() -> int:\n    atexit.register(ctypes.string_at, 0)\n    return 1\n")
    ended = workspace.run()
    assert ended.exit_code == 0
    assert ended.outputs is not None
    assert ended.error is None
    assert "Segmentation fault" in ended.stderr


@pytest.mark.parametrize(
    ("body", "exit_code"),
    [pytest.param("return 1", 0, id="after a success"), pytest.param("raise ValueError('no')", 1, id="after a failure")],
)
def test_a_thread_that_never_ends_does_not_keep_the_process(workspace: Workspace, body: str, exit_code: int) -> None:
    workspace.write(
        f"import threading\ndef main() -> int:\n    threading.Thread(target=threading.Event().wait, name='pump').start()\n    {body}\n"
    )
    workspace.environment["GLIDER_LINGER_SECONDS"] = "0.5"
    ended = workspace.run()
    assert ended.exit_code == exit_code
    assert "the task left threads (pump), which get 0.5 s to end" in ended.stderr
    assert "Timeout (0:00:00.500000)!" in ended.stderr
    assert (ended.outputs is None) == bool(exit_code)


@pytest.mark.parametrize("value", ["inf", "nan", "-1", "1e300", "soon"])
def test_a_time_for_threads_that_makes_no_sense_counts_as_the_default(workspace: Workspace, value: str) -> None:
    workspace.write("def main() -> int:\n    return 1\n")
    workspace.environment["GLIDER_LINGER_SECONDS"] = value
    ended = workspace.run()
    assert ended.exit_code == 0
    assert ended.outputs is not None


def test_a_thread_that_ends_soon_is_waited_for(workspace: Workspace) -> None:
    workspace.write(
        """
        import pathlib, threading, time
        def late() -> None:
            time.sleep(0.3)
            pathlib.Path("late").touch()
        def main() -> int:
            threading.Thread(target=late).start()
            return 1
        """
    )
    assert workspace.run().exit_code == 0
    assert (workspace.folder / "late").exists()


# --- signals


def test_a_task_deaf_to_sigterm_is_told_in_time_by_the_parent(workspace: Workspace) -> None:
    workspace.write(
        """
        import ctypes
        def main() -> None:
            print("begun", flush=True)
            mutex = ctypes.create_string_buffer(64)
            lock = ctypes.PyDLL(None).pthread_mutex_lock  # PyDLL keeps the GIL
            lock(mutex), lock(mutex)
        """
    )
    workspace.environment["GLIDER_TERMINATION_GRACE_PERIOD_SECONDS"] = "3"
    process = start(workspace)
    time.sleep(0.2)  # print lets go of the GIL
    process.terminate()
    ended = finish(process, workspace)
    assert ended.exit_code == 143
    assert ended.error is not None
    assert (ended.error.code, ended.error.kind, ended.error.origin) == ("Terminated", RETRYABLE, SYSTEM)
    assert "was still there 2 s later, and was killed" in ended.error.message


def test_a_task_s_own_handler_goes_first_and_its_end_is_told_as_terminated(workspace: Workspace) -> None:
    workspace.write(
        """
        import signal, sys, time
        from glider import current_context
        def main() -> None:
            def leave(*_):
                current_context().checkpoint.write(b"half way")
                sys.exit(1)
            signal.signal(signal.SIGTERM, leave)
            print("begun", flush=True)
            time.sleep(60)
        """
    )
    command = workspace.command("main")
    command[1:1] = ["--checkpoint-path", str(workspace.folder / "checkpoint")]
    process = start(workspace, command=command)
    process.terminate()
    ended = finish(process, workspace)
    assert ended.exit_code == 143
    assert ended.error is not None
    assert (ended.error.code, ended.error.kind, ended.error.origin) == ("Terminated", RETRYABLE, SYSTEM)
    assert "sys.exit(1)" in ended.error.message
    assert (workspace.folder / "checkpoint" / "_dst_cp").read_bytes() == b"half way"


def test_a_handler_of_asyncio_s_goes_first_too(workspace: Workspace) -> None:
    workspace.write(
        """
        import asyncio, signal
        async def main() -> None:
            stopped = asyncio.Event()
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
            print("begun", flush=True)
            await stopped.wait()
            raise ValueError("stopped half way")
        """
    )
    process = start(workspace)
    process.terminate()
    ended = finish(process, workspace)
    assert ended.error is not None
    assert (ended.error.code, ended.exit_code) == ("Terminated", 143)
    assert "stopped half way" in ended.error.message


SLOW_THE_FIRST_TIME = """
import os, sys, time
try:
    os.mkdir("seen")
    print("begun", flush=True)
    time.sleep(60)
except FileExistsError:
    pass
sys.path.remove(os.getcwd())
del sys.modules["click"]
import click
"""


def test_sigterm_while_the_executor_itself_is_imported_is_told(workspace: Workspace) -> None:
    workspace.write("def main() -> int:\n    return 1\n")
    workspace.write(SLOW_THE_FIRST_TIME, module="click")
    workspace.environment["PYTHONPATH"] = str(workspace.folder)
    process = start(workspace)
    process.terminate()
    ended = finish(process, workspace)
    assert ended.exit_code == 143, ended.stderr
    assert ended.error is not None
    assert ended.error.code == "Terminated"
    assert "SIGTERM (Terminated)" in ended.error.message


@pytest.mark.parametrize("name", ["SIGINT", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGQUIT", "SIGALRM", "SIGRTMIN"])
def test_every_signal_reaches_the_task(workspace: Workspace, name: str) -> None:
    workspace.write(
        f"""
        import signal, threading
        def main() -> str:
            heard = []
            signal.signal(signal.{name}, lambda number, _: heard.append(signal.Signals(number).name))
            print("begun", flush=True)
            while not heard:
                signal.pause()
            return heard[0]
        """
    )
    process = start(workspace)
    time.sleep(0.1)
    process.send_signal(getattr(signal, name))
    outputs = finish(process, workspace).outputs
    assert outputs is not None
    assert outputs.literals["o0"].scalar.primitive.string_value == name


def test_ctrl_c_is_a_keyboard_interrupt(workspace: Workspace) -> None:
    workspace.write("import time\ndef main() -> None:\n    print('begun', flush=True)\n    time.sleep(60)\n")
    process = start(workspace)
    process.send_signal(signal.SIGINT)
    ended = finish(process, workspace)
    assert ended.error is not None
    assert (ended.error.code, ended.exit_code) == ("KeyboardInterrupt", 1)


def test_sigusr1_shows_the_stacks_and_the_task_goes_on(workspace: Workspace) -> None:
    workspace.write("import time\ndef main() -> int:\n    print('begun', flush=True)\n    time.sleep(1)\n    return 1\n")
    process = start(workspace)
    process.send_signal(signal.SIGUSR1)
    ended = finish(process, workspace)
    assert ended.exit_code == 0
    assert "app.py" in ended.stderr
    assert ended.error is None


def test_a_killed_supervisor_does_not_leave_the_task_behind(workspace: Workspace) -> None:
    workspace.write(
        "import os, time\ndef main() -> None:\n    print('begun', flush=True)\n    print(os.getpid(), flush=True)\n    time.sleep(60)\n"
    )
    process = start(workspace)
    assert process.stdout is not None
    pid = int(process.stdout.readline())
    process.kill()
    ended = finish(process, workspace)  # returns only when the task has closed stdout
    deadline = time.monotonic() + 30
    while Path(f"/proc/{pid}").exists() and "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2]:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert ended.error is not None
    assert ended.error.code == "Terminated"
    assert "the supervising process was killed" in ended.error.message


# --- what the parent must not disturb


def test_a_forked_process_that_is_terminated_at_once_ends_nothing_else(workspace: Workspace) -> None:
    workspace.write(
        """
        import os, signal
        def main() -> list[int]:
            print("begun", flush=True)
            ends = []
            for _ in range(300):
                child = os.fork()
                if child == 0:
                    signal.pause()
                os.kill(child, signal.SIGTERM)
                ends.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
            return sorted(set(ends))
        """
    )
    ended = finish(start(workspace), workspace)
    assert (ended.exit_code, ended.error) == (0, None), ended.stderr
    assert ended.outputs is not None
    assert [one.scalar.primitive.integer for one in ended.outputs.literals["o0"].collection.literals] == [-signal.SIGTERM]


def test_what_tasks_do_with_processes_works_as_without_it(workspace: Workspace) -> None:
    workspace.write(
        """
        import multiprocessing, os, subprocess, sys, threading
        def double(x): return 2 * x
        def main() -> list[str]:
            seen = []
            for method in ("fork", "spawn", "forkserver"):
                with multiprocessing.get_context(method).Pool(2) as pool:
                    seen.append(f"{method} {sum(pool.map(double, range(4)))}")
            seen.append(subprocess.run("exit 3", shell=True).returncode == 3 and "subprocess" or "")
            thread = threading.Thread(target=lambda: seen.append(f"thread {os.getpid() == pid}"))
            pid = os.getpid()
            thread.start(); thread.join()
            child = os.fork()
            if child == 0:
                os._exit(5)
            seen.append(f"fork {os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}")
            seen.append(sys.stdin.read())
            return seen
        """
    )
    done = subprocess.run(
        workspace.command("main"), cwd=workspace.folder, env=workspace.environ(), input="typed", capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    outputs = Ended(exit_code=0, stdout="", stderr="", folder=workspace.folder).outputs
    assert outputs is not None
    found = [item.scalar.primitive.string_value for item in outputs.literals["o0"].collection.literals]
    assert found == ["fork 12", "spawn 12", "forkserver 12", "subprocess", "thread True", "fork 5", "typed"]


def test_a_child_that_comes_back_from_the_task_tells_nothing(workspace: Workspace) -> None:
    workspace.write(
        "import os\ndef main() -> int:\n    child = os.fork()\n    if child:\n        os.waitpid(child, 0)\n    return int(child > 0)\n"
    )
    ended = workspace.run()
    assert ended.outputs is not None
    assert ended.outputs.literals["o0"].scalar.primitive.integer == 1


def test_when_even_telling_fails_there_is_a_summary(workspace: Workspace) -> None:
    workspace.write(
        """
        import os
        if os.path.exists("seen"):
            raise ImportError("not for this Python")
        open("seen", "w").close()
        os._exit(3)
        """,
        module="click",
    )
    workspace.environment["PYTHONPATH"] = str(workspace.folder)
    ended = workspace.run()
    assert ended.exit_code == 2
    assert ended.summary is not None
    assert ended.summary.error is not None
    assert "the task's process ended with status 3, and reporting that failed" in ended.summary.error.message


def test_nobody_need_listen_to_stderr(workspace: Workspace) -> None:
    workspace.write("import ctypes\ndef main() -> None:\n    ctypes.string_at(0)\n")
    ended = workspace.run(command=["sh", "-c", 'exec "$@" 2>&-', "sh", *workspace.command("main")])
    assert ended.exit_code == 3
    assert ended.error is not None
    assert ended.error.code == "Crashed"
