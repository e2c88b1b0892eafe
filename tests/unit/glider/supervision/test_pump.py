"""What a task writes reaches the container's log, whatever happens on the way."""

from __future__ import annotations

import contextlib
import os
import pty
import select
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import glider
from glider.supervision.pump import Pump
from glider.supervision.streams import Stream
from tests.unit.glider.support import Workspace

START = str(Path(glider.__file__).parent / "bundle" / "start.py")


class Kept:
    """A recorder that fails when it is asked to."""

    def __init__(self, *, failing: bool = False) -> None:
        self.questions, self.asker = os.pipe()
        self.failing = failing
        self.pieces: list[tuple[str, bytes]] = []
        self.answered = 0

    def take(self, stream: str, data: bytes) -> None:
        if self.failing:
            raise MemoryError("no memory")
        self.pieces.append((stream, data))

    def asked(self) -> None:
        os.read(self.questions, 64)
        self.answered = len(self.pieces)

    def follow(self) -> None:
        raise NotImplementedError

    def hurry(self) -> None:
        raise NotImplementedError

    def finish(self, *, seconds: float) -> None:
        raise NotImplementedError

    def is_finished(self, *, within: float) -> bool:
        raise NotImplementedError


class Way:
    """A stream between two pipes."""

    def __init__(self, *, failing: bool = False) -> None:
        reader, self.writer = os.pipe()
        self.log, target = os.pipe()
        self.stream = Stream("stdout", reader, target, ())
        self.recorder = Kept(failing=failing)
        self.pump = Pump((self.stream,), self.recorder)
        assert self.pump.start()

    def write(self, data: bytes) -> None:
        os.write(self.writer, data)

    def read(self) -> bytes:
        assert select.select([self.log], [], [], 10)[0], "nothing came"
        return os.read(self.log, 1 << 16)


@pytest.fixture
def way() -> Iterator[Way]:
    way = Way()
    yield way
    with contextlib.suppress(OSError):
        os.close(way.writer)
    way.pump.finish(5)


def test_it_moves_and_keeps(way: Way):
    way.write(b"a line\n")
    assert way.read() == b"a line\n"
    assert way.recorder.pieces == [("stdout", b"a line\n")]


def test_all_that_was_written_is_taken_before_a_question_is_answered(way: Way):
    way.write(b"a line\n")
    os.write(way.recorder.asker, b"?")
    way.read()
    until = time.monotonic() + 10
    while not way.recorder.answered and time.monotonic() < until:
        time.sleep(0.001)
    assert way.recorder.answered == 1


def test_a_recorder_that_fails_is_left_alone_and_named():
    way = Way(failing=True)
    way.write(b"one\n")
    first = way.read()
    way.write(b"two\n")
    os.close(way.writer)
    way.pump.finish(10)
    text = first + way.read() if b"two" not in first else first
    assert b"one\n" in text
    assert b"two\n" in text
    assert b"glider: the log isn't kept any more: MemoryError: no memory\n" in text


def test_where_nobody_reads_the_container_s_log_the_task_goes_on(way: Way):
    os.close(way.log)
    for _ in range(100):
        way.write(bytes(10_000))
    os.close(way.writer)
    way.pump.finish(10)
    assert sum(len(data) for _, data in way.recorder.pieces) == 1_000_000


def test_the_last_bytes_of_a_terminal_are_waited_for():
    reader, writer = os.pipe()
    log, target = os.pipe()
    pump = Pump((Stream("stdout", reader, target, (), terminal=True),), Kept())
    pump._ending = True
    os.write(pump._wake_writer, b"E")  # not read yet, since the thread was busy
    late = threading.Timer(0.005, lambda: os.write(writer, b"late\n"))
    late.start()
    pump._run()
    late.join()
    assert os.read(log, 64) == b"late\n"


def test_the_end_does_not_wait_for_who_holds_the_pipe(way: Way):
    way.write(b"the last\n")
    way.pump.finish(10)
    assert way.recorder.pieces == [("stdout", b"the last\n")]
    assert way.pump.has_writers


def test_the_end_does_not_wait_for_a_log_that_takes_nothing():
    way = Way()
    os.set_blocking(way.writer, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            way.write(bytes(1 << 16))
            time.sleep(0.001)
    started = time.monotonic()
    way.pump.finish(0.2)
    assert time.monotonic() - started < 5
    while way.pump.has_writers and select.select([way.log], [], [], 0.1)[0]:
        os.read(way.log, 1 << 20)


# --- with a task


@pytest.fixture
def kept(workspace: Workspace) -> Workspace:
    workspace.environment["GLIDER_LOGS"] = str(workspace.folder / "logs")
    return workspace


TERMINALS = """
import os, sys
def main() -> int:
    print(sys.stdout.isatty(), sys.stderr.isatty(), os.get_terminal_size(1).columns if sys.stdout.isatty() else 0)
    return 1
"""


@pytest.mark.parametrize("logs", [True, False], ids=["kept", "not kept"])
def test_a_terminal_stays_one(kept: Workspace, logs: bool):
    if not logs:
        del kept.environment["GLIDER_LOGS"]
    kept.write(TERMINALS)
    control, terminal = pty.openpty()
    subprocess.run(["stty", "cols", "97"], stdin=terminal, check=True)
    process = subprocess.Popen(kept.command("main"), cwd=kept.folder, env=kept.environ(), stdout=terminal, stderr=terminal)
    os.close(terminal)
    assert process.wait(60) == 0
    assert os.read(control, 4096) == b"True True 97\r\n"
    os.close(control)
    assert (kept.folder / "logs").exists() is logs


def test_a_pipe_stays_none(kept: Workspace):
    kept.write(TERMINALS)
    assert kept.run().stdout == "False False 0\n"


def test_one_file_for_both_keeps_their_order(kept: Workspace):
    kept.write("import os\ndef main() -> int:\n    for n in range(2000): os.write(1 + n % 2, b'%d\\n' % n)\n    return 1\n")
    done = subprocess.run(
        kept.command("main"), cwd=kept.folder, env=kept.environ(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=True
    )
    assert done.stdout.split() == [b"%d" % n for n in range(2000)]


def test_a_program_that_the_task_leaves_behind_writes_on(kept: Workspace):
    kept.write(
        """
        import subprocess
        def main() -> int:
            subprocess.Popen(["sh", "-c", "sleep 0.5; echo late; echo later >&2"], start_new_session=True)
            return 1
        """
    )
    ended = kept.run()
    assert (ended.exit_code, ended.stdout, ended.stderr) == (0, "late\n", "later\n")


def test_nothing_is_kept_where_one_of_both_is_closed(kept: Workspace):
    kept.write("def main() -> int:\n    print('a line')\n    return 1\n")
    command = [sys.executable, "-c", f"import os; os.close(2); os.execv({kept.command('main')[0]!r}, {kept.command('main')!r})"]
    assert kept.run(command=command).stdout == "a line\n"
    assert not (kept.folder / "logs").exists()


def test_a_command_that_is_not_ours_is_kept_too(kept: Workspace):
    ended = kept.run(command=[sys.executable, START, "sh", "-c", "echo a line; echo $GLIDER_LOGS; exit 3"])
    assert (ended.exit_code, ended.stdout) == (3, "a line\n\n")
    assert (kept.folder / "logs" / "0.log.zst").exists()
