"""How an execution reads in `glider describe`."""

from __future__ import annotations

from datetime import timedelta

from glider_client.views.describing import Facts, described, description
from tests.unit.glider_core.builders import MINUTE, T0, execution_body, pod_body


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
    pod = pod_body(attempt=0, phase="Failed", containerStatuses=[{"name": "divide", "state": {"terminated": {"exitCode": 1}}}])
    facts = Facts(execution=body, pods=[pod], events=[event | {"metadata": {}}], error=["boom (USER:RuntimeError)"], unread=["Events: no"])
    text = "\n".join(described(facts, now=T0 + MINUTE + timedelta(seconds=11)))
    assert text.splitlines()[:5] == [
        "Execution:  default/divide",
        "Task:       app.workflows.divider, version v1",
        "Created:    1m11s ago",
        "Phase:      Failed",
        "Duration:   8s",
    ]
    assert "  Succeeded  False  RuntimeError  1m1s ago  boom\n" in text
    assert "  0  RuntimeError  8s  exit code 1  p\n" in text
    assert f"Timeline:\n      0s{' ' * 36}8s\n  0   {'█' * 40}  waited 0s, ran 8s  RuntimeError\n" in text
    assert f"Pods:\n  {pod['metadata']['name']}  attempt 0  Failed  1m11s ago  divide: ended (exit code 1)\n" in text
    assert "  Warning  Failed  1m ago  Attempt 0 failed: boom" in text
    assert "Inputs:\n  a: 10\n  b: 2\n" in text
    assert "Error:\n  boom (USER:RuntimeError)\n" in text
    assert text.endswith("Not shown:  Events: no")


def test_the_same_as_a_document():
    attempt = {"number": 0, "startTime": "2026-01-31T12:00:00Z", "completionTime": "2026-01-31T12:00:20Z"}
    attempt["usage"] = {"peakMemoryBytes": 1_000, "cpuSeconds": 2.0}
    body = execution_body(status={"phase": "Succeeded", "attempts": [attempt]})
    document = description(Facts(execution=body), now=T0)
    assert list(document) == ["execution", "template", "pods", "events", "usage", "recommendations", "unserved"]
    assert document["usage"] == [
        {"attempt": 0, "peakMemoryBytes": 1_000, "memoryLimitBytes": None, "cpuSeconds": 2.0, "cpuRequest": None, "seconds": 20.0}
    ]


def test_what_nobody_serves_says_why():
    lines = list(described(Facts(execution=execution_body(status={"phase": "Pending"}), unserved="nobody"), now=T0))
    assert "            nobody" in lines


def test_a_child_names_its_parent():
    body = execution_body()
    owner = {"apiVersion": "glider.dev/v1alpha1", "kind": "TaskExecution", "name": "fan", "uid": "1", "controller": True}
    body["metadata"]["ownerReferences"] = [owner]
    assert "Parent:     fan" in list(described(Facts(execution=body), now=T0))
