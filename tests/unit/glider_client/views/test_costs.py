"""What executions cost, summed up: the arithmetic of docs/history.md."""

from __future__ import annotations

from typing import Any

import pytest

from glider.wire.jsonform import FieldError
from glider_client.views.costs import NONE, costs_of, parse_by, summed
from glider_core.history.rows import Row

GIB = 1 << 30


def row(number: int = 0, **fields: Any) -> Row:
    given = {"namespace": "a", "completed": "2026-11-30T10:00:00Z", "phase": "Succeeded", "task": "train"} | fields
    return Row(uid=f"u{number}", name=f"run-{number}", **given)


def test_an_hour_asked_for_is_the_request_times_the_run() -> None:
    costs = summed(
        "train", [row(cpu_request=2.0, memory_request=4 * GIB, gpus=1.0, run_seconds=1800.0), row(cpu_request=1.0, run_seconds=3600.0)]
    )
    assert (costs.run_hours, costs.cpu_hours_asked, costs.memory_hours_asked, costs.gpu_hours) == (1.5, 2.0, 2.0, 0.5)


def test_shares_are_of_those_of_which_both_are_known() -> None:
    known = row(cpu_request=2.0, cpu_seconds=1800.0, memory_request=4 * GIB, peak_memory=GIB, run_seconds=3600.0)
    silent = row(cpu_request=100.0, memory_request=100 * GIB, run_seconds=3600.0)
    unbounded = row(cpu_seconds=3600.0, peak_memory=2 * GIB, run_seconds=3600.0)
    costs = summed("train", [known, silent, unbounded])
    assert (costs.cpu.part, costs.memory.part) == (0.25, 0.25)
    assert (costs.cpu_hours_used, costs.peak_memory, costs.unreported) == (1.5, 2 * GIB, 1)


@pytest.mark.parametrize(
    ("waits", "expected"),
    [
        pytest.param([], (None, None), id="none is known"),
        pytest.param([3.0], (3.0, 3.0), id="one"),
        pytest.param([4.0, 1.0], (1.0, 4.0), id="of two the lower is the median: one that occurred"),
        pytest.param([float(n) for n in range(1, 101)], (50.0, 95.0), id="a hundred"),
    ],
)
def test_waits(waits: list[float], expected: tuple[float | None, float | None]) -> None:
    costs = summed("x", [row(wait_seconds=wait) for wait in waits] + [row()])
    assert (costs.wait_median, costs.wait_p95) == expected


def test_how_they_ended() -> None:
    ended = [
        row(phase="Failed", reason="OOMKilled", user_retries=2),
        row(phase="Failed", reason="OOMKilled"),
        row(phase="TimedOut", reason="AttemptTimeout", system_retries=1),
        row(phase="Aborted", reason="Cancelled"),
        row(reason="Completed"),
    ]
    costs = summed("x", ended)
    assert (costs.executions, costs.failed, costs.user_retries, costs.system_retries) == (5, 3, 2, 1)
    assert costs.phases == {"Failed": 2, "Aborted": 1, "Succeeded": 1, "TimedOut": 1}
    assert costs.reasons == {"OOMKilled": 2, "AttemptTimeout": 1}


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        pytest.param("task", ["big", "template", NONE], id="by task, else template, the most CPU hours first"),
        pytest.param("namespace", ["a", "b"], id="by namespace"),
        pytest.param("label=team", ["x", NONE], id="by label"),
        pytest.param("day", ["2026-11-29", "2026-11-30"], id="by day, in their order"),
    ],
)
def test_groups(by: str, expected: list[str]) -> None:
    rows = [
        row(1, task="", template="template", namespace="b", cpu_request=1.0, run_seconds=1.0),
        row(2, task="big", cpu_request=5.0, run_seconds=10.0, completed="2026-11-30T23:59:59Z", labels={"team": "x"}),
        row(3, task="", completed="2026-11-29T00:00:00Z"),
    ]
    assert [costs.key for costs in costs_of(rows, by=parse_by(by))] == expected


@pytest.mark.parametrize("text", ["", "label=", "week"])
def test_what_else_is_refused(text: str) -> None:
    with pytest.raises(FieldError, match=r"by: expected one of task, namespace, label=KEY, day, found"):
        parse_by(text)


def test_the_cells_of_a_table() -> None:
    one = row(cpu_request=2.0, cpu_seconds=720.0, memory_request=GIB, peak_memory=GIB // 2, run_seconds=720.0, wait_seconds=65.0)
    assert summed("train", [one]).row() == ["train", "1", "0", "0", "0.4", "50%", "0.2", "50%", "0", "1m5s", "1m5s"]
    assert summed("train", [row()]).row() == ["train", "1", "0", "0", "0", "", "0", "", "0", "", ""]


def test_the_document() -> None:
    one = row(cpu_request=2.0, cpu_seconds=720.0, memory_request=GIB, peak_memory=GIB // 2, run_seconds=720.0, wait_seconds=65.0)
    assert summed("train", [one]).document() == {
        "key": "train",
        "executions": 1,
        "phases": {"Succeeded": 1},
        "reasons": {},
        "retries": {"user": 0, "system": 0},
        "runHours": 0.2,
        "cpuHours": {"asked": 0.4, "used": 0.2, "share": 0.5},
        "memoryGibHours": {"asked": 0.2, "peakShare": 0.5},
        "peakMemoryBytes": GIB // 2,
        "gpuHours": 0.0,
        "waitSeconds": {"median": 65.0, "p95": 65.0},
        "unreported": 0,
    }
