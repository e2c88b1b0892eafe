"""What became of a task's executions: which ones count, and what is made of them."""

from __future__ import annotations

from typing import Any

import pytest

from glider_console.live.rows import Row
from glider_console.tasks.memory import recommended
from glider_console.tasks.report import report
from glider_console.tasks.runs import Run, Version, runs_of, versions_of
from glider_console.tasks.statistics import Spread, reasons_of, spread_of, statistics_of
from glider_core.history.containers import Asked
from tests.unit.glider_console.live.samples import row

TASK = "forecast.train"
MIB = 2**20
V1 = Version(name="v1", template="train-1", asked=Asked(memory_request=1024 * MIB, memory_limit=1024 * MIB))
V2 = Version(name="v2", template="train-2", asked=Asked(memory_request=1024 * MIB, memory_limit=1024 * MIB))
VERSIONS = {"train-1": V1, "train-2": V2}


def template(name: str, identity: dict[str, str]) -> dict[str, Any]:
    resources = {"requests": {"memory": "1Gi"}, "limits": {"memory": "2Gi"}}
    return {"metadata": {"name": name}, "spec": {"id": identity, "container": {"resources": resources}}}


def of_template(name: str, template: str = "train-1", **fields: Any) -> Row:
    return row(name=name, template=template, **fields)


def done(name: str, seconds: int, *, at: int = 0, **fields: Any) -> Row:
    return of_template(name, phase="Succeeded", reason="Completed", started=at, completed=at + seconds, attempts=1, **fields)


def failed(name: str, reason: str, *, at: int = 0, **fields: Any) -> Row:
    return of_template(name, phase="Failed", reason=reason, started=at, completed=at + 1, attempts=1, failures=1, **fields)


def runs(*rows: Row) -> list[Run]:
    return runs_of(TASK, rows, VERSIONS)


def test_the_versions_are_those_that_templates_name() -> None:
    templates = [
        template("train-1", {"name": TASK, "version": "v1"}),
        template("other-1", {"name": "other", "version": "v1"}),
        template(TASK, {}),
    ]
    found = versions_of(TASK, templates)
    assert {name: version.name for name, version in found.items()} == {"train-1": "v1", TASK: "unversioned"}
    assert (found["train-1"].asked.memory_request, found["train-1"].asked.memory_limit) == (1024 * MIB, 2048 * MIB)


def test_the_runs_are_those_of_its_templates_and_those_that_contain_the_task() -> None:
    own = row(name="own", task=TASK, version="v3", created=5)
    found = runs(done("b", 1, at=20), done("a", 1, at=10), own, row(name="other", task="other"), of_template("x", template="other-1"))
    assert [(run.row.name, run.version.name) for run in found] == [("own", "v3"), ("a", "v1"), ("b", "v1")]


def test_a_run_counts_from_its_first_pod_and_one_without_from_its_creation() -> None:
    rows = [done("early", 1, at=10), done("late", 1, at=30), of_template("waits", created=40)]
    assert [run.row.name for run in runs_of(TASK, rows, VERSIONS, since=30)] == ["late", "waits"]


def test_statistics() -> None:
    found = statistics_of(
        runs(
            done("a", 10, waited=3, peak_memory=5),
            done("b", 30, waited=1, peak_memory=9),
            failed("c", "UserError", waited=2),
            of_template("d", phase="TimedOut", started=0, completed=99, attempts=2),
            of_template("e", phase="Aborted", started=0, completed=1),
            of_template("f", phase="Running", started=0),
        )
    )
    assert (found.runs, found.live, found.succeeded, found.failed, found.aborted) == (6, 1, 2, 2, 1)
    assert (found.success, found.retried, found.peak_memory) == (0.5, 1, 9)
    assert (found.durations, found.waits) == (Spread(median=10, p90=30, most=30), Spread(median=2, p90=3, most=3))


def test_there_are_no_statistics_of_nothing() -> None:
    found = statistics_of([])
    assert (found.success, found.durations, found.waits, found.peak_memory) == (None, None, None, None)


@pytest.mark.parametrize(
    ("amounts", "spread"),
    [
        pytest.param([7], Spread(median=7, p90=7, most=7), id="of one"),
        pytest.param([None, 3, 1, 2], Spread(median=2, p90=3, most=3), id="unknown ones don't count"),
        pytest.param(range(1, 101), Spread(median=50, p90=90, most=100), id="by the nearest rank"),
    ],
)
def test_the_spread(amounts: Any, spread: Spread) -> None:
    assert spread_of(amounts) == spread


def test_the_most_frequent_reason_comes_first_with_its_latest_run() -> None:
    found = reasons_of(
        runs(
            failed("a", "OOMKilled", at=1, message="killed"),
            failed("b", "UserError", at=2, message="ValueError: old"),
            failed("c", "UserError", at=3, message="ValueError: new\nmore"),
        )
    )
    assert [(one.reason, one.count, one.latest.row.name, one.message) for one in found] == [
        ("UserError", 2, "c", "ValueError: new"),
        ("OOMKilled", 1, "a", "killed"),
    ]
    assert [round(one.share, 2) for one in found] == [0.67, 0.33]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        pytest.param(
            [done("a", 1, peak_memory=1000 * MIB)], "Ask for 1280Mi of memory: the task used 98% of 1024Mi.", id="close to its limit"
        ),
        pytest.param([done("a", 1, peak_memory=100 * MIB)], "128Mi of memory would do", id="far below its request"),
        pytest.param([failed("a", "OOMKilled")], "Ask for 2048Mi of memory: the task was killed at 1024Mi.", id="killed for it"),
    ],
)
def test_the_recommendation_is_that_of_the_command_line(rows: list[Row], words: str) -> None:
    (found,) = recommended(runs(*rows))
    assert found.startswith(words)


def test_there_is_no_recommendation_where_it_fits() -> None:
    assert recommended(runs(done("a", 1, peak_memory=700 * MIB))) == []
    assert recommended([]) == []


def test_a_recommendation_is_by_the_latest_version() -> None:
    killed, fits = failed("a", "OOMKilled", at=1), done("b", 1, at=2, peak_memory=700 * MIB)
    assert recommended(runs(killed, row(**{field: getattr(fits, field) for field in Row.__slots__} | {"template": "train-2"}))) == []


def test_the_report() -> None:
    everything = runs(done("a", 10, at=1), of_template("b", template="train-2", phase="Running", started=2))
    document = report(TASK, everything[:1], VERSIONS, everything=everything)
    assert [(one["version"], one["runs"], one["latest"]) for one in document["versions"]] == [("v2", 1, 2), ("v1", 1, 1)]
    assert [(one["name"], one["duration"], one["memory"]) for one in document["drawn"]] == [("a", 10, 1024 * MIB)]
    assert (document["statistics"]["durations"], document["memory"]["request"]) == ({"median": 10, "p90": 10, "most": 10}, 1024 * MIB)


def test_versions_that_never_ran_come_last() -> None:
    document = report(TASK, [], VERSIONS, everything=runs(of_template("b", template="train-2", phase="Running", started=2)))
    assert [(one["version"], one["runs"]) for one in document["versions"]] == [("v2", 1), ("v1", 0)]
