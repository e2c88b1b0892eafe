"""What was used beside what was asked for, and what to ask for instead."""

from __future__ import annotations

from typing import Any

import pytest

from glider_client.views.usage import Used, lines, recommendations, used_by
from glider_core.history.containers import Asked, asked_by
from tests.unit.glider_core.builders import execution_body, pod_body, task_document

MIB, GIB = 2**20, 2**30


def used(*, peak: int = 100 * MIB, cpu: float = 0.0, seconds: float | None = 100.0, killed: bool = False, limit: int | None = None) -> Used:
    return Used(attempt=0, peak_memory=peak, cpu_seconds=cpu, seconds=seconds, killed=killed, memory_limit=limit)


@pytest.mark.parametrize(
    ("one", "asked", "expected"),
    [
        pytest.param(
            used(peak=130 * MIB),
            Asked(memory_request=2 * GIB),
            "176Mi of memory would do: the task used 130Mi of the 2048Mi asked for.",
            id="a waste",
        ),
        pytest.param(used(peak=60 * MIB), Asked(memory_request=128 * MIB), None, id="a waste of little"),
        pytest.param(used(peak=200 * MIB), Asked(memory_request=256 * MIB, memory_limit=256 * MIB), None, id="it fits"),
        pytest.param(
            used(peak=250 * MIB), Asked(memory_limit=256 * MIB), "Ask for 320Mi of memory: the task used 98% of 256Mi.", id="close"
        ),
        pytest.param(
            used(killed=True, limit=512 * MIB),
            Asked(memory_limit=512 * MIB),
            "Ask for 1024Mi of memory: the task was killed at 512Mi.",
            id="killed",
        ),
        pytest.param(used(cpu=20), Asked(cpu_request=2), "0.3 CPU would do: the task used 0.2 on average of the 2 asked for.", id="idle"),
        pytest.param(used(cpu=20, seconds=5), Asked(cpu_request=20), None, id="a short run proves nothing"),
        pytest.param(
            used(cpu=98), Asked(cpu_limit=1), "Ask for more CPU: the task used 0.98 of its limit of 1 all the time.", id="throttled"
        ),
        pytest.param(used(cpu=98), Asked(), None, id="nothing was asked for"),
    ],
)
def test_a_recommendation(one, asked, expected):
    assert list(recommendations([one], asked)) == ([expected] if expected else [])


def test_a_kill_that_a_later_attempt_made_up_for_is_no_reason():
    later = Used(attempt=1, peak_memory=600 * MIB, cpu_seconds=0, seconds=1, killed=False, memory_limit=GIB)
    assert list(recommendations([used(killed=True, limit=512 * MIB), later], Asked(memory_limit=512 * MIB))) == []


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
