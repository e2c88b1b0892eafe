"""Logs in a real S3 server: all that a task wrote, whatever its end, and no matter how the store does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from glider.settings.reading import read_settings
from glider.storage.store import Storage
from glider.wire.logparts import CUT, LogLine, lines_of, parts_of
from glider.wire.zstd import decompress
from tests.faults.faults import Answer, Fault, Request
from tests.faults.proxy import FaultProxy

pytestmark = pytest.mark.s3

EXECUTE = str(Path(sys.executable).parent / "glider-execute")
IN_LOGS = "/logs/"
SEGFAULT = "ctypes.string_at(0)"


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a task's process tree ended, and what its log in the store has."""

    code: int
    stdout: str
    stderr: str
    lines: list[LogLine]
    has_outputs: bool
    has_error: bool

    def text(self, stream: str) -> str:
        return "".join(f"{line.text}\n" if line.whole else line.text for line in self.lines if line.stream == stream)


class Site:
    """Runs tasks whose data goes through a proxy into a real store."""

    def __init__(self, s3: Any, proxy: FaultProxy, folder: Path) -> None:
        self.folder, self.proxy = folder, proxy
        self.storage = Storage(read_settings(s3.env).storage)
        self.root = f"s3://{s3.bucket}/{s3.prefix}"
        self.storage.write(f"{self.root}/inputs.pb", b"")
        self._environment = {**os.environ, **s3.env, "FLYTE_AWS_ENDPOINT": proxy.endpoint, "GLIDER_EXECUTION": "ns/run"}
        self._environment |= {"GLIDER_TERMINATION_LOG": str(folder / "summary"), "PYTHONPATH": str(folder)}

    def start(self, body: str, **variables: str) -> tuple[str, subprocess.Popen[str]]:
        """A task with that body, whose output prefix comes first."""
        name, prefix = f"app_{uuid.uuid4().hex}", f"{self.root}/{uuid.uuid4().hex}"
        source = f"import ctypes, os, signal, subprocess, sys, time\ndef main() -> None:\n    {body}\n"
        (self.folder / f"{name}.py").write_text(source)
        paths = ["--inputs", f"{self.root}/inputs.pb", "--output-prefix", prefix, "--raw-output-data-prefix", f"{prefix}/raw"]
        process = subprocess.Popen(
            [EXECUTE, *paths, "--task-module", name, "--task-name", "main"],
            env={**self._environment, "GLIDER_LOGS": f"{prefix}/logs", **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        return prefix, process

    def end(self, prefix: str, process: subprocess.Popen[str]) -> Ended:
        stdout, stderr = process.communicate(timeout=60)
        files = self.storage.files(prefix)
        return Ended(
            code=process.returncode,
            stdout=stdout,
            stderr=stderr,
            lines=list(self.lines(prefix)),
            has_outputs="outputs.pb" in files,
            has_error="error.pb" in files,
        )

    def run(self, body: str, **variables: str) -> Ended:
        return self.end(*self.start(body, **variables))

    def lines(self, prefix: str) -> Iterator[LogLine]:
        for name in parts_of(self.storage.files(f"{prefix}/logs")):
            yield from lines_of(decompress(self.storage.read(f"{prefix}/logs/{name}"), most=1 << 28))

    def written(self) -> list[Request]:
        """The requests by which parts of the log were written."""
        return [request for request in self.proxy.requests if request.method == "PUT" and IN_LOGS in request.path]


@pytest.fixture
def proxy(s3: Any) -> Iterator[FaultProxy]:
    with FaultProxy(s3.endpoint) as proxy:
        yield proxy


@pytest.fixture
def site(s3: Any, proxy: FaultProxy, tmp_path: Path) -> Site:
    return Site(s3, proxy, tmp_path)


def in_logs(fault: Callable[[], Fault | None]) -> Callable[[Request], Fault | None]:
    return lambda request: fault() if IN_LOGS in request.path else None


def test_a_short_log_is_one_part_by_the_task_s_own_client(site: Site):
    ended = site.run("print('one'); print('two', file=sys.stderr)")
    assert (ended.code, ended.has_outputs) == (0, True)
    assert (ended.text("stdout"), ended.text("stderr")) == ("one\n", "two\n") == (ended.stdout, ended.stderr)
    assert len(site.written()) == 1


def test_what_comes_after_the_outcome_is_kept_too(site: Site):
    ended = site.run("import atexit; print('one'); atexit.register(print, 'late')")
    assert ended.text("stdout") == "one\nlate\n" == ended.stdout


def test_a_silent_task_writes_nothing(site: Site):
    assert site.run("pass").code == 0
    assert site.written() == []


def test_a_flood_of_lines_and_a_segfault(site: Site):
    """Within the bound, every one; how long lines are beside it is up to the task."""
    ended = site.run(f"sys.stdout.write(''.join(f'{{n}}\\n' for n in range(200_000))); sys.stdout.flush(); {SEGFAULT}")
    assert ended.has_error
    assert ended.text("stdout") == ended.stdout
    assert ended.stdout.endswith("\n199999\n")
    assert ended.text("stderr") == ended.stderr
    assert "Segmentation fault" in ended.stderr


@pytest.mark.parametrize("may_delete", [True, False], ids=["", "without the right to delete"])
def test_of_more_than_the_bound_the_beginning_and_the_end_are_kept(site: Site, may_delete: bool):
    with site.proxy.suffering(lambda request: None if may_delete or request.method != "DELETE" else Answer(403)):
        ended = site.run("[print('%07d' % n) for n in range(100_000)]; os._exit(3)", GLIDER_LOGS_MOST_BYTES="100000")
    assert ended.has_error
    cuts = [line.text for line in ended.lines if line.text.startswith(CUT) and line.text.endswith("bytes of the log are left out here")]
    kept = "".join(ended.text("stdout"))
    assert cuts
    assert ended.stdout.startswith(kept[:25_000])
    assert ended.stdout.endswith(kept[-25_000:])
    assert len(kept) + sum(int(text.split()[1]) for text in cuts) == len(ended.stdout) == 800_000
    assert len(kept) < 150_000
    assert "couldn't be stored" not in ended.stderr


def test_a_log_is_stored_while_the_task_runs_and_at_sigterm(site: Site):
    prefix, process = site.start("print('begun', flush=True); time.sleep(60)", GLIDER_LOGS_INTERVAL_SECONDS="0.2")
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    while not list(site.lines(prefix)):
        assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    ended = site.end(prefix, process)
    assert ended.has_error
    assert ended.text("stdout") == "begun\n"
    assert ended.text("stderr") == ended.stderr
    assert "SIGTERM" in ended.stderr


def test_the_store_may_fail_for_a_while(site: Site):
    answers = [Answer(503), Answer(500), Answer(429, {"Retry-After": "0"})]
    with site.proxy.suffering(in_logs(lambda: answers.pop() if answers else None)):
        ended = site.run(f"print('one'); {SEGFAULT}")
    assert not answers
    assert ended.text("stdout") == "one\n"
    assert ended.text("stderr") == ended.stderr


@pytest.mark.parametrize("end", ["return", SEGFAULT], ids=["the task's client", "the parent's"])
def test_a_store_that_takes_no_log_is_one_line_and_changes_nothing(site: Site, end: str):
    with site.proxy.suffering(in_logs(lambda: Answer(403))):
        ended = site.run(f"print('one'); {end}")
    assert ended.has_outputs is (end == "return")
    assert ended.code == (0 if end == "return" else 3)
    assert ended.stdout == "one\n"
    (line,) = (line for line in ended.stderr.splitlines() if line.startswith("glider: "))
    assert "couldn't be stored: s3://" in line
    assert ended.lines == []
