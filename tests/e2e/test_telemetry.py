"""What a task in a real container tells: usage by its own cgroup, metrics to a real statsd server, stacks on a real signal."""

from __future__ import annotations

import json
from typing import Any

import pytest

from glider.wire.summary import Usage, decode_summary
from tests.e2e.conftest import Glider, wait_until
from tests.resources import execution, legacy_args, task

MEBIBYTE = 1 << 20


def usage_of(glider: Glider) -> Usage:
    (pod,) = glider.pods()
    summary = decode_summary(pod["status"]["containerStatuses"][0]["state"]["terminated"]["message"])
    assert summary is not None
    return summary.usage


def stacks_in_the_log(glider: Glider, pod: str) -> str:
    """The log, once there are stacks in it."""

    def look() -> str | None:
        log = glider.kubectl("logs", pod)
        return log if log.count("most recent call first") >= 2 else None

    return str(wait_until(look, what=f"stacks in the log of {pod}"))


def test_memory_of_children_adds_up_and_metrics_say_the_same(glider: Glider) -> None:
    log = glider.cluster.statsd_log
    if log is None:
        pytest.skip("this cluster has no statsd sink of ours")
    begin = log.stat().st_size if log.exists() else 0
    interface: dict[str, Any] = {"inputs": {"mebibytes": "integer", "children": "integer"}, "outputs": {"o0": "integer"}}
    spec = task(legacy_args("app.workflows.endings", "hold_memory_in_children"), **interface)
    spec["id"]["name"] = "telemetry.children"
    spec["container"]["resources"]["limits"] = {"memory": "600Mi"}
    glider.apply(execution("children", task=spec, inputs={"mebibytes": 60, "children": 3}))
    assert glider.wait_for("children")["phase"] == "Succeeded"
    usage = usage_of(glider)
    assert 180 * MEBIBYTE <= usage.peak_memory_bytes < 400 * MEBIBYTE
    assert usage.cpu_seconds > 0.05
    wait_until(lambda: b"telemetry.children.executor.succeeded" in log.read_bytes()[begin:], what="metrics")
    lines = [line for line in log.read_bytes()[begin:].decode().splitlines() if ".telemetry.children.executor." in line]
    found = {line.partition(".__")[0].rpartition(".")[2]: line.rpartition(":")[2] for line in lines}
    assert found["peak_memory_bytes"] == f"{usage.peak_memory_bytes}|g"
    assert found["execute"] == f"{usage.timings['execute']}|ms"
    assert found["succeeded"] == "1|c"


def test_stacks_on_a_signal_and_before_the_deadline_with_the_task_going_on(glider: Glider) -> None:
    interface: dict[str, Any] = {"inputs": {"seconds": "float"}, "outputs": {"o0": "string"}}
    spec = task(legacy_args("app.workflows.unreliable", "sleep"), **interface)
    timed = json.loads(json.dumps(spec))
    timed["container"]["env"] = [{"name": "GLIDER_ATTEMPT_TIMEOUT_SECONDS", "value": "8"}]
    glider.apply(
        execution("asked", task=spec, inputs={"seconds": 25}),
        execution("timed", task=timed, inputs={"seconds": 10}),
    )
    glider.wait_for("asked", "Running")
    pods = {pod["metadata"]["name"].split("-")[0]: pod["metadata"]["name"] for pod in glider.pods()}
    wait_until(lambda: "sleeping" in glider.kubectl("logs", pods["asked"]), what="the task to sleep")
    glider.kubectl("exec", pods["asked"], "--", "sh", "-c", "kill -USR1 1")
    for name in ("asked", "timed"):
        log = stacks_in_the_log(glider, pods[name])
        assert 'unreliable.py", line 21 in sleep' in log
        assert glider.wait_for(name)["phase"] == "Succeeded"
