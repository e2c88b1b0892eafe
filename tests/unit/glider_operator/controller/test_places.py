"""Places of `maxConcurrent`: who has one, and for how long."""

from __future__ import annotations

import copy

from tests.unit.glider_core.builders import SECOND, execution_body, success_summary, task_document
from tests.unit.glider_operator.controller.harness import POD, Harness


async def test_only_as_many_pods_as_the_task_allows():
    harness = Harness(task=task_document(maxConcurrent=1))
    other = execution_body(name="other", uid="22222222-bbbb", task=task_document(maxConcurrent=1))
    harness.cluster.executions["other"] = other
    harness.controller.watch_handlers.on_execution(copy.deepcopy(other))
    await harness.reconcile()
    await harness.controller.reconcile(("default", "other"))
    assert set(harness.cluster.pods) == {POD}
    await harness.reconcile(after=6 * SECOND)
    await harness.controller.reconcile(("default", "other"))
    assert other["status"]["conditions"][0]["reason"] == "ConcurrencyLimit"
    await harness.pod_becomes("terminated", phase="Succeeded", exitCode=0, message=success_summary(o0=5.0))
    await harness.controller.reconcile(("default", "other"))
    assert "other-22222222-a0" in harness.cluster.pods


async def test_a_late_event_of_a_pod_takes_no_place_for_an_execution_that_is_over():
    harness = Harness(task=task_document(maxConcurrent=1))
    await harness.reconcile()
    pod = harness.cluster.pods[POD]
    await harness.pod_becomes("waiting", phase="Pending", reason="InvalidImageName")
    assert (harness.status["phase"], harness.cluster.pods) == ("Failed", {})
    harness.controller.watch_handlers.on_pod(copy.deepcopy(pod))
    other = execution_body(name="other", uid="22222222-bbbb", task=task_document(maxConcurrent=1))
    harness.controller.watch_handlers.on_execution(other)
    await harness.controller.reconcile(("default", "other"))
    assert "other-22222222-a0" in harness.cluster.pods


async def test_limits_hold_after_a_restart():
    harness = Harness(task=task_document(maxConcurrent=1))
    await harness.reconcile()
    harness.restart()
    other = execution_body(name="other", uid="22222222-bbbb", task=task_document(maxConcurrent=1))
    harness.controller.watch_handlers.on_execution(other)
    await harness.controller.reconcile(("default", "other"))
    assert set(harness.cluster.pods) == {POD}
