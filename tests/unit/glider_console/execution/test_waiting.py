"""Why an execution isn't further, in words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from glider_console.execution.waiting import Waiting, waiting_of
from glider_core.api.conditions import FRESH
from tests.unit.glider_core.builders import T0, container_status, execution_body, make_execution, pod_body

NOW = T0 + timedelta(minutes=5)
CREATED, LATER = "2026-01-31T12:00:00Z", "2026-01-31T12:01:00Z"


def body(phase: str, *, reason: str = "", message: str = "", **status: Any) -> dict[str, Any]:
    condition = {"type": "Succeeded", "status": "Unknown", "reason": reason or phase, "message": message}
    return execution_body(status={"phase": phase, "observedGeneration": 1, "conditions": [condition], **status})


def waiting(execution: dict[str, Any], **facts: Any) -> Waiting:
    found = waiting_of(execution, now=NOW, **facts)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("execution", "expected"),
    [
        pytest.param(
            body("Pending", reason="SecretNotFound", message="Secret a isn't there."),
            ("A Secret is missing", "SecretNotFound", "Secret a isn't there.", "Create it, or correct its name."),
            id="something is missing",
        ),
        pytest.param(
            body("Pending", reason="ConcurrencyLimit", message="4 run."),
            ("Too many others run", "ConcurrencyLimit", "4 run.", "Wait, or raise maxConcurrent."),
            id="others run",
        ),
        pytest.param(
            body("Queued", reason="Unschedulable", message="0/3 nodes are available."),
            ("No node has room for it", "Unschedulable", "0/3 nodes are available.", "Ask for less in spec.resources"),
            id="no node fits",
        ),
        pytest.param(
            body("Initializing", reason="ImagePullBackOff", message="task: Back-off pulling image"),
            ("An image can't be pulled", "ImagePullBackOff", "task: Back-off pulling image", "Check the image's name"),
            id="an image is missing",
        ),
        pytest.param(
            body("Retrying", message="Attempt 0 failed (OOMKilled); the next starts at 2026-01-31T12:06:00Z."),
            ("It waits before the next attempt", "", "Attempt 0 failed (OOMKilled); the next starts at 2026-01-31T12:06:00Z.", ""),
            id="it backs off",
        ),
        pytest.param(
            body("Suspended", message="spec.suspend is true."),
            ("It is suspended", "", "spec.suspend is true.", "Resume it to go on"),
            id="it is suspended",
        ),
        pytest.param(
            body("Pending", reason="NewReason", message="Something new."),
            ("It waits to be started", "NewReason", "Something new.", ""),
            id="for a reason of a later version",
        ),
        pytest.param(execution_body(), ("It waits to be started", "", "", ""), id="it has no status"),
        pytest.param(
            execution_body(status={"phase": "Pending", "conditions": [FRESH]}),
            ("It waits to be started", "", "No operator has reported on it yet.", ""),
            id="it is new",
        ),
    ],
)
def test_the_status_has_the_reason(execution: dict[str, Any], expected: tuple[str, str, str, str]) -> None:
    found = waiting(execution)
    assert (found.title, found.reason, found.message) == expected[:3]
    assert found.advice.startswith(expected[3])
    assert bool(found.advice) is bool(expected[3])


@pytest.mark.parametrize("phase", ["Running", "Succeeded", "Failed", "Aborted", "TimedOut"])
def test_what_runs_or_has_finished_does_not_wait(phase: str) -> None:
    assert waiting_of(body(phase), now=NOW) is None


def test_a_pod_shows_what_the_status_does_not_have_yet() -> None:
    pod = pod_body(conditions=[{"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/1 nodes"}])
    found = waiting(execution_body(status={"phase": "Pending"}), pods=[pod])
    assert (found.title, found.message) == ("No node has room for it", "Unschedulable: 0/1 nodes")


def test_a_pod_that_runs_does_not_wait() -> None:
    pod = pod_body(containerStatuses=[container_status("running", startedAt=CREATED)])
    assert waiting_of(execution_body(status={"phase": "Pending"}), pods=[pod], now=NOW) is None


def warning(message: str, uid: str = "pod-0") -> dict[str, Any]:
    return {"metadata": {}, "type": "Warning", "reason": "FailedMount", "message": message, "involvedObject": {"uid": uid}}


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        pytest.param(warning("no such volume"), "FailedMount: no such volume", id="about the pod"),
        pytest.param(warning("no such volume", uid="other"), "", id="about another pod"),
        pytest.param(warning("being started"), "", id="the message has it already"),
    ],
)
def test_a_warning_about_the_pod_is_shown(event: dict[str, Any], expected: str) -> None:
    pod = pod_body(make_execution())
    pod["spec"]["nodeName"] = "node-1"
    execution = body("Initializing", message="It is being started.", attempts=[{"number": 0}])
    assert waiting(execution, pods=[pod], events=[event]).warning == expected


def test_no_operator_acts_on_it() -> None:
    found = waiting(execution_body(), unserved="no operator watches the namespace ml")
    assert (found.title, found.message) == ("No operator has acted on it", "No operator watches the namespace ml.")


def test_an_operator_that_has_made_a_pod_has_acted() -> None:
    assert waiting(execution_body(), pods=[pod_body()], unserved="no operator watches it").title == "It waits for a node"


def test_an_attempt_is_being_ended() -> None:
    execution = body("Running", attempts=[{"number": 1, "reason": "Cancelled"}])
    assert waiting(execution).title == "Attempt 1 is being ended"


def test_what_is_being_deleted_waits_for_finalizers() -> None:
    execution = body("Succeeded")
    execution["metadata"] |= {"deletionTimestamp": "2026-01-31T12:04:00Z", "finalizers": ["example.com/backup"]}
    assert waiting(execution).message == "These finalizers keep it: example.com/backup."


@pytest.mark.parametrize(
    ("execution", "since"),
    [
        pytest.param(body("Pending", reason="QuotaExceeded"), CREATED, id="its creation"),
        pytest.param(body("Queued", attempts=[{"number": 0, "queuedTime": LATER}]), LATER, id="its queueing"),
        pytest.param(
            body("Retrying", attempts=[{"number": 0, "completionTime": "2026-01-31T12:02:00Z"}]),
            "2026-01-31T12:02:00Z",
            id="the attempt's end",
        ),
    ],
)
def test_since_when(execution: dict[str, Any], since: str) -> None:
    assert waiting(execution).since == since
