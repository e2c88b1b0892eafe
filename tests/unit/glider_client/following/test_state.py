"""What there is to show about what happens to an execution."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from glider_client.following.display import line_of
from glider_client.following.state import (
    ConnectionLost,
    ConnectionRestored,
    Event,
    ExecutionChanged,
    ExecutionDeleted,
    Followed,
    LogEnded,
    LogRead,
    Noted,
    PodChanged,
    Tick,
    follow,
)
from tests.unit.glider_core.builders import SECOND, T0, ended_pod, execution_body, make_pod, running_pod, unscheduled_pod, waiting_pod

NOTHING = timedelta()


def version(number: int, **status: Any) -> ExecutionChanged:
    body = execution_body(status=status)
    body["metadata"]["resourceVersion"] = str(number)
    return ExecutionChanged(body)


def condition(reason: str, message: str = "", status: str = "Unknown") -> list[dict[str, Any]]:
    return [{"type": "Succeeded", "status": status, "reason": reason, "message": message}]


def attempts(*numbers: int) -> list[dict[str, Any]]:
    return [{"number": number, "podName": f"pod-{number}"} for number in numbers]


def after(*events: Event, waited: timedelta = NOTHING) -> tuple[Followed, list[str]]:
    """The state, and the lines that are shown, each without its time."""
    state, lines = Followed(execution=execution_body(), began=T0), []
    for event in events:
        state, shown = follow(state, event, now=T0 + waited)
        lines += [line_of(state, one, now=T0)[11:] for one in shown]
    return state, lines


SUCCEEDED = version(110, phase="Succeeded", duration="2s", outputs={"o0": 1}, attempts=attempts(0))
FAILED = version(
    110, phase="Failed", error={"code": "USER:RuntimeError", "reason": "UserError", "message": "ValueError: no"}, attempts=attempts(0)
)


RETRYING = version(
    105,
    phase="Retrying",
    conditions=condition("Retrying", "Attempt 1 follows in 5 s."),
    attempts=[{"number": 0, "podName": "pod-0", "completionTime": "2026-01-31T12:00:05Z"}],
    observedGeneration=1,
)


@pytest.mark.parametrize(
    ("events", "lines"),
    [
        pytest.param([Tick()], ["Pending"], id="at first"),
        pytest.param([Tick(), Tick()], ["Pending"], id="nothing new"),
        pytest.param(
            [version(101, phase="Pending", conditions=condition("QuotaExceeded", "no CPU left"), observedGeneration=1)],
            ["Pending       no CPU left"],
            id="why there is no pod",
        ),
        pytest.param(
            [PodChanged(unscheduled_pod())], ["Queued        scheduler default-scheduler, to find a node"], id="a pod without a node"
        ),
        pytest.param(
            [PodChanged(unscheduled_pod("Unschedulable", "0/3 nodes are available"))],
            ["Queued        Unschedulable: 0/3 nodes are available"],
            id="why it has no node",
        ),
        pytest.param(
            [PodChanged(waiting_pod("ImagePullBackOff", "Back-off pulling image x"))],
            ["Initializing  task: ImagePullBackOff: Back-off pulling image x"],
            id="an image that can't be pulled",
        ),
        pytest.param([PodChanged(running_pod())], ["Running       attempt 0 on node-1"], id="a pod that runs, before the status shows it"),
        pytest.param([PodChanged(running_pod()), PodChanged(running_pod())], ["Running       attempt 0 on node-1"], id="once"),
        pytest.param(
            [PodChanged(running_pod()), LogRead("hello"), SUCCEEDED],
            ["Running       attempt 0 on node-1", "| hello", "Succeeded     in 2s"],
            id="a success",
        ),
        pytest.param([FAILED], ["Failed        UserError: ValueError: no"], id="a failure"),
        pytest.param(
            [version(101, phase="TimedOut", conditions=condition("TotalTimeout", "timeouts.total has passed", "False"))],
            ["TimedOut      TotalTimeout: timeouts.total has passed"],
            id="a timeout",
        ),
        pytest.param([SUCCEEDED, PodChanged(running_pod())], ["Succeeded     in 2s"], id="nothing follows the end"),
        pytest.param([SUCCEEDED, version(105, phase="Running")], ["Succeeded     in 2s"], id="an older state doesn't count"),
        pytest.param(
            [PodChanged(running_pod()), PodChanged(ended_pod(exit_code=1)), RETRYING, PodChanged(waiting_pod("", attempt=1))],
            [
                "Running       attempt 0 on node-1",
                "Retrying      Attempt 1 follows in 5 s.",
                "Initializing  node-1 pulls , or mounts volumes",
            ],
            id="a retry",
        ),
        pytest.param(
            [PodChanged(running_pod()), PodChanged(ended_pod()), PodChanged(replace(ended_pod(), vanished=True)), SUCCEEDED],
            ["Running       attempt 0 on node-1", "Succeeded     in 2s"],
            id="a pod that has ended before the status shows it",
        ),
        pytest.param(
            [
                PodChanged(waiting_pod("ContainerCreating")),
                version(
                    105,
                    phase="Initializing",
                    conditions=condition("FailedMount", "MountVolume.SetUp failed: secret not found"),
                    attempts=attempts(0),
                    observedGeneration=1,
                ),
            ],
            ["Initializing  node-1 pulls , or mounts volumes", "Initializing  MountVolume.SetUp failed: secret not found"],
            id="what the operator knows from Events",
        ),
        pytest.param(
            [
                PodChanged(running_pod()),
                version(
                    105,
                    phase="Running",
                    conditions=condition("Cancelled", "Ending attempt 0: spec.cancel is true."),
                    attempts=attempts(0),
                    observedGeneration=1,
                ),
            ],
            ["Running       attempt 0 on node-1", "Running       Ending attempt 0: spec.cancel is true."],
            id="an attempt that is being ended",
        ),
        pytest.param([ExecutionDeleted()], ["! the execution was deleted"], id="deleted"),
        pytest.param([SUCCEEDED, ExecutionDeleted()], ["Succeeded     in 2s"], id="deleted once it had finished"),
        pytest.param([Noted("x")], ["! x"], id="a note"),
        pytest.param(
            [ConnectionLost("refused"), ConnectionLost("refused"), ConnectionRestored(), ConnectionRestored()],
            ["! no connection; trying again: refused", "! connected again"],
            id="a connection that breaks is reported once",
        ),
        pytest.param([LogEnded("pod-0", "forbidden")], ["! no log of pod pod-0: forbidden"], id="a log that can't be read"),
    ],
)
def test_shows(events: list[Event], lines: list[str]) -> None:
    assert after(*events)[1] == lines


def test_an_execution_that_no_operator_serves() -> None:
    assert after(Tick(), waited=4 * SECOND)[1] == ["Pending"]
    assert after(Tick(), waited=5 * SECOND)[1] == ["Pending       no operator has reported on it yet; glider doctor shows more"]


def test_a_pod_that_waits_for_its_image() -> None:
    pod = waiting_pod("ContainerCreating")
    assert pod.primary is not None
    pod = replace(pod, primary=replace(pod.primary, image="python:3.11-slim"), node_name="node-1")
    assert after(PodChanged(pod))[1] == ["Initializing  node-1 pulls python:3.11-slim, or mounts volumes"]


def test_logs_are_read_one_after_the_other() -> None:
    first, second = running_pod(), running_pod(attempt=1)
    state, _ = after(PodChanged(second), PodChanged(first))
    assert state.next_log == first
    state, _ = follow(state, LogEnded(first.name), now=T0)
    assert state.next_log == second


def test_a_pod_that_never_started_has_no_log() -> None:
    state, _ = after(PodChanged(make_pod()), SUCCEEDED)
    assert state.next_log is None
    assert state.complete


def test_it_is_complete_once_the_log_is_read() -> None:
    pod = running_pod()
    state, _ = after(PodChanged(pod), SUCCEEDED)
    assert (state.finished, state.complete, state.log_is_complete(pod.name)) == (True, False, False)
    ended = ended_pod()
    state, _ = after(PodChanged(pod), SUCCEEDED, PodChanged(ended))
    assert state.log_is_complete(ended.name)
    state, _ = after(PodChanged(pod), SUCCEEDED, PodChanged(ended), LogEnded(ended.name))
    assert state.complete


def test_a_pod_that_is_gone_has_no_more_log() -> None:
    pod = replace(running_pod(), vanished=True)
    state, _ = after(PodChanged(pod))
    assert state.log_is_complete(pod.name)


def test_whether_the_log_has_the_traceback() -> None:
    assert not after(LogRead("hello"))[0].traced
    assert after(LogRead("[glider] the task failed: USER:RuntimeError, NON_RECOVERABLE, USER"))[0].traced
