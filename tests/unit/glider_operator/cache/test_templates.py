"""A template that isn't known isn't missing: it is looked up before anything ends for want of it."""

from __future__ import annotations

from typing import Any

import pytest

from glider_core.kube.errors import Unavailable
from glider_operator.queue import RetryLater
from tests.unit.glider_core.builders import MINUTE, SECOND, failure_summary, task_document
from tests.unit.glider_operator.controller.scene import KEY, POD, Scene

GET = ("get", "tasktemplates")


def template(**fields: Any) -> dict[str, Any]:
    return {"metadata": {"namespace": "default", "name": "divider", "uid": "1", "resourceVersion": "5"}, "spec": task_document(**fields)}


@pytest.fixture
async def scene() -> Scene:
    """An execution of a template that no watch has reported."""
    return Scene(taskRef={"name": "divider"})


async def test_a_template_that_the_watch_does_not_report_is_found(scene: Scene):
    scene.cluster.templates["divider"] = template()
    await scene.look(after=4 * SECOND)
    assert GET not in scene.cluster.calls, "it may still come"
    await scene.look()
    await scene.look()
    assert POD in scene.cluster.pods
    assert scene.cluster.calls.count(GET) == 1


async def test_a_template_that_is_not_there_is_looked_up_once_and_ends_it(scene: Scene):
    for _ in range(3):
        await scene.look(after=5 * SECOND)
    assert scene.status["error"]["message"].endswith('found none named "divider"')
    assert scene.cluster.calls.count(GET) == 1


async def test_nobody_is_refused_while_the_api_server_does_not_answer(scene: Scene):
    scene.cluster.failing[GET] = Unavailable("later")
    with pytest.raises(RetryLater):
        await scene.look(after=5 * SECOND)
    scene.cluster.templates["divider"] = template()
    await scene.look()
    await scene.look()
    assert POD in scene.cluster.pods


async def test_an_execution_that_is_deleted_meanwhile_leaves_nothing(scene: Scene):
    asked = scene.cluster.send

    async def deleted_meanwhile(request: Any) -> Any:
        scene.controller.watch_handlers.on_execution_left(scene.cluster.executions["divide"])
        return await asked(request)

    scene.cluster.send = deleted_meanwhile  # type: ignore[method-assign]
    await scene.look(after=5 * SECOND)
    assert not scene.controller.caches.templates.is_missed(KEY)


async def test_after_a_restart_a_failed_attempt_is_tried_again_with_a_template_that_the_watch_is_late_with(scene: Scene):
    scene.controller.watch_handlers.on_template(template(retries={"user": 1}))
    await scene.look()
    scene.restart()
    scene.cluster.templates["divider"] = template(retries={"user": 1})
    ended = {"startedAt": "2026-01-31T12:00:02Z", "finishedAt": "2026-01-31T12:00:10Z"}
    scene.now += MINUTE
    await scene.pod_becomes("terminated", phase="Failed", exitCode=1, message=failure_summary(kind="RECOVERABLE"), **ended)
    await scene.look()
    assert scene.status["phase"] == "Retrying"


async def test_a_template_that_comes_back_while_the_attempt_runs_counts_again(scene: Scene):
    scene.controller.watch_handlers.on_template(template())
    await scene.look()
    scene.restart()
    await scene.look(after=MINUTE)
    assert scene.controller.caches.templates.is_missed(KEY)
    scene.controller.watch_handlers.on_template(template(retries={"user": 1}))
    ended = {"startedAt": "2026-01-31T12:00:02Z", "finishedAt": "2026-01-31T12:00:10Z"}
    await scene.pod_becomes("terminated", phase="Failed", exitCode=1, message=failure_summary(kind="RECOVERABLE"), **ended)
    assert scene.status["phase"] == "Retrying"
