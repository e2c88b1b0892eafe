"""What a task in a real container tells: usage by its own cgroup, metrics to a real statsd server, stacks on a real signal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from glider.wire.summary import Usage, decode_summary
from glider_core.api import labels
from tests.cluster.fixtures import Cluster
from tests.conftest import MissingServer, new_namespace
from tests.e2e.conftest import Glider, wait_until, with_store
from tests.resources import execution, legacy_args, task

MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class Telling:
    """Tasks that run at the same time, and how long the statsd sink's log was before them."""

    glider: Glider
    begin: int


def sleeping() -> dict[str, Any]:
    return task(legacy_args("app.workflows.unreliable", "sleep"), inputs={"seconds": "float"}, outputs={"o0": "string"})


def with_children() -> dict[str, Any]:
    interface: dict[str, Any] = {"inputs": {"mebibytes": "integer", "children": "integer"}, "outputs": {"o0": "integer"}}
    spec = task(legacy_args("app.workflows.endings", "hold_memory_in_children"), **interface)
    spec["id"]["name"] = "telemetry.children"
    spec["container"]["resources"]["limits"] = {"memory": "600Mi"}
    return spec


@pytest.fixture(scope="module")
def telling(glider_with_store: Cluster) -> Iterator[Telling]:
    """All of them, since each waits for its pod most of the time. Those that sleep are asked first, while they do."""
    timed = json.loads(json.dumps(sleeping()))
    timed["container"]["env"] = [{"name": "GLIDER_ATTEMPT_TIMEOUT_SECONDS", "value": "8"}]
    log = glider_with_store.statsd_log
    begin = log.stat().st_size if log is not None and log.exists() else 0
    with new_namespace(glider_with_store) as namespace:
        glider = with_store(glider_with_store, namespace)
        glider.apply(
            execution("asked", task=sleeping(), inputs={"seconds": 25}),
            execution("timed", task=timed, inputs={"seconds": 10}),
            execution("children", task=with_children(), inputs={"mebibytes": 60, "children": 3}),
        )
        yield Telling(glider, begin)


def usage_of(glider: Glider, name: str) -> Usage:
    [pod] = [pod for pod in glider.pods() if pod["metadata"]["labels"][labels.EXECUTION] == name]
    summary = decode_summary(pod["status"]["containerStatuses"][0]["state"]["terminated"]["message"])
    assert summary is not None
    return summary.usage


def stacks_in_the_log(glider: Glider, pod: str) -> str:
    """The log, once there are stacks in it."""

    def look() -> str | None:
        log = glider.kubectl("logs", pod)
        return log if log.count("most recent call first") >= 2 else None

    return str(wait_until(look, what=f"stacks in the log of {pod}"))


def test_stacks_on_a_signal_and_before_the_deadline_with_the_task_going_on(telling: Telling) -> None:
    glider = telling.glider
    glider.wait_for("asked", "Running")
    pods = {pod["metadata"]["name"].split("-")[0]: pod["metadata"]["name"] for pod in glider.pods()}
    wait_until(lambda: "sleeping" in glider.kubectl("logs", pods["asked"]), what="the task to sleep")
    glider.kubectl("exec", pods["asked"], "--", "sh", "-c", "kill -USR1 1")
    for name in ("asked", "timed"):
        log = stacks_in_the_log(glider, pods[name])
        assert 'unreliable.py", line 21 in sleep' in log
        assert glider.wait_for(name)["phase"] == "Succeeded"


def test_memory_of_children_adds_up_and_metrics_say_the_same(telling: Telling) -> None:
    glider, begin = telling.glider, telling.begin
    log = glider.cluster.statsd_log
    if log is None:
        raise MissingServer("no statsd sink: this cluster is the user's own")
    assert glider.wait_for("children")["phase"] == "Succeeded"
    usage = usage_of(glider, "children")
    assert 180 * MEBIBYTE <= usage.peak_memory_bytes < 400 * MEBIBYTE
    assert usage.cpu_seconds > 0.05
    wait_until(lambda: b"telemetry.children.executor.succeeded" in log.read_bytes()[begin:], what="metrics")
    lines = [line for line in log.read_bytes()[begin:].decode().splitlines() if ".telemetry.children.executor." in line]
    found = {line.partition(".__")[0].rpartition(".")[2]: line.rpartition(":")[2] for line in lines}
    assert found["peak_memory_bytes"] == f"{usage.peak_memory_bytes}|g"
    assert found["execute"] == f"{usage.timings['execute']}|ms"
    assert found["succeeded"] == "1|c"
