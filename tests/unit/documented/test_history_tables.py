"""docs/history.md, "As a table": what is written there runs as it is, on an index of files."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from glider.settings.model import StorageSettings
from glider.storage.store import Storage
from glider_core.api.moments import format_time
from glider_core.archive.index import Index
from glider_core.history.rows import Row, row_of
from glider_core.history.segments import KEYS
from tests.unit.glider_core.history.records import record

PAGE = (Path(__file__).parents[3] / "docs" / "history.md").read_text()
SECTION = PAGE.partition("\n## As a table\n")[2].partition("\n## ")[0]
PREFIX = "s3://bucket/metadata/.history"
NOW = datetime.now(UTC)
GIB = 1 << 30


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", SECTION, re.DOTALL)


def row(number: int, **given: Any) -> Row:
    base = row_of(record(labels={"team": "a"}))
    ended = format_time(NOW - timedelta(hours=1)) or ""
    uid = f"{number:08x}-1111-2222-3333-444455556666"
    return replace(base, uid=uid, name=f"run-{number}", completed=ended, archived=ended, **given)


@pytest.fixture(scope="module")
def prefix(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Three executions of two namespaces, one of them twice, and one that was deleted."""
    folder = str(tmp_path_factory.mktemp("history"))
    index = Index(Storage(StorageSettings()), folder)
    failed = {"phase": "Failed", "reason": "OOMKilled", "message": "killed", "code": "OOMKilled"}
    one = row(1, namespace="team-a", cpu_seconds=3600.0, gpus=2.0, run_seconds=1800.0, peak_memory=GIB, memory_request=4 * GIB)
    two = row(2, namespace="team-a", cpu_seconds=1800.0, peak_memory=2 * GIB, memory_request=4 * GIB, labels={}, **failed)
    three = row(3, namespace="team-b", cpu_seconds=900.0, peak_memory=None, uses=("s3://bucket/metadata/team-a/run-1-00000001",))
    gone = row(4, namespace="team-b", cpu_seconds=1e9)
    index.append([one, gone])
    index.append([one, two, three])
    index.append([gone.tombstone(deleted=NOW)])
    return folder


def test_duckdb(prefix: str) -> None:
    duckdb = import_module("duckdb")
    _, view, *queries = blocks("sql")
    connection = duckdb.connect()
    connection.execute(view.replace(PREFIX, prefix))
    used, memory, failures = [connection.execute(query).fetchall() for query in queries]
    assert used == [("team-a", "a", 1, 1.0, 1.0), ("team-a", None, 1, 0.5, None), ("team-b", "a", 1, 0.25, None)]
    assert memory == [("app.workflows.divider", 2, pytest.approx(1996.8), 2048.0, 4096.0, 0.5)]
    assert [found[1:] for found in failures] == [("OOMKilled", 1, "killed")]
    assert connection.execute("SELECT count(*), any_value(uses) FROM executions").fetchall() == [
        (3, ["s3://bucket/metadata/team-a/run-1-00000001"])
    ]


def test_the_view_has_every_key() -> None:
    named = re.findall(r"(\w+): '", blocks("sql")[1])
    assert sorted(named) == sorted(KEYS[one.name] for one in fields(Row))


def test_polars(prefix: str) -> None:
    found = run(blocks("python")[0], prefix)
    assert sorted(found["used"].collect().rows()) == [("team-a", 2, 5400.0, 3600.0), ("team-b", 1, 900.0, 0.0)]
    assert found["memory"].collect().rows() == [("app.workflows.divider", 2 * GIB, 4 * GIB)]
    assert [one[1:] for one in found["failures"].collect().rows()] == [("OOMKilled", 1)]


def test_pandas(prefix: str) -> None:
    found = run(blocks("python")[1], prefix)
    assert found["used"].to_dict("index") == {"team-a": {"size": 2, "sum": 5400.0}, "team-b": {"size": 1, "sum": 900.0}}
    assert found["memory"].loc["app.workflows.divider"].to_list() == [2 * GIB, 4 * GIB]
    assert found["failures"].to_list() == [1]


def run(program: str, prefix: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(program.replace(PREFIX, prefix), names)
    return names
