"""What each attempt spent its time with, as far as somebody has it on record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest

from glider_console.execution.steps import LABELS, Step
from glider_console.execution.timeline import Row, rows_of
from glider_core.api.moments import format_time
from tests.unit.glider_core.builders import T0, execution_body

POD = "11111111-2222-3333-4444-555555555555"
PULLED = 'Successfully pulled image "python:3.11" in 3.5s (4s including waiting). Image size: 50 bytes.'


def at(seconds: float) -> str:
    return str(format_time(T0 + timedelta(seconds=seconds)))


def attempt(
    number: int = 0, *, queued: float | None = 0, started: float | None = None, ended: float | None = None, **fields: Any
) -> dict[str, Any]:
    times = {"queuedTime": queued, "startTime": started, "completionTime": ended}
    return {"number": number, "podUid": POD, **{name: at(one) for name, one in times.items() if one is not None}, **fields}


def pod(*, created: float = 0, scheduled: float | None = None, **status: Any) -> dict[str, Any]:
    conditions = [] if scheduled is None else [{"type": "PodScheduled", "status": "True", "lastTransitionTime": at(scheduled)}]
    metadata = {"name": "divide-0", "uid": POD, "creationTimestamp": at(created), "labels": {"glider.dev/attempt": "0"}}
    return {"metadata": metadata, "spec": {}, "status": {"conditions": conditions, **status}}


def event(seconds: float, reason: str, message: str = "", *, uid: str = POD) -> dict[str, Any]:
    return {"metadata": {}, "involvedObject": {"uid": uid}, "reason": reason, "message": message, "lastTimestamp": at(seconds)}


def rows(*attempts: Mapping[str, Any], phase: str = "Succeeded", pods: Sequence[Any] = (), events: Sequence[Any] = ()) -> list[Row]:
    return rows_of(execution_body(status={"phase": phase, "attempts": list(attempts)}), pods=pods, events=events)


def spans(row: Row) -> list[tuple[Any, ...]]:
    """Step, begin and end in seconds, and what it is about."""
    found = []
    for span in row.spans:
        ended = None if span.ended is None else (span.ended - T0).total_seconds()
        found.append((span.step.value, (span.began - T0).total_seconds(), ended, *filter(None, [span.detail])))
    return found


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        pytest.param(attempt(started=12, ended=20), [("container", 0, 12), ("run", 12, 20)], id="it waited for its container, and ran"),
        pytest.param(attempt(started=12), [("container", 0, 12), ("run", 12, None)], id="it runs"),
        pytest.param(attempt(), [("container", 0, None)], id="it waits"),
        pytest.param(attempt(ended=30), [("container", 0, 30)], id="it never had a container"),
        pytest.param(attempt(queued=None, started=5, ended=9), [("container", 0, 5), ("run", 5, 9)], id="its queueing is not on record"),
        pytest.param(attempt(queued=40, started=41, ended=50), [("held", 0, 40), ("container", 40, 41), ("run", 41, 50)], id="held back"),
        pytest.param(attempt(queued=9, started=5, ended=12), [("held", 0, 5), ("run", 5, 12)], id="the clocks differ"),
        pytest.param(attempt(queued=None), [("container", 0, None)], id="it has hardly a record"),
    ],
)
def test_without_a_pod_the_spans_are_those_of_the_status(one: dict[str, Any], expected: list[Any]) -> None:
    assert spans(rows(one, phase="Running")[0]) == expected


@pytest.mark.parametrize(
    ("shown", "events", "expected"),
    [
        pytest.param(pod(), [], [("node", 0, None)], id="it has no node"),
        pytest.param(pod(created=6), [], [("pod", 0, 6), ("node", 6, None)], id="it had no pod for a while"),
        pytest.param(pod(scheduled=3), [], [("node", 0, 3), ("setUp", 3, None)], id="it has a node"),
        pytest.param(
            pod(scheduled=3),
            [event(4, "Pulling", 'Pulling image "python:3.11"')],
            [("node", 0, 3), ("setUp", 3, 4), ("pull", 4, None, "python:3.11")],
            id="its image is being pulled",
        ),
        pytest.param(
            pod(scheduled=3),
            [event(4, "Pulling", 'Pulling image "python:3.11"'), event(8, "Pulled", PULLED)],
            [("node", 0, 3), ("setUp", 3, 4), ("pull", 4, 8, "python:3.11"), ("setUp", 8, None)],
            id="its image has been pulled",
        ),
        pytest.param(
            pod(scheduled=3),
            [event(4, "Pulled", 'Container image "python:3.11" already present on machine')],
            [("node", 0, 3), ("setUp", 3, None)],
            id="its image was on the node",
        ),
        pytest.param(
            pod(scheduled=3),
            [event(4, "Pulling", 'Pulling image "python:3.11"', uid="another")],
            [("node", 0, 3), ("setUp", 3, None)],
            id="the Event is about another pod",
        ),
        pytest.param(
            pod(scheduled=1, initContainerStatuses=[{"name": "copy", "state": {"terminated": {"startedAt": at(2), "finishedAt": at(5)}}}]),
            [],
            [("node", 0, 1), ("setUp", 1, 2), ("init", 2, 5, "copy"), ("setUp", 5, None)],
            id="an init container ran",
        ),
    ],
)
def test_the_pod_and_its_events_show_what_a_waiting_attempt_waits_for(shown: Any, events: list[Any], expected: list[Any]) -> None:
    assert spans(rows(attempt(), phase="Pending", pods=[shown], events=events)[0]) == expected


def test_events_outlive_their_pod() -> None:
    gone = rows(attempt(started=12, ended=20), events=[event(2, "Scheduled"), event(8, "Pulled", PULLED)])
    assert spans(gone[0]) == [("node", 0, 2), ("setUp", 2, 4), ("pull", 4, 8, "python:3.11"), ("setUp", 8, 12), ("run", 12, 20)]


def test_nothing_reaches_beyond_the_start_of_the_container() -> None:
    pulled_again = rows(attempt(started=6, ended=20), pods=[pod(scheduled=1)], events=[event(8, "Pulled", PULLED)])
    assert spans(pulled_again[0]) == [("node", 0, 1), ("setUp", 1, 4), ("pull", 4, 6, "python:3.11"), ("run", 6, 20)]


TIMINGS = {"start": 500, "load": 1500, "download": 1000, "convert": 0, "execute": 4000, "upload": 1000}


def test_the_executors_summary_has_the_steps_of_a_run() -> None:
    found = spans(rows(attempt(started=2, ended=10, usage={"timings": TIMINGS}))[0])
    assert found == [
        ("container", 0, 2),
        ("start", 2, 2.5),
        ("load", 2.5, 4),
        ("download", 4, 5),
        ("execute", 5, 9),
        ("upload", 9, 10),
    ]


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        pytest.param(attempt(started=0, ended=8, usage={}), [("run", 0, 8)], id="it has reported none"),
        pytest.param(attempt(started=0, ended=8, usage={"timings": {"execute": "4"}}), [("run", 0, 8)], id="edited"),
        pytest.param(
            attempt(started=0, ended=8, usage={"timings": {"execute": 4000}}),
            [("execute", 0, 4), ("rest", 4, 8)],
            id="short ones",
        ),
    ],
)
def test_what_is_not_known_has_no_steps(one: dict[str, Any], expected: list[Any]) -> None:
    assert spans(rows(one)[0]) == expected


def test_between_attempts_is_the_back_off_or_the_suspension() -> None:
    found = rows(
        attempt(0, started=1, ended=10, reason="OOMKilled"),
        attempt(1, queued=15, started=16, ended=20, reason="Suspended"),
        attempt(2, queued=50, started=51, ended=60),
    )
    assert [spans(row)[0] for row in found] == [("container", 0, 1), ("backOff", 10, 15), ("suspended", 20, 50)]


@pytest.mark.parametrize(
    ("pods", "events", "expected"),
    [
        pytest.param([], [], [("backOff", 10, 17), ("run", 17, 20)], id="nothing"),
        pytest.param([], [event(16, "Scheduled")], [("backOff", 10, 16), ("setUp", 16, 17), ("run", 17, 20)], id="an Event"),
        pytest.param([pod(created=15)], [], [("backOff", 10, 15), ("container", 15, 17), ("run", 17, 20)], id="its pod"),
    ],
)
def test_a_retry_whose_queueing_is_not_on_record_begins_with(pods: list[Any], events: list[Any], expected: list[Any]) -> None:
    first = {**attempt(0, started=1, ended=10, reason="UserError"), "podUid": "gone"}
    found = rows(first, attempt(1, queued=None, started=17, ended=20), pods=pods, events=events)
    assert spans(found[1]) == expected


def test_what_came_before_the_first_attempt_on_record_is_not_known() -> None:
    assert spans(rows(attempt(7, queued=100, started=101, ended=110))[0]) == [("container", 100, 101), ("run", 101, 110)]


@pytest.mark.parametrize(
    ("phase", "attempts", "expected"),
    [
        pytest.param("Pending", [], (0, [("held", 0, None)]), id="the first has not begun"),
        pytest.param("Suspended", [], (0, [("suspended", 0, None)]), id="it was suspended before the first"),
        pytest.param("Retrying", [attempt(started=1, ended=9)], (1, [("backOff", 9, None)]), id="another follows"),
        pytest.param("Suspended", [attempt(started=1, ended=9)], (1, [("suspended", 9, None)]), id="it is suspended"),
    ],
)
def test_the_next_attempt_is_expected(phase: str, attempts: list[Any], expected: Any) -> None:
    last = rows(*attempts, phase=phase)[-1]
    assert (last.expected, (last.number, spans(last))) == (True, expected)


@pytest.mark.parametrize("phase", ["Succeeded", "Failed", "Aborted", "TimedOut"])
def test_none_is_expected_of_a_finished_execution(phase: str) -> None:
    assert [row.expected for row in rows(attempt(started=1, ended=9), phase=phase)] == [False]


def test_an_attempt_that_only_its_pod_shows_has_a_row() -> None:
    running = {"name": "task", "state": {"running": {"startedAt": at(4)}}}
    found = rows(phase="Pending", pods=[pod(scheduled=1, containerStatuses=[running])])
    assert [(row.number, spans(row)) for row in found] == [(0, [("node", 0, 1), ("setUp", 1, 4), ("run", 4, None)])]


def test_every_step_has_a_label() -> None:
    assert set(LABELS) == set(Step)


def test_the_document_has_all_that_is_drawn() -> None:
    row = rows(attempt(started=2, ended=4, reason="Completed", podName="divide-0", nodeName="node-1"))[0].document()
    assert row["spans"][1] == {
        "step": "run",
        "label": "Runs",
        "detail": "",
        "began": "2026-01-31T12:00:02+00:00",
        "ended": "2026-01-31T12:00:04+00:00",
        "seconds": None,
    }
    assert {name: value for name, value in row.items() if name != "spans"} == {
        "number": 0,
        "reason": "Completed",
        "pod": "divide-0",
        "node": "node-1",
        "expected": False,
    }
