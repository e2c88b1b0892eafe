"""Retries and deletion; what happens when the operator dies in the middle is in test_soak.py."""

from __future__ import annotations

from tests.conftest import MissingServer
from tests.e2e.conftest import EXAMPLES, Glider, wait_until
from tests.resources import execution, legacy_args, task

SLEEP = task(legacy_args("app.workflows.unreliable", "sleep"), inputs={"seconds": "float"}, outputs={"o0": "string"})


def test_a_recoverable_error_is_retried_each_attempt_with_a_pod_prefixes_and_metrics_of_its_own(glider: Glider):
    glider.apply(EXAMPLES / "flaky.yaml")
    status = glider.wait_for("flaky")
    assert status["outputs"] == {"o0": "attempt 2 did it"}
    assert [attempt["number"] for attempt in status["attempts"]] == [0, 1, 2]
    assert len({attempt["podName"] for attempt in status["attempts"]}) == 3
    assert status["outputsUri"].endswith("/2/outputs.pb")

    log = glider.cluster.statsd_log
    if log is None:
        raise MissingServer("no statsd sink: GLIDER_STATSD_LOG is not set")

    def lines() -> list[str]:
        return [line for line in log.read_text().splitlines() if "app.workflows.unreliable.flaky" in line]

    wait_until(lambda: any("recovered" in line for line in lines()), timeout=10, what="the task's own metric")
    assert any("execute" in line and line.rstrip().endswith("|ms") for line in lines()), "the executor's timings"


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
