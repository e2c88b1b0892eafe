"""The cluster's programs: started in the background, recorded by pid, and ended only while that pid still is that program.

A pid alone says little: after a restart of the machine, or just later, another program may have it. A record therefore also
holds the start time that the kernel gave the process; both together are never given twice.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.cluster.errors import ClusterError

GRACE_SECONDS = 5.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Program:
    """What is to run: a change of any of it, or of a file it reads at its start, means a restart."""

    name: str
    argv: Sequence[str]
    reads: Sequence[Path] = ()
    environment: Mapping[str, str] = field(default_factory=dict)

    def digest(self) -> str:
        """What tells this program, with its configuration, from an older one of the same name."""
        parts = [json.dumps([list(self.argv), dict(self.environment)]).encode(), *(path.read_bytes() for path in self.reads)]
        return hashlib.sha256(b"\0".join(parts)).hexdigest()


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """A program that was started."""

    name: str
    pid: int
    start_time: int
    digest: str

    def is_alive(self) -> bool:
        """Whether the process with this pid still is the one that was started."""
        return start_time(self.pid) == self.start_time


class Processes:
    """The programs recorded in one folder, one file each; a program's log goes to `logs`."""

    def __init__(self, records: Path, logs: Path, namespace: str | None = None) -> None:
        self._records = records
        self._logs = logs
        self._prefix = [] if namespace is None else ["nsenter", f"--net=/run/netns/{namespace}", "--"]

    def recorded(self) -> list[Record]:
        return [Record(**json.loads(path.read_text())) for path in sorted(self._records.glob("*.json"))]

    def ensure(self, program: Program) -> bool:
        """Have `program` running as described; True when it had to be started."""
        record = next((record for record in self.recorded() if record.name == program.name and record.is_alive()), None)
        if record is not None and record.digest == program.digest():
            return False
        if record is not None:
            self.end([record])
        self._start(program)
        return True

    def end(self, records: Iterable[Record], *, grace: float = GRACE_SECONDS) -> None:
        """SIGTERM to all, SIGKILL to those that don't heed it in time, and their records are gone."""
        records = list(records)
        end_pids({record.pid: record.start_time for record in records}, grace=grace)
        for record in records:
            self._record_file(record.name).unlink(missing_ok=True)

    def log(self, name: str) -> Path:
        return self._logs / f"{name}.log"

    def wait(self, name: str, is_ready: Callable[[], bool], *, seconds: float) -> None:
        """Wait until `is_ready`; a program that ended meanwhile is an error with the end of its log."""
        deadline = time.monotonic() + seconds
        while not is_ready():
            if not any(record.name == name and record.is_alive() for record in self.recorded()):
                raise ClusterError(f"{name} ended right after its start:\n{self._log_end(name)}")
            if time.monotonic() > deadline:
                raise ClusterError(
                    f"{name} is not ready after {seconds:.0f} s; its log is {self.log(name)} and ends:\n{self._log_end(name)}"
                )
            time.sleep(0.1)

    def _start(self, program: Program) -> None:
        self._records.mkdir(parents=True, exist_ok=True)
        self._logs.mkdir(parents=True, exist_ok=True)
        with self.log(program.name).open("ab") as log:
            process = subprocess.Popen(
                [*self._prefix, *program.argv],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd="/",
                env={"PATH": os.environ.get("PATH", os.defpath), "HOME": "/nonexistent", **program.environment},
                start_new_session=True,
            )
        process.returncode = 0  # it outlives this Python on purpose: nobody waits for it, and Popen need not warn of that
        started = start_time(process.pid)
        if started is None:
            raise ClusterError(f"{program.name} ended right after its start:\n{self._log_end(program.name)}")
        record = Record(name=program.name, pid=process.pid, start_time=started, digest=program.digest())
        self._record_file(program.name).write_text(json.dumps(asdict(record)))

    def _record_file(self, name: str) -> Path:
        return self._records / f"{name}.json"

    def _log_end(self, name: str) -> str:
        return "\n".join(self.log(name).read_text(errors="replace").splitlines()[-15:])


def start_time(pid: int) -> int | None:
    """When the kernel started this process, in its ticks, or None when there is no such process (a zombie is none)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    state, *fields = stat.rpartition(")")[2].split()  # the name before it may hold spaces and brackets
    return None if state in "ZX" else int(fields[18])


def end_pids(started: Mapping[int, int], *, grace: float = GRACE_SECONDS) -> None:
    """End the processes given as pid: start time, at first politely if there is a grace period; returns when they are gone."""
    alive = _signal(started, signal.SIGTERM) if grace else dict(started)
    deadline = time.monotonic() + grace
    while alive and time.monotonic() < deadline:
        time.sleep(0.05)
        alive = {pid: when for pid, when in alive.items() if start_time(pid) == when}
    alive = _signal(alive, signal.SIGKILL)
    while alive:
        time.sleep(0.02)
        alive = {pid: when for pid, when in alive.items() if start_time(pid) == when}


def _signal(started: Mapping[int, int], number: signal.Signals) -> dict[int, int]:
    alive = {pid: when for pid, when in started.items() if start_time(pid) == when}
    for pid in alive:
        os.kill(pid, number)
    return alive
