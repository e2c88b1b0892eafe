"""Retries, deletion, and an operator that dies in the middle."""

from __future__ import annotations

import json
import time

from tests.conftest import MissingServer
from tests.e2e.conftest import EXAMPLES, SYSTEM, Glider, wait_until
from tests.resources import execution, legacy_args, task

SLEEP = task(legacy_args("app.workflows.unreliable", "sleep"), inputs={"seconds": "float"}, outputs={"o0": "string"})


def test_a_recoverable_error_is_retried_each_attempt_with_a_pod_and_prefixes_of_its_own(glider: Glider):
    glider.apply(EXAMPLES / "flaky.yaml")
    status = glider.wait_for("flaky")
    assert status["outputs"] == {"o0": "attempt 2 did it"}
    assert [attempt["number"] for attempt in status["attempts"]] == [0, 1, 2]
    assert len({attempt["podName"] for attempt in status["attempts"]}) == 3
    assert status["outputsUri"].endswith("/2/outputs.pb")


def test_the_tasks_own_metric_and_the_executors_timings_arrive_at_statsd(glider: Glider):
    log = glider.cluster.statsd_log
    if log is None:
        raise MissingServer("no statsd sink: GLIDER_STATSD_LOG is not set")
    glider.apply(EXAMPLES / "flaky.yaml")
    glider.wait_for("flaky", "Succeeded")

    def lines() -> list[str]:
        return [line for line in log.read_text().splitlines() if glider_metric(line)]

    def glider_metric(line: str) -> bool:
        return "app.workflows.unreliable.flaky" in line

    wait_until(lambda: any("recovered" in line for line in lines()), timeout=10, what="the task's own metric")
    assert any("execute" in line and line.rstrip().endswith("|ms") for line in lines())


def test_deleting_an_execution_deletes_its_pod_and_recreating_it_runs_it_anew(glider: Glider):
    long = execution("long", task=SLEEP, inputs={"seconds": 300})
    glider.apply(long)
    glider.wait_for("long", "Running")
    first = glider.pods()[0]["metadata"]["uid"]
    glider.kubectl("delete", "te", "long")
    glider.apply(execution("long", task=SLEEP, inputs={"seconds": 0.1}))
    status = glider.wait_for("long", "Succeeded")
    assert status["attempts"][0]["podUid"] != first
    wait_until(lambda: first not in [pod["metadata"]["uid"] for pod in glider.pods()], what="the first pod to be gone")


def test_twenty_executions_survive_the_operators_death_with_twenty_pods(glider: Glider):
    names = [f"sleeper-{number:02}" for number in range(20)]
    glider.apply(*(execution(name, task=SLEEP, inputs={"seconds": 2}) for name in names[:1]))
    glider.wait_for(names[0], "Running", "Succeeded")
    for name in names[1:]:
        glider.apply(execution(name, task=SLEEP, inputs={"seconds": 2}))
    wait_until(lambda: len(glider.pods()) >= 10, what="half of the pods")
    kill_the_operator(glider)

    for name in names:
        status = glider.wait_for(name, timeout=240)
        assert status["phase"] == "Succeeded", (name, status)
        assert [attempt["number"] for attempt in status["attempts"]] == [0]
    assert pods_created(glider) == 20


def kill_the_operator(glider: Glider) -> None:
    """A forced deletion: the API server forgets the pod at once, and the kubelet gives its process next to no time."""
    selector = "--selector=app.kubernetes.io/name=glider"
    glider.cluster.kubectl("--namespace", SYSTEM, "delete", "pod", selector, "--grace-period=0", "--force")
    time.sleep(1)


def pods_created(glider: Glider) -> int:
    """How many pods were ever created in the namespace, by the API server's own account where there is one."""
    if glider.cluster.audit_log is None:
        return len(glider.pods())
    entries = (json.loads(line) for line in glider.cluster.audit_log.read_text().splitlines())
    return sum(
        1
        for entry in entries
        if entry["verb"] == "create"
        and entry["stage"] == "ResponseComplete"
        and entry.get("objectRef", {}).get("resource") == "pods"
        and "subresource" not in entry["objectRef"]
        and entry["objectRef"].get("namespace") == glider.namespace
        and entry["responseStatus"]["code"] == 201
    )
