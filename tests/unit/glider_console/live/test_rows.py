"""What a row keeps of an execution."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Any

import pytest

from glider_console.live.rows import MOST_MESSAGE, Row, row_of, shortened

CREATED = "2026-11-29T10:00:00Z"


def seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def execution(*, spec: Any = None, status: Any = None, **metadata: Any) -> dict[str, Any]:
    return {
        "metadata": {"uid": "u-1", "namespace": "team-a", "name": "train", "creationTimestamp": CREATED, **metadata},
        "spec": spec or {"taskRef": {"name": "train-0a1b"}},
        "status": status or {},
    }


def condition(reason: str, message: str) -> dict[str, str]:
    return {"type": "Succeeded", "status": "Unknown", "reason": reason, "message": message}


def test_a_new_execution_is_pending():
    row = row_of(execution())
    assert (row.namespace, row.name, row.uid, row.phase, row.created) == ("team-a", "train", "u-1", "Pending", seconds(CREATED))
    assert (row.started, row.completed, row.duration, row.attempts) == (None, None, None, 0)


def test_times_and_their_difference():
    row = row_of(execution(status={"phase": "Succeeded", "startTime": CREATED, "completionTime": "2026-11-29T10:01:05Z"}))
    assert row.duration == 65


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        pytest.param({"taskRef": {"name": "train-0a1b"}}, ("", "", "train-0a1b"), id="a template's"),
        pytest.param({"task": {"id": {"name": "app.train", "version": "v2"}}}, ("app.train", "v2", ""), id="one that is written out"),
        pytest.param({"task": {"type": "container"}}, ("", "", ""), id="one without a name"),
    ],
)
def test_the_task(spec: Any, expected: tuple[str, str, str]):
    row = row_of(execution(spec=spec))
    assert (row.task, row.version, row.template) == expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        pytest.param(
            {"phase": "Queued", "conditions": [condition("Unschedulable", "0/3 nodes are available")]},
            ("Unschedulable", "0/3 nodes are available"),
            id="what it waits for",
        ),
        pytest.param(
            {
                "phase": "Failed",
                "error": {"reason": "UserError", "message": "ValueError: no"},
                "conditions": [condition("UserError", "The task failed.")],
            },
            ("UserError", "ValueError: no"),
            id="the error rather than the condition",
        ),
        pytest.param(
            {"phase": "Succeeded", "conditions": [condition("Completed", "It is done.")]}, ("Completed", ""), id="nothing of success"
        ),
    ],
)
def test_the_reason_and_the_message(status: Any, expected: tuple[str, str]):
    row = row_of(execution(status=status))
    assert (row.reason, row.message) == expected


def test_attempts_failures_node_and_memory():
    attempts = [
        {"number": 8, "nodeName": "n1", "usage": {"peakMemoryBytes": 900}},
        {"number": 9, "nodeName": "n2", "memory": "2Gi", "usage": {"peakMemoryBytes": 400}},
    ]
    row = row_of(execution(status={"phase": "Running", "attempts": attempts, "failures": {"user": 4, "system": 5}}))
    assert (row.attempts, row.failures, row.node, row.peak_memory, row.memory) == (10, 9, "n2", 900, 2 * 2**30)


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        pytest.param({"resources": {"requests": {"memory": "1Gi"}}, "task": {}}, 2**30, id="the execution's request"),
        pytest.param({"task": {"resources": {"limits": {"memory": "1Mi"}}}}, 2**20, id="the task's limit"),
        pytest.param({"task": {"container": {"resources": {"requests": {"memory": "1k"}}}}}, 1000, id="the container's"),
        pytest.param({"task": {"resources": {"requests": {"memory": "much"}}}}, None, id="none that can't be read"),
        pytest.param({"taskRef": {"name": "x"}}, None, id="none of a template's"),
    ],
)
def test_the_requested_memory(spec: Any, expected: int | None):
    assert row_of(execution(spec=spec)).memory == expected


def test_labels_are_sorted():
    assert row_of(execution(labels={"b": "2", "a": "1"})).labels == (("a", "1"), ("b", "2"))


def test_a_rerun_names_the_first_one():
    assert row_of(execution(labels={"glider.dev/rerun-of": "u-0"})).document()["rerunOf"] == "u-0"


def test_what_the_specification_asks_for():
    row = row_of(execution(spec={"suspend": True, "cancel": True}))
    assert (row.suspend, row.cancel) == (True, True)


@pytest.mark.parametrize(
    "status",
    [
        pytest.param({"phase": "Dancing"}, id="a phase that there isn't"),
        pytest.param({"startTime": "yesterday"}, id="a time that is none"),
        pytest.param({"attempts": None, "conditions": None, "error": None, "failures": None}, id="nulls"),
    ],
)
def test_a_status_that_somebody_edited_is_read_all_the_same(status: Any):
    assert row_of(execution(status=status)).phase == "Pending"


def test_equal_documents_are_equal_rows():
    assert row_of(execution()) == row_of(execution())


def test_of_a_long_message_the_end_is_kept_from_a_line_on():
    message = "\n".join(f"line {number} of the traceback" for number in range(200)) + "\nValueError: no"
    cut = shortened(message)
    assert len(cut) <= MOST_MESSAGE
    assert cut.startswith("…line ")
    assert cut.endswith("\nValueError: no")


def test_a_long_line_is_cut():
    assert shortened("x" * 10_000) == "…" + "x" * (MOST_MESSAGE - 1)


def test_the_document_leaves_out_what_is_empty_but_no_number():
    document = row_of(execution(status={"startTime": CREATED, "completionTime": CREATED})).document()
    assert document == {
        "uid": "u-1",
        "namespace": "team-a",
        "name": "train",
        "phase": "Pending",
        "created": seconds(CREATED),
        "template": "train-0a1b",
        "started": seconds(CREATED),
        "completed": seconds(CREATED),
        "duration": 0,
        "attempts": 0,
        "failures": 0,
        "source": "live",
    }


def test_a_row_takes_little_memory():
    labels = {"team": "a", "stage": "dev"}

    def made(number: int) -> Row:
        status = {
            "phase": "Failed",
            "error": {"reason": "UserError", "message": "ValueError: no"},
            "attempts": [{"number": 0, "nodeName": "n"}],
        }
        return row_of(execution(uid=f"u-{number}", name=f"train-{number}", labels=labels, status=status))

    one, other = made(1), made(2)
    shared = [getattr(one, field) is getattr(other, field) for field in ("namespace", "phase", "reason", "template", "labels", "node")]
    assert all(shared)
    assert sys.getsizeof(one) < 300
