"""Started programs: what is alive, what is started again, and above all what is never ended."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cluster.errors import ClusterError
from tests.cluster.processes import Processes, Program, start_time

SLEEP = "import time; time.sleep(60)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"


@pytest.fixture
def processes(tmp_path: Path):
    started = Processes(tmp_path / "records", tmp_path / "logs")
    yield started
    started.end(started.recorded(), grace=0)


def python(code: str, name: str = "program", **fields) -> Program:
    return Program(name=name, argv=[sys.executable, "-c", code], **fields)


def test_a_running_program_is_left_alone(processes: Processes):
    assert processes.ensure(python(SLEEP))
    assert not processes.ensure(python(SLEEP))


def test_a_program_with_a_new_configuration_is_started_again(processes: Processes, tmp_path: Path):
    config = tmp_path / "config"
    config.write_text("old")
    processes.ensure(python(SLEEP, reads=[config]))
    former = processes.recorded()[0]
    config.write_text("new")
    assert processes.ensure(python(SLEEP, reads=[config]))
    assert not former.is_alive()


def test_a_dead_program_is_started_again(processes: Processes):
    processes.ensure(python(SLEEP))
    processes.end(processes.recorded())
    assert processes.ensure(python(SLEEP))


def test_a_program_that_heeds_no_sigterm_is_killed(processes: Processes):
    processes.ensure(python(DEAF))
    record = processes.recorded()[0]
    processes.wait("program", lambda: "deaf" in processes.log("program").read_text(), seconds=10)
    processes.end([record], grace=0.2)
    assert not record.is_alive()


def test_a_stranger_who_got_the_pid_is_never_ended(processes: Processes, tmp_path: Path):
    with subprocess.Popen([sys.executable, "-c", SLEEP]) as stranger:
        record = {"name": "program", "pid": stranger.pid, "start_time": 1, "digest": ""}
        (tmp_path / "records").mkdir()
        (tmp_path / "records" / "program.json").write_text(json.dumps(record))
        processes.end(processes.recorded())
        assert processes.recorded() == []
        assert start_time(stranger.pid) is not None
        stranger.kill()


def test_a_program_that_ends_at_once_is_an_error_with_the_end_of_its_log(processes: Processes):
    processes.ensure(python("raise SystemExit('no such option')"))
    with pytest.raises(ClusterError, match="no such option"):
        processes.wait("program", lambda: False, seconds=10)


def test_a_zombie_is_not_alive():
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        deadline = time.monotonic() + 10
        while start_time(child.pid) is not None and time.monotonic() < deadline:
            time.sleep(0.01)
        assert Path(f"/proc/{child.pid}").exists()
        assert start_time(child.pid) is None
