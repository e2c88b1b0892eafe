"""Whose log is read, and what a person reads where there is none. tests/e2e reads real ones."""

from __future__ import annotations

from typing import Any

import pytest

from glider.wire.logparts import LogLine
from glider_client.views.logs import (
    Line,
    Source,
    Wanted,
    archived_source,
    choose,
    containers_of,
    has_ended,
    has_started,
    missing,
    next_attempt,
    pod_of,
    runs_still,
    selected,
    shown,
)
from glider_client.views.logs import unknown_container as unknown
from tests.unit.glider_core.builders import execution_body

SOURCE = Source(attempt=1, pod="p-1", container="main")


def pod(number: int, *, name: str = "", **states: str) -> dict[str, Any]:
    """A pod with a sidecar: what its containers do, such as `main="running"`."""
    statuses = [{"name": container, "state": {state: {}}} for container, state in states.items()]
    return {
        "metadata": {
            "name": name or f"p-{number}",
            "labels": {"glider.dev/attempt": str(number)},
            "annotations": {"kubectl.kubernetes.io/default-container": "main"},
        },
        "spec": {"initContainers": [{"name": "init"}], "containers": [{"name": "sidecar"}, {"name": "main"}]},
        "status": {"containerStatuses": statuses},
    }


def with_attempts(*numbers: int, **status: Any) -> dict[str, Any]:
    return execution_body(status={"phase": "Failed", "attempts": [{"number": number} for number in numbers], **status})


@pytest.mark.parametrize(
    ("execution", "pods", "wanted", "number"),
    [
        pytest.param(with_attempts(), [], Wanted(), None, id="none yet"),
        pytest.param(with_attempts(0, 1), [], Wanted(), 1, id="the latest on record"),
        pytest.param(with_attempts(0), [pod(0), pod(1)], Wanted(), 1, id="a pod that isn't on record yet"),
        pytest.param(with_attempts(0, 1), [], Wanted(previous=True), 0, id="the one before"),
        pytest.param(with_attempts(0), [], Wanted(previous=True), None, id="none before the first"),
        pytest.param(with_attempts(0, 1), [], Wanted(attempt=0), 0, id="the one that is named"),
    ],
)
def test_the_attempt(execution, pods, wanted, number):
    assert choose(execution, pods, wanted) == number


def test_attempts_that_follow_are_those_with_a_pod():
    assert next_attempt([pod(0), pod(3), pod(2)], after=0) == 2
    assert next_attempt([pod(0)], after=0) is None


def test_the_latest_pod_of_an_attempt():
    found = pod_of([pod(0, name="first"), pod(0, name="second"), pod(1)], 0)
    assert found is not None
    assert found["metadata"]["name"] == "second"
    assert pod_of([pod(0)], None) is None


def test_containers():
    assert containers_of(pod(0), Wanted()) == ["main"]
    assert containers_of(pod(0), Wanted(container="init")) == ["init"]
    assert containers_of(pod(0), Wanted(all_containers=True)) == ["init", "sidecar", "main"]
    assert unknown(pod(0), Wanted(container="init")) == ""
    assert unknown(pod(0), Wanted(container="x")) == "--container: expected one of init, sidecar, main, found 'x'."


def test_what_there_is_to_read():
    waits, runs = pod(0, sidecar="running", main="waiting"), pod(0, main="running", sidecar="terminated")
    assert [has_started(waits, Wanted()), has_started(waits, Wanted(all_containers=True)), has_started(runs, Wanted())] == [
        False,
        True,
        True,
    ]
    assert [has_ended(runs, name) for name in ("main", "sidecar", "init")] == [False, True, None]


@pytest.mark.parametrize(
    ("execution", "number", "wanted", "message"),
    [
        pytest.param(
            execution_body(status={"phase": "Pending", "conditions": [{"type": "Succeeded", "message": "No node fits.\nmore"}]}),
            None,
            Wanted(),
            "divide has no attempt, and so no log; its phase is Pending: No node fits. `glider describe divide` shows more.",
            id="no attempt",
        ),
        pytest.param(
            with_attempts(0),
            None,
            Wanted(previous=True),
            "divide has had 1 attempt, so there is no previous one. Leave --previous out.",
            id="no previous one",
        ),
        pytest.param(
            with_attempts(1, 2),
            7,
            Wanted(attempt=7),
            "divide has no attempt 7; there are: 1, 2. Pass one of these to --attempt.",
            id="an unknown one",
        ),
        pytest.param(
            with_attempts(0, links=[{"name": "Loki", "uri": "https://logs"}]),
            0,
            Wanted(),
            "the pod of attempt 0 is gone, and its log with it. Loki: https://logs. `glider describe divide` shows how the attempt ended.",
            id="its pod is gone",
        ),
    ],
)
def test_why_there_is_no_log(execution, number, wanted, message):
    assert missing(execution, number, wanted) == message


def test_a_line():
    line = Line.of(SOURCE, "2026-01-31T12:00:00.5Z a line")
    assert shown(line, timestamps=False, prefixed=False) == "a line"
    assert shown(line, timestamps=True, prefixed=True) == "[main] 2026-01-31T12:00:00.5Z a line"
    assert line.document() == {"attempt": 1, "pod": "p-1", "container": "main", "time": "2026-01-31T12:00:00.5Z", "line": "a line"}


def test_whose_log_is_in_the_store():
    recorded = execution_body(status={"attempts": [{"number": 0, "podName": "p-0"}, {"number": 1}]})
    assert archived_source(recorded, [pod(1)], 1) == Source(attempt=1, pod="p-1", container="main")
    assert archived_source(recorded, [pod(1)], 0) == Source(attempt=0, pod="p-0", container="main")
    assert archived_source(recorded, [], 7) == Source(attempt=7, pod="", container="")


def test_whether_a_log_may_go_on():
    ended = {"number": 0, "completionTime": "2026-01-31T12:00:00Z"}
    running = execution_body(status={"phase": "Running", "attempts": [ended, {"number": 1}]})
    assert [runs_still(running, number) for number in (0, 1, 2)] == [False, True, True]
    assert not runs_still(execution_body(status={"phase": "Failed", "attempts": [{"number": 0}]}), 0)


def line(time: str, text: str) -> LogLine:
    return LogLine(time and f"2026-01-31T12:00:0{time}.000000001Z", "stdout", True, text)


@pytest.mark.parametrize(
    ("since", "tail", "expected"),
    [
        pytest.param("", None, "abcd", id="all"),
        pytest.param("", 2, "cd", id="the end"),
        pytest.param("", 0, "", id="nothing"),
        pytest.param("2026-01-31T12:00:02", None, "bcd", id="from a time on"),
        pytest.param("2026-01-31T12:00:02", 1, "d", id="the end of that"),
        pytest.param("2026-01-31T12:00:09", None, "", id="after the end"),
    ],
)
def test_a_part_of_a_log(since: str, tail: int | None, expected: str):
    lines = [line("1", "a"), line("2", "b"), line("", "c"), line("3", "d")]
    assert "".join(one.text for one in selected(lines, since=since, tail=tail)) == expected


def test_a_line_from_the_store_has_its_stream():
    one = Line(source=SOURCE, time="t", text="x", stream="stderr")
    assert one.document() == {"attempt": 1, "pod": "p-1", "container": "main", "time": "t", "stream": "stderr", "line": "x"}
