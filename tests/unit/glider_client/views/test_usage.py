"""What was used beside what was asked for."""

from __future__ import annotations

from typing import Any

import pytest

from glider_client.views.usage import Used, asked_in, lines, used_by, used_in
from glider_core.history.containers import Asked, asked_by
from glider_core.history.rows import Row
from tests.unit.glider_core.builders import execution_body, pod_body, task_document

MIB, GIB = 2**20, 2**30


def with_resources(**kinds: dict[str, str]) -> dict[str, Any]:
    return {"container": {"name": "main", "image": "i", "resources": kinds}}


@pytest.mark.parametrize(
    ("execution", "template", "expected"),
    [
        pytest.param(
            execution_body(task=task_document(**with_resources(requests={"memory": "1Gi", "cpu": "500m"}))),
            None,
            Asked(memory_request=GIB, memory_limit=GIB, cpu_request=0.5, cpu_limit=0.5),
            id="by the task: limits are the requests",
        ),
        pytest.param(
            execution_body(taskRef={"name": "t"}, resources={"limits": {"memory": "2Gi"}}),
            {"spec": task_document(**with_resources(requests={"memory": "1Gi"}))},
            Asked(memory_request=GIB, memory_limit=2 * GIB),
            id="by the template, and by the execution, which has precedence",
        ),
        pytest.param(execution_body(), None, Asked(), id="nothing"),
    ],
)
def test_what_is_asked_for_where_there_is_no_pod(execution, template, expected):
    assert asked_by(execution, template=template) == expected


def test_a_pod_has_what_the_cluster_made_of_it():
    pod = pod_body()
    pod["spec"]["containers"][0]["resources"] = {"requests": {"cpu": "2"}, "limits": {"cpu": "4", "memory": "128Mi"}}
    expected = Asked(memory_request=128 * MIB, memory_limit=128 * MIB, cpu_request=2, cpu_limit=4)
    assert asked_by(execution_body(), pod=pod) == expected


def test_attempts_with_and_without_a_summary():
    attempts = [
        {"number": 0, "reason": "OOMKilled", "memory": "1Gi"},
        {"number": 1, "reason": "Lost"},
        {
            "number": 2,
            "startTime": "2026-01-31T12:00:00Z",
            "completionTime": "2026-01-31T12:00:10Z",
            "usage": {"peakMemoryBytes": 64 * MIB, "cpuSeconds": 5.0},
        },
    ]
    asked = Asked(memory_limit=512 * MIB, cpu_request=1)
    found = used_by(execution_body(status={"attempts": attempts}), asked)
    assert list(lines(found, asked)) == [
        ["0", "memory unknown, killed at 1024Mi", "CPU 0 s"],
        ["2", "memory 64Mi at most of 512Mi (12%)", "CPU 5 s, 0.5 on average of 1 asked for"],
    ]


def test_an_execution_of_the_history_is_one_run():
    row = Row(
        uid="u", namespace="n", name="e", completed="2026-01-31T12:00:00Z", reason="OOMKilled", attempts=3,
        memory_request=GIB, memory_limit=2 * GIB, cpu_request=1.0, cpu_limit=2.0, gpus=1.0, cpu_seconds=30.0, run_seconds=60.0,
    )  # fmt: skip
    assert used_in(row) == Used(attempt=2, peak_memory=0, cpu_seconds=30.0, seconds=60.0, killed=True, memory_limit=2 * GIB)
    assert asked_in(row) == Asked(memory_request=GIB, memory_limit=2 * GIB, cpu_request=1.0, cpu_limit=2.0, gpus=1.0)


def test_a_run_that_reported_nothing_has_no_mean():
    row = Row(uid="u", namespace="n", name="e", completed="2026-01-31T12:00:00Z", run_seconds=60.0)
    assert used_in(row).cpus is None
