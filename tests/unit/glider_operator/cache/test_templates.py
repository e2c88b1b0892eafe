"""A template that isn't known isn't missing: it is looked up before anything ends for want of it."""

from __future__ import annotations

from typing import Any

import pytest

from glider_core.kube.errors import Unavailable
from glider_operator.queue import RetryLater
from tests.unit.glider_core.builders import MINUTE, SECOND, failure_summary, task_document
from tests.unit.glider_operator.controller.harness import KEY, POD, Harness

GET = ("get", "tasktemplates")


def template(**fields: Any) -> dict[str, Any]:
    return {"metadata": {"namespace": "default", "name": "divider", "uid": "1", "resourceVersion": "5"}, "spec": task_document(**fields)}


@pytest.fixture
async def harness() -> Harness:
    """An execution of a template that no watch has reported."""
    return Harness(taskRef={"name": "divider"})


async def test_a_template_that_the_watch_does_not_report_is_found(harness: Harness):
    harness.cluster.templates["divider"] = template()
    await harness.reconcile(after=4 * SECOND)
    assert GET not in harness.cluster.calls, "it may still come"
    await harness.reconcile()
    await harness.reconcile()
    assert POD in harness.cluster.pods
    assert harness.cluster.calls.count(GET) == 1


async def test_a_template_that_is_not_there_is_looked_up_once_and_ends_it(harness: Harness):
    for _ in range(3):
        await harness.reconcile(after=5 * SECOND)
    assert harness.status["error"]["message"].endswith('found none named "divider"')
    assert harness.cluster.calls.count(GET) == 1


async def test_nobody_is_refused_while_the_api_server_does_not_answer(harness: Harness):
    harness.cluster.failing[GET] = Unavailable("later")
    with pytest.raises(RetryLater):
        await harness.reconcile(after=5 * SECOND)
    harness.cluster.templates["divider"] = template()
    await harness.reconcile()
    await harness.reconcile()
    assert POD in harness.cluster.pods


async def test_an_execution_that_is_deleted_meanwhile_leaves_nothing(harness: Harness):
    asked = harness.cluster.send

    async def deleted_meanwhile(request: Any) -> Any:
        harness.controller.watch_handlers.on_execution_left(harness.cluster.executions["divide"])
        return await asked(request)

    harness.cluster.send = deleted_meanwhile  # type: ignore[method-assign]
    await harness.reconcile(after=5 * SECOND)
    assert not harness.controller.caches.templates.is_missed(KEY)


async def test_after_a_restart_a_failed_attempt_is_tried_again_with_a_template_that_the_watch_is_late_with(harness: Harness):
    harness.controller.watch_handlers.on_template(template(retries={"user": 1}))
    await harness.reconcile()
    harness.restart()
    harness.cluster.templates["divider"] = template(retries={"user": 1})
    ended = {"startedAt": "2026-01-31T12:00:02Z", "finishedAt": "2026-01-31T12:00:10Z"}
    harness.now += MINUTE
    await harness.pod_becomes("terminated", phase="Failed", exitCode=1, message=failure_summary(kind="RECOVERABLE"), **ended)
    await harness.reconcile()
    assert harness.status["phase"] == "Retrying"


async def test_a_template_that_comes_back_while_the_attempt_runs_counts_again(harness: Harness):
    harness.controller.watch_handlers.on_template(template())
    await harness.reconcile()
    harness.restart()
    await harness.reconcile(after=MINUTE)
    assert harness.controller.caches.templates.is_missed(KEY)
    harness.controller.watch_handlers.on_template(template(retries={"user": 1}))
    ended = {"startedAt": "2026-01-31T12:00:02Z", "finishedAt": "2026-01-31T12:00:10Z"}
    await harness.pod_becomes("terminated", phase="Failed", exitCode=1, message=failure_summary(kind="RECOVERABLE"), **ended)
    assert harness.status["phase"] == "Retrying"
