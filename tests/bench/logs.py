"""What it costs that logs are kept in the store, beside not keeping them.

    python -m tests.bench.logs [--rounds N] [--seconds N] [--only NAME …]

short    a trivial task that prints nothing, and one that prints two lines: the whole process tree, in turn with and without
steady   10 MB/s: the share of a CPU that the parent process takes, within the log's bound and beyond it
flood    a million lines as fast as `print` makes them: lines a second, with and without

What stands for the container's runtime reads standard output through a pipe, as containerd does; it isn't counted.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from glider.settings.reading import read_settings
from glider.storage.store import Storage
from glider.wire import contract
from tests.bench.measuring import Run, adopt_orphans, run
from tests.bench.reporting import machine
from tests.bench.server import Server, serving

EXECUTE = str(Path(sys.executable).parent / "glider-execute")
CASES = ("short", "steady", "flood")
MEGABYTES_A_SECOND = 10
LINES = 1_000_000
LINE = "2026-11-30 12:00:00,123 INFO step 123456 loss 0.12345"
TASKS = f"""
import os, pathlib, random, time

def silent() -> int:
    return 1

def printing() -> int:
    print("one")
    print("two")
    return 1

def steady() -> int:
    chance = random.Random(1)
    lines = [f"2026-11-30 12:00:00,{{n % 1000:03}} INFO step {{n}} loss {{chance.random():.5f}}\\n" for n in range(20000)]
    data = "".join(lines).encode()
    pathlib.Path("begun").touch()
    start, sent = time.monotonic(), 0
    while (passed := time.monotonic() - start) < float(os.environ["BENCH_SECONDS"]):
        while sent < passed * {MEGABYTES_A_SECOND}e6:
            at = sent % (len(data) - 4096)
            sent += os.write(1, data[at : at + 4096])
        time.sleep(0.0005)
    pathlib.Path("ended").touch()
    time.sleep(0.5)
    return 1

def flood() -> int:
    for _ in range({LINES}):
        print("{LINE}")
    return 1
