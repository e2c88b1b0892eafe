"""How an execution reads in `glider describe`."""

from __future__ import annotations

from datetime import timedelta

from glider_client.cli.describe import described
from tests.unit.glider_core.builders import MINUTE, T0, execution_body


def test_an_execution_as_a_person_reads_it():
    body = execution_body(
        status={
            "phase": "Failed",
            "duration": "8s",
            "conditions": [
                {
                    "type": "Succeeded",
                    "status": "False",
                    "reason": "RuntimeError",
                    "message": "boom\nmore",
                    "lastTransitionTime": "2026-01-31T12:00:10Z",
                }
            ],
            "attempts": [
                {
                    "number": 0,
                    "podName": "p",
                    "reason": "RuntimeError",
                    "exitCode": 1,
                    "startTime": "2026-01-31T12:00:02Z",
                    "completionTime": "2026-01-31T12:00:10Z",
                }
            ],
            "error": {"code": "USER:RuntimeError", "message": "Traceback\nboom"},
        }
    )
    event = {"type": "Warning", "reason": "Failed", "message": "Attempt 0 failed: boom", "lastTimestamp": "2026-01-31T12:00:11Z"}
    text = "\n".join(described(body, [event | {"metadata": {}}], now=T0 + MINUTE + timedelta(seconds=11)))
    assert text.splitlines()[:5] == [
        "Execution:  default/divide",
        "Task:       app.workflows.divider, version v1",
        "Created:    1m11s ago",
        "Phase:      Failed",
        "Duration:   8s",
    ]
    assert "  Succeeded  False  RuntimeError  1m1s ago  boom\n" in text
    assert "  0  RuntimeError  8s  exit code 1  p\n" in text
    assert "  Warning  Failed  1m ago  Attempt 0 failed: boom" in text
    assert "Inputs:\n  a: 10\n  b: 2\n" in text
    assert "Error:\n  code: USER:RuntimeError\n" in text


def test_what_nobody_serves_says_why():
    assert (
        "            nobody\n"
        in "\n".join(described(execution_body(status={"phase": "Pending"}), [], now=T0, unserved_for="nobody")) + "\n"
    )
