"""What is written of a status, whatever is in it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from glider_core.kube.errors import Forbidden, KubeError, Rejected
from glider_operator.queue import RetryLater
from tests.unit.glider_core.builders import failure_summary, success_summary
from tests.unit.glider_operator.controller.harness import POD, Harness

ENDED = {"startedAt": "2026-01-31T12:00:02Z", "finishedAt": "2026-01-31T12:00:10Z"}


@pytest.fixture
async def harness() -> Harness:
    return Harness()


@pytest.mark.parametrize(
    "outputs",
    [
        pytest.param({"o0": None}, id="an output that is null"),
        pytest.param({"o0": {"a": None, "b": 1}}, id="null in an object"),
        pytest.param({"o0": [{"a": 1}, {"a": None}]}, id="null in an object in a list"),
        pytest.param({"o0": [None, 1]}, id="null in a list"),
        pytest.param({"o0": 5.0, "o1": "null"}, id="no null at all"),
    ],
)
async def test_an_output_that_is_null_is_in_the_status(harness: Harness, outputs: dict[str, Any]):
    await harness.reconcile()
    await harness.pod_becomes("terminated", phase="Succeeded", exitCode=0, message=success_summary(**outputs), **ENDED)
    assert (harness.status["phase"], harness.status["outputs"]) == ("Succeeded", outputs)


async def test_outputs_with_null_are_not_written_over_what_somebody_else_wrote(harness: Harness):
    await harness.reconcile()
    harness.cluster.executions["divide"]["metadata"]["resourceVersion"] = "999"
    with pytest.raises(RetryLater, match="written meanwhile"):
        await harness.pod_becomes("terminated", phase="Succeeded", exitCode=0, message=success_summary(o0=None), **ENDED)


def no_usage(status: dict[str, Any]) -> str:
    return "status.attempts[0].usage: Invalid value" if any("usage" in attempt for attempt in status.get("attempts", ())) else ""


@pytest.mark.parametrize(
    ("exit_code", "message", "phase", "reason"),
    [
        pytest.param(0, success_summary(o0=5.0), "Succeeded", "Completed", id="a good end"),
        pytest.param(1, failure_summary(message="x" * 3_000), "Failed", "UserError", id="a bad end"),
    ],
)
async def test_an_end_that_the_api_server_refuses_is_written_in_short(harness: Harness, exit_code, message, phase, reason):
    harness.cluster.wrong = no_usage
    await harness.reconcile()
    await harness.pod_becomes("terminated", phase="Failed", exitCode=exit_code, message=message, **ENDED)
    condition = harness.status["conditions"][0]
    assert (harness.status["phase"], condition["reason"]) == (phase, reason)
    assert condition["message"].endswith("refused to take more of this status: status.attempts[0].usage: Invalid value")
    assert [attempt["exitCode"] for attempt in harness.status["attempts"]] == [exit_code]
    if exit_code:
        assert len(harness.status["error"]["message"]) < 600


async def test_a_stop_is_on_record_although_the_api_server_refuses_the_whole_status(harness: Harness):
    """Else its pod would never be deleted."""
    await harness.reconcile()
    await harness.pod_becomes("running", phase="Running", startedAt="2026-01-31T12:00:02Z")
    harness.cluster.failing["patch", "taskexecutions/status"] = Rejected("status.links: Too many: 17: must have at most 16 items")
    await harness.change(cancel=True)
    assert harness.status["attempts"][0]["reason"] == "Cancelled"
    assert POD not in harness.cluster.pods


async def test_a_termination_message_that_only_looks_like_a_summary_ends_the_attempt_all_the_same(harness: Harness):
    await harness.reconcile()
    message = json.dumps({"v": 1, "outcome": "Succeeded", "outputs": [1], "bytesIn": 1.5})
    await harness.pod_becomes("terminated", phase="Failed", exitCode=1, message=message, **ENDED)
    assert (harness.status["phase"], harness.status["error"]["code"]) == ("Failed", "ContainerFailed")


@pytest.mark.parametrize(
    ("error", "why"),
    [
        pytest.param(Forbidden("cannot patch taskexecutions/status"), "cannot patch", id="the operator's role lacks the right"),
        pytest.param(
            Forbidden('admission webhook "w" denied the request: no', webhook=True), "admission webhook", id="a webhook refuses it"
        ),
    ],
)
async def test_what_a_status_that_may_not_be_written_would_say_is_told_by_an_event(harness: Harness, error: KubeError, why: str):
    harness.cluster.failing["create", "pods"] = Forbidden("exceeded quota: pods", quota=True)
    harness.cluster.failing["patch", "taskexecutions/status"] = error
    with pytest.raises(RetryLater):
        await harness.reconcile()
    await harness.controller.recorder.flush()
    told = [event for event in harness.cluster.told if event["reason"] == "StatusNotWritten"]
    assert [event["type"] for event in told] == ["Warning"]
    assert "QuotaExceeded" in told[0]["message"]
    assert why in told[0]["message"]
