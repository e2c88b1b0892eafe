"""What the executor costs beside flytekit's pyflyte-execute and pyflyte-fast-execute.

    python -m tests.bench.executor [--rounds N] [--only NAME …] [--large] [--markdown]

Every round runs each program once, in turn, so that a busy machine slows all; a first round only warms the caches, and a last
one looks at the memory. All use the S3 server of GLIDER_S3_{ENDPOINT,ACCESS_KEY,SECRET_KEY,BUCKET}, else one that is started
for the run; what it uses isn't counted.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

from glider.settings.reading import read_settings
from glider.storage.store import Storage
from tests.bench import reporting
from tests.bench.cases import CASES, Case, Contender, Place, task_folder
from tests.bench.measuring import Run, adopt_orphans, run
from tests.bench.reporting import Result
from tests.bench.server import Server, serving

BIN = Path(sys.executable).parent
#: What a case's copies take on disk, at most: in the store, in parts of an upload, and where a task has downloaded it.
_LARGE_BYTES = 35 * 10**9


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument(
        "--only", nargs="+", choices=[case.name for case in CASES], metavar="NAME", help=", ".join(case.name for case in CASES)
    )
    parser.add_argument("--large", action="store_true", help="the 10 GB file too: once, ours alone; takes 35 GB of disk")
    parser.add_argument("--markdown", action="store_true")
    options = parser.parse_args()
    cases = [case for case in CASES if (case.name in options.only if options.only else options.large or not case.is_large)]
    adopt_orphans()
    results: list[Result] = []
    with serving() as server:
        for case in cases:
            print(f"{case.name}: {case.title} …", file=sys.stderr, flush=True)
            results += measure(case, server=server, rounds=options.rounds)
    rows = reporting.as_markdown(results) if options.markdown else reporting.as_text(results)
    print(f"\n{reporting.machine()}; medians of {options.rounds} rounds\n\n{rows}")


def measure(case: Case, *, server: Server, rounds: int) -> Iterator[Result]:
    """Flytekit's result first, where it takes part, then ours."""
    with tempfile.TemporaryDirectory(prefix="glider-bench-") as scratch:
        if case.is_large and shutil.disk_usage(scratch).free < _LARGE_BYTES:
            raise SystemExit(f"{case.name}: expected {_LARGE_BYTES // 10**9} GB of free disk")
        environment = {**os.environ, **server.environment(), "FLYTE_INTERNAL_EXECUTION_ID": "bench"}
        prefix = f"s3://{server.bucket}/bench-{uuid.uuid4().hex}"
        place = Place(server=server, storage=Storage(read_settings(environment).storage), prefix=prefix, scratch=Path(scratch))
        place.storage.write(f"{prefix}/inputs.pb", case.prepare(place).SerializeToString())
        sides: list[Contender | None] = [*([] if case.is_large else [None]), *case.contenders]
        runs: dict[Contender | None, list[Run]] = {side: [] for side in sides}
        memory: dict[Contender | None, int] = {}
        for number in range(1 if case.is_large else rounds + 2):
            for side in sides:
                is_last = case.is_large or number == rounds + 1
                taken = run_once(case, side, place=place, environment=environment, with_memory=is_last)
                if is_last:
                    memory[side] = taken.memory
                if case.is_large or 1 <= number <= rounds:
                    runs[side].append(taken)
        baseline = runs.get(None, [])
        for side in sides:
            label = f"{'pyflyte' if side is None else 'glider'}, {'flytekit' if side is None else side.task}"
            yield Result(case=case, label=label, runs=runs[side], memory=memory[side], contender=side, baseline=baseline)


def run_once(case: Case, side: Contender | None, *, place: Place, environment: dict[str, str], with_memory: bool) -> Run:
    """One process tree from start to end; what it leaves is removed."""
    program, task = ("pyflyte", "flytekit") if side is None else ("glider", side.task)
    output = f"{place.prefix}/{uuid.uuid4().hex}"
    with tempfile.TemporaryDirectory(prefix="run-", dir=place.scratch) as folder:
        destination = Path(folder, "code")
        destination.mkdir()
        command = case.command(program, task, place=place, output=output, destination=str(destination))
        command[0] = str(BIN / command[0])
        own = {**environment, "TMPDIR": folder, "PYTHONPATH": task_folder(case), "PATH": f"{BIN}{os.pathsep}{environment['PATH']}"}
        taken = run(command, environment=own, log=str(Path(folder, "log")), with_memory=with_memory)
        if not place.storage.exists(f"{output}/outputs.pb"):
            raise SystemExit(f"{' '.join(command)}: left no outputs.pb:\n{Path(folder, 'log').read_text()[-3000:]}")
    forget(place.server, output)
    return taken


def forget(server: Server, uri: str) -> None:
    """Outputs would fill the disk: on a server of our own they go at once."""
    if server.folder is not None:
        shutil.rmtree(server.folder / uri.removeprefix(f"s3://{server.bucket}/"))


if __name__ == "__main__":
    main()