"""


@dataclass(kw_only=True)
class Place:
    """Where the tasks run."""

    server: Server
    folder: Path
    storage: Storage
    root: str = field(default_factory=lambda: f"bench-{uuid.uuid4().hex}")

    def task(self, name: str, *, kept: bool, **variables: str) -> tuple[list[str], dict[str, str]]:
        """The command line and the environment of one run."""
        prefix = f"s3://{self.server.bucket}/{self.root}/{uuid.uuid4().hex}"
        paths = ["--inputs", f"s3://{self.server.bucket}/{self.root}/inputs.pb", "--output-prefix", prefix]
        command = [EXECUTE, *paths, "--raw-output-data-prefix", f"{prefix}/raw", "--task-module", "logged", "--task-name", name]
        ours = {
            contract.ENV_EXECUTION: "bench/logs",
            contract.ENV_TERMINATION_LOG: str(self.folder / "summary"),
            "PYTHONPATH": str(self.folder),
        }
        environment = {**os.environ, **self.server.environment(), **ours, **variables}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        return command, environment | ({contract.ENV_LOGS: f"{prefix}/logs"} if kept else {})


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--only", nargs="+", choices=CASES, default=CASES, metavar="NAME", help=", ".join(CASES))
    options = parser.parse_args()
    adopt_orphans()
    print(machine())
    with placed() as place:
        if "short" in options.only:
            short(place, rounds=options.rounds)
        if "steady" in options.only:
            steady(place, seconds=options.seconds)
        if "flood" in options.only:
            flood(place, rounds=max(1, options.rounds // 3))


@contextlib.contextmanager
def placed() -> Iterator[Place]:
    """A store, and a folder with the tasks."""
    with serving() as server, tempfile.TemporaryDirectory(prefix="glider-bench-") as folder:
        place = Place(server=server, folder=Path(folder), storage=Storage(read_settings(server.environment()).storage))
        (place.folder / "logged.py").write_text(TASKS)
        place.storage.write(f"s3://{server.bucket}/{place.root}/inputs.pb", b"")
        yield place


def short(place: Place, *, rounds: int) -> None:
    """With and without, in turn; a first round warms the caches."""
    runs: dict[tuple[str, bool], list[Run]] = {(task, kept): [] for task in ("silent", "printing") for kept in (False, True)}
    for number in range(rounds + 1):
        for (task, keeping), taken in runs.items():
            command, environment = place.task(task, kept=keeping)
            one = run(command, environment=environment, log=str(place.folder / "log"))
            taken += [one] if number else []
    for task, title in (("silent", "a trivial task that prints nothing"), ("printing", "one that prints two lines")):
        without, kept = runs[task, False], runs[task, True]
        cpu, wall = (_difference([getattr(one, what) for one in kept], [getattr(one, what) for one in without]) for what in ("cpu", "wall"))
        print(f"{title:<36}  CPU {cpu}  wall {wall}")


def _difference(kept: Sequence[float], without: Sequence[float]) -> str:
    """The median of the ratios of each round, and of the differences."""
    pairs = list(zip(kept, without, strict=True))
    ratio, more = statistics.median(one / other for one, other in pairs), statistics.median(one - other for one, other in pairs)
    return f"x {ratio:.2f} ({1000 * more:+.0f} ms of {1000 * statistics.median(without):.0f})"


def steady(place: Place, *, seconds: float) -> None:
    """What the parent takes, which without logs only waits."""
    command, environment = place.task("steady", kept=True, BENCH_SECONDS=f"{seconds:g}")
    within = contract.DEFAULT_LOGS_MOST_BYTES / (MEGABYTES_A_SECOND * 1e6)
    with started(command, environment, place.folder) as (process, reader):
        _wait_for(place.folder / "begun", process)
        begun = _Moment.of(process.pid)
        time.sleep(within)
        bound = _Moment.of(process.pid)
        time.sleep(2)  # what is left to store
        beyond, reading = _Moment.of(process.pid), _Moment.of(reader.pid)
        _wait_for(place.folder / "ended", process)
        end, read = _Moment.of(process.pid), _Moment.of(reader.pid)
    print(
        f"{MEGABYTES_A_SECOND} MB/s for {seconds:g} s, the parent's CPU:  {bound.share(begun):.2f} % within the log's bound, "
        f"{end.share(beyond):.2f} % beyond it; cat, which only reads the same, takes {read.share(reading):.2f} %"
    )


class _Moment(NamedTuple):
    """How much CPU a process has had, all its threads, without its children; and when that was so."""

    cpu: float
    when: float

    @classmethod
    def of(cls, pid: int) -> _Moment:
        cpu = sum(int((thread / "schedstat").read_text().split()[0]) for thread in Path(f"/proc/{pid}/task").iterdir()) / 1e9
        return cls(cpu, time.monotonic())

    def share(self, earlier: _Moment) -> float:
        """Of one CPU since then, in per cent."""
        return 100 * (self.cpu - earlier.cpu) / (self.when - earlier.when)


def flood(place: Place, *, rounds: int) -> None:
    """How long the whole process takes, less what a silent one does."""
    speeds: dict[bool, list[float]] = {False: [], True: []}
    for _ in range(rounds):
        for kept, found in speeds.items():
            found.append(LINES / (_seconds(place, "flood", kept=kept) - _seconds(place, "silent", kept=kept)))
    without, kept_speed = (statistics.median(speeds[kept]) for kept in (False, True))
    print(f"a million lines at once:  {kept_speed:,.0f} lines/s, x {kept_speed / without:.2f} of {without:,.0f} without")


def _seconds(place: Place, task: str, *, kept: bool) -> float:
    begun = time.monotonic()
    with started(*place.task(task, kept=kept), place.folder):
        pass
    return time.monotonic() - begun


@contextlib.contextmanager
def started(
    command: Sequence[str], environment: Mapping[str, str], folder: Path
) -> Iterator[tuple[subprocess.Popen[bytes], subprocess.Popen[bytes]]]:
    """The task, and who reads its output; the end is waited for."""
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as reader:
        process = subprocess.Popen(command, env=environment, cwd=folder, stdout=reader.stdin, stderr=subprocess.PIPE)
        yield process, reader
        _, errors = process.communicate()
        if process.returncode:
            raise SystemExit(f"{' '.join(command)}: ended with {process.returncode}:\n{errors.decode(errors='replace')[-3000:]}")
        assert reader.stdin is not None
        reader.stdin.close()


def _wait_for(path: Path, process: subprocess.Popen[bytes]) -> None:
    while not path.exists():
        if process.poll() is not None:
            return
        time.sleep(0.01)


if __name__ == "__main__":
    main()
