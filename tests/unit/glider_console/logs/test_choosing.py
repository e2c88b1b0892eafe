"""Which log of an execution a viewer sees, and what they read where there is none."""

from __future__ import annotations

from typing import Any

import pytest

from glider_console.logs.choosing import Choice
from glider_console.logs.positions import Asked
from tests.unit.glider_client.views.test_logs import pod
from tests.unit.glider_core.builders import execution_body

GONE = {"phase": "Succeeded", "attempts": [{"number": 0, "completionTime": "2026-01-31T12:00:00Z"}]}


def choice(status: dict[str, Any], *pods: dict[str, Any], **asked: Any) -> Choice:
    return Choice(execution=execution_body(status=status), pods=pods, asked=Asked(**asked))


@pytest.mark.parametrize(
    ("found", "readable", "hopeless"),
    [
        pytest.param(choice({"phase": "Pending"}), False, False, id="there is no attempt yet"),
        pytest.param(choice({"phase": "Pending"}, pod(0)), False, False, id="the container waits"),
        pytest.param(choice({"phase": "Running"}, pod(0, main="running")), True, False, id="the container runs"),
        pytest.param(choice(GONE, pod(0, main="terminated")), True, False, id="the container has ended"),
        pytest.param(choice(GONE, pod(0, main="terminated"), container="other"), False, True, id="there is no such container"),
        pytest.param(choice(GONE), False, True, id="the pod is gone"),
        pytest.param(choice(GONE, attempt=3), False, True, id="there never was such an attempt"),
        pytest.param(choice({"phase": "Retrying", "attempts": GONE["attempts"]}), False, True, id="the next attempt is to come"),
    ],
)
def test_whether_there_is_a_log(found: Choice, readable: bool, hopeless: bool) -> None:
    assert (found.readable, found.hopeless) == (readable, hopeless)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        pytest.param(choice({"phase": "Pending"}), "The container hasn't started yet. Pending", id="not started"),
        pytest.param(
            choice({"phase": "Queued", "conditions": [{"type": "Succeeded", "reason": "Unschedulable", "message": "no node has room"}]}),
            "The container hasn't started yet. Queued: no node has room",
            id="why it hasn't",
        ),
        pytest.param(choice(GONE), "The pod of attempt 0 is gone, and its log with it.", id="the pod is gone"),
        pytest.param(choice(GONE, pod(0), container="x"), "container: expected one of init, sidecar, main, found 'x'.", id="no container"),
    ],
)
def test_why_there_is_no_log(found: Choice, words: str) -> None:
    assert found.why_not()["message"] == words


def test_links_lead_to_logs_that_outlive_the_pod() -> None:
    links = [{"name": "Logs", "uri": "https://logs.example/a"}]
    assert choice(GONE | {"links": links}).why_not()["links"] == links


def test_a_viewer_stays_with_the_attempt_that_was_the_latest() -> None:
    found = choice({"phase": "Running"}, pod(0, main="terminated"), pod(1, main="running"))
    assert found.source == {"attempt": 1, "pod": "p-1", "container": "main", "containers": ["init", "sidecar", "main"]}
    assert found.settled == Asked(attempt=1)
