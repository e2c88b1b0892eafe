"""What a history of 100,000 executions costs whoever looks something up: `glider get --history`, the whole process.

    python -m tests.bench.history [--executions N] [--days N] [--rounds N]

On a real S3 server. The index is written as the operator writes it: batches of 50, merged as they come, each day as a whole once it has
ended. Records are written of the first and of the last batch only: the table needs none. A proxy counts the requests, in a run of its
own, since it costs time. What is printed is the table in docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from glider.settings.reading import read_settings
from glider.storage.store import Storage
from glider_core.api.moments import format_time
from glider_core.archive.index import Index
from glider_core.archive.records import Records
from glider_core.history.layout import day_of
from glider_core.history.records import Record
from glider_core.history.rows import Row, row_of
from tests.bench import reporting
from tests.bench.measuring import Run, adopt_orphans, run
from tests.bench.server import Server, serving
from tests.faults.proxy import FaultProxy
from tests.unit.glider_core.builders import execution_body
from tests.unit.glider_core.history.records import STATUS, record

NAMESPACE = "x"
_BATCH = 50
_TARGET_SECONDS, _TARGET_REQUESTS = 2.0, 300
_BASE = row_of(record(labels={"team": "a", "glider.dev/project": "flytesnacks"}))


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--executions", type=int, default=100_000)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    adopt_orphans()
    print(f"{reporting.machine()}; medians of {options.rounds} rounds")
    with serving() as server, tempfile.TemporaryDirectory(prefix="glider-bench-") as folder:
        prefix = f"s3://{server.bucket}/bench-{uuid.uuid4().hex[:8]}/history"
        took = fill(Storage(read_settings(server.environment()).storage), prefix, count=options.executions, days=options.days)
        print(f"{options.executions:,} executions over {options.days} days: the index was written in {took:.0f} s")
        print(f"| `glider get --history -n {NAMESPACE}` | CPU s | wall s | lines | requests | target | |")
        print(f"|{' --- |' * 7}")
        for label, arguments, target in _cases():
            measured = _measured(arguments, server=server, prefix=prefix, folder=Path(folder), rounds=options.rounds)
            print(_line(label, *measured, target=target), flush=True)


def fill(storage: Storage, prefix: str, *, count: int, days: int) -> float:
    """Write the index, and the newest records. Returns how many seconds the index took."""
    index, records, now = Index(storage, prefix), Records(storage, prefix), datetime.now(UTC)
    began, day = time.perf_counter(), day_of(now - timedelta(days=days))
    batches = list(_batches(now, count=count, days=days))
    for rows in batches:
        index.append(rows)
        ended, day = day, day_of(datetime.fromisoformat(rows[-1].completed))
        while index.compact(NAMESPACE, day):
            pass
        while ended != day and index.compact(NAMESPACE, ended, whole=True):
            pass
    took = time.perf_counter() - began
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(records.write, (_record(row) for row in (*batches[0], *batches[-1]))))
    return took


def _batches(now: datetime, *, count: int, days: int) -> Iterator[list[Row]]:
    for start in range(0, count, _BATCH):
        yield [_row(number, now - timedelta(days=days) * (1 - (number + 1) / count)) for number in range(start, min(count, start + _BATCH))]


def _row(number: int, ended: datetime) -> Row:
    uid = str(uuid.uuid4())
    created, started, completed = (format_time(ended - timedelta(seconds=before)) or "" for before in (180, 120, 0))
    return replace(
        _BASE,
        uid=uid,
        namespace=NAMESPACE,
        name=f"run-{number:06}",
        phase="Failed" if number % 9 == 0 else "Succeeded",
        created=created,
        started=started,
        completed=completed,
        archived=completed,
        folder=f"s3://bucket/meta/{NAMESPACE}/run-{number:06}-{uid[:8]}",
    )


def _record(row: Row) -> Record:
    body = execution_body(name=row.name, uid=row.uid, status={**STATUS, "completionTime": row.completed})
    body["metadata"] |= {"namespace": row.namespace, "creationTimestamp": row.created}
    return record(body=body)


def _cases() -> Iterator[tuple[str, list[str], bool]]:
    yield "`--since 7d`", ["--since", "7d"], True
    yield "`--since 7d --phase Failed`", ["--since", "7d", "--phase", "Failed"], True
    yield "`--since 20m -o json`, with the records", ["--since", "20m", "-o", "json"], False
    yield "`run-000001`, the name of the oldest", ["run-000001", "-o", "wide"], False
    yield "all", [], False


def _measured(arguments: Sequence[str], *, server: Server, prefix: str, folder: Path, rounds: int) -> tuple[list[Run], int, int]:
    """The runs, how many lines were printed, and how many requests one run makes."""
    command = [str(Path(sys.executable).parent / "glider"), "get", "--history", "-n", NAMESPACE, *arguments]
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "GLIDER_HISTORY_PREFIX": prefix, **server.environment()}
    log = folder / "log"
    runs = [run(command, environment=environment, log=str(log)) for _ in range(rounds + 1)][1:]
    lines = len(log.read_bytes().splitlines())
    proxy = FaultProxy(server.endpoint)
    run(command, environment=environment | {"FLYTE_AWS_ENDPOINT": proxy.endpoint}, log=str(log))
    proxy.stop()
    return runs, lines, len(proxy.requests)


def _line(label: str, runs: Sequence[Run], lines: int, requests: int, *, target: bool) -> str:
    cpu, wall = (statistics.median(getattr(one, kind) for one in runs) for kind in ("cpu", "wall"))
    line = f"| {label} | {cpu:.2f} | {wall:.2f} | {lines:,} | {requests:,} |"
    if not target:
        return f"{line} | |"
    met = wall <= _TARGET_SECONDS and requests <= _TARGET_REQUESTS
    return f"{line} wall ≤ {_TARGET_SECONDS:g}, requests ≤ {_TARGET_REQUESTS} | {'met' if met else 'NOT MET'} |"


if __name__ == "__main__":
    main()
