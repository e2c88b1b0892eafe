"""What starting one trivial task costs: glider-execute beside flytekit's pyflyte-execute.

    python -m tests.bench.executor [--rounds N]

Both run alternately in one session, so that a busy machine slows both. CPU is user + system time of the process and its
children (os.wait4); wall is from spawn to exit. With GLIDER_S3_ENDPOINT, GLIDER_S3_ACCESS_KEY, GLIDER_S3_SECRET_KEY and
GLIDER_S3_BUCKET set, S3 is measured besides local files.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from flyteidl.core import literals_pb2

from glider.settings.reading import read_settings
from glider.storage.store import Storage

BIN = Path(sys.executable).parent
RESOLVER = "flytekit.core.python_auto_container.default_task_resolver"
MODULES = {
    "bench_native": "def divide(a: int, b: int) -> float:\n    return a / b\n",
    "bench_flytekit": "from flytekit import task\n\n\n@task\ndef divide(a: int, b: int) -> float:\n    return a / b\n",
}


@dataclass(frozen=True, kw_only=True)
class Run:
    """What one process took, in milliseconds."""

    cpu: float
    wall: float


@dataclass(frozen=True, kw_only=True)
class Case:
    """One command with one kind of task."""

    name: str
    program: str
    module: str


CASES = (
    Case(name="pyflyte-execute, flytekit task", program="pyflyte-execute", module="bench_flytekit"),
    Case(name="glider-execute,  flytekit task", program="glider-execute", module="bench_flytekit"),
    Case(name="glider-execute,  plain function", program="glider-execute", module="bench_native"),
)


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        for name, source in MODULES.items():
            Path(folder, f"{name}.py").write_text(source)
        measure("file://", f"file://{folder}/store", folder=folder, extra={}, rounds=rounds)
        if os.environ.get("GLIDER_S3_ENDPOINT"):
            bucket = os.environ["GLIDER_S3_BUCKET"]
            measure("S3", f"s3://{bucket}/bench-{uuid.uuid4().hex}", folder=folder, extra=s3_environment(), rounds=rounds)


def s3_environment() -> dict[str, str]:
    """FLYTE_AWS_* from GLIDER_S3_*."""
    return {
        "FLYTE_AWS_ENDPOINT": os.environ["GLIDER_S3_ENDPOINT"],
        "FLYTE_AWS_ACCESS_KEY_ID": os.environ["GLIDER_S3_ACCESS_KEY"],
        "FLYTE_AWS_SECRET_ACCESS_KEY": os.environ["GLIDER_S3_SECRET_KEY"],
    }


def measure(title: str, prefix: str, *, folder: str, extra: Mapping[str, str], rounds: int) -> None:
    """One table for one store; the first round only warms the caches."""
    environment = {**os.environ, **extra, "FLYTE_INTERNAL_EXECUTION_ID": "bench"}
    storage = Storage(read_settings(environment).storage)
    inputs = literals_pb2.LiteralMap()
    inputs.literals["a"].scalar.primitive.integer = 10
    inputs.literals["b"].scalar.primitive.integer = 4
    storage.write(f"{prefix}/inputs.pb", inputs.SerializeToString())
    runs: dict[Case, list[Run]] = {case: [] for case in CASES}
    for number in range(rounds + 1):
        for case in CASES:
            output = f"{prefix}/{uuid.uuid4().hex}"
            run = spawn(command(case, prefix=prefix, output=output), folder=folder, environment=environment)
            if not storage.exists(f"{output}/outputs.pb"):
                raise SystemExit(f"{case.name}: left no outputs.pb")
            if number:
                runs[case].append(run)
    report(title, runs)


def command(case: Case, *, prefix: str, output: str) -> list[str]:
    """The command line that a registered task carries."""
    options = ["--inputs", f"{prefix}/inputs.pb", "--output-prefix", output, "--raw-output-data-prefix", f"{prefix}/raw"]
    return [str(BIN / case.program), *options, "--resolver", RESOLVER, "--", "task-module", case.module, "task-name", "divide"]


def spawn(arguments: list[str], *, folder: str, environment: Mapping[str, str]) -> Run:
    """Runs one process to its end, with `folder` as the place where its modules are."""
    silence = [(os.POSIX_SPAWN_OPEN, descriptor, os.devnull, os.O_WRONLY, 0) for descriptor in (1, 2)]
    started = time.perf_counter()
    pid = os.posix_spawn(arguments[0], arguments, {**environment, "PYTHONPATH": folder}, file_actions=silence)
    _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - started
    if status != 0:
        raise SystemExit(f"{' '.join(arguments)}: ended with status {status}")
    return Run(cpu=1000 * (usage.ru_utime + usage.ru_stime), wall=1000 * wall)


def report(title: str, runs: Mapping[Case, list[Run]]) -> None:
    """Medians, and the ratio to the first case, pair by pair."""
    baseline = next(iter(runs.values()))
    print(f"\n{title}: medians of {len(baseline)} alternate runs")
    print(f"    {'':34}{'CPU ms':>8}{'wall ms':>9}{'CPU ratio':>11}{'wall ratio':>12}")
    for case, taken in runs.items():
        columns = [_median(taken, _cpu), _median(taken, _wall), _ratio(taken, baseline, _cpu), _ratio(taken, baseline, _wall)]
        print(f"    {case.name:34}{columns[0]:8.0f}{columns[1]:9.0f}{columns[2]:11.2f}{columns[3]:12.2f}")


def _cpu(run: Run) -> float:
    return run.cpu


def _wall(run: Run) -> float:
    return run.wall


def _median(runs: list[Run], of: Callable[[Run], float]) -> float:
    return statistics.median(of(run) for run in runs)


def _ratio(runs: list[Run], baseline: list[Run], of: Callable[[Run], float]) -> float:
    return statistics.median(of(run) / of(base) for run, base in zip(runs, baseline, strict=True))


if __name__ == "__main__":
    main()
