"""Executions that wait to have a pod, and have a limit for that."""

from __future__ import annotations

import copy

import pytest

from glider_core.kube.errors import KubeError, error_of
from glider_operator.controller.references import Missing
from glider_operator.queue import RetryLater
from tests.unit.glider_core.builders import SECOND, execution_body, task_document
from tests.unit.glider_operator.controller.scene import KEY, Scene

LIMIT = {"queued": "30s"}
NO_SECRET = 'Secret "store" is not there yet, and the pod needs it'
NO_WEBHOOK = 'Internal error occurred: failed calling webhook "x": failed to call webhook: connection refused'


def answer(status: int, message: str) -> KubeError:
    return error_of(status, b'{"message": "%s"}' % message.replace('"', '\\"').encode(), headers={})


@pytest.mark.parametrize(
    ("refusal", "waited_for"),
    [
        pytest.param(Missing(NO_SECRET, reason="SecretNotFound"), f"SecretNotFound: {NO_SECRET}", id="a Secret isn't there"),
        pytest.param(
            answer(403, 'pods "x" is forbidden: exceeded quota: pods'),
            'QuotaExceeded: pods "x" is forbidden: exceeded quota: pods',
            id="a quota is used up",
        ),
        pytest.param(answer(500, NO_WEBHOOK), f"AdmissionDenied: {NO_WEBHOOK}", id="a webhook doesn't answer"),
    ],
)
async def test_a_wait_without_a_pod_ends_in_time_and_says_what_it_was_for(refusal, waited_for):
    scene = Scene(timeouts=LIMIT)
    for _ in range(29):
        scene.cluster.failing[("create", "pods")] = refusal
        with pytest.raises(RetryLater):
            await scene.look(after=SECOND)
    await scene.look(after=SECOND)
    assert (scene.status["phase"], scene.status["error"]["code"]) == ("TimedOut", "QueuedTimeout")
    assert scene.status["error"]["message"].endswith(f"(timeouts.queued). It waited for this: {waited_for}")
    assert scene.cluster.events[-1] == "QueuedTimeout"


async def test_a_pod_that_the_api_server_cannot_create_for_longer_than_a_moment_is_told_of_once():
    scene = Scene()
    for second in range(15):
        scene.cluster.failing[("create", "pods")] = answer(500, "etcdserver: mvcc: database space exceeded")
        with pytest.raises(RetryLater):
            await scene.look(after=SECOND)
        assert bool(scene.status) == (second >= 10)
    (condition,) = [one for one in scene.status["conditions"] if one["type"] == "Succeeded"]
    assert (condition["status"], condition["reason"]) == ("Unknown", "APIServerUnavailable")
    assert condition["message"] == "etcdserver: mvcc: database space exceeded"
    await scene.look(after=SECOND)
    assert scene.cluster.events == ["APIServerUnavailable", "Created"]
    assert len(scene.cluster.pods) == 1


async def test_who_waits_for_its_turn_for_too_long_leaves_the_line():
    scene = Scene(task=task_document(maxConcurrent=1))
    await scene.look()
    for name, uid, limit in (("second", "22222222-bbbb", LIMIT), ("third", "33333333-cccc", {})):
        body = execution_body(name=name, uid=uid, task=task_document(maxConcurrent=1), timeouts=limit)
        scene.cluster.executions[name] = body
        scene.controller.watch_handlers.on_execution(copy.deepcopy(body))
        scene.now += 6 * SECOND
        await scene.controller.reconcile(("default", name))
    await scene.controller.reconcile(("default", "second"))
    scene.now += 30 * SECOND
    await scene.controller.reconcile(("default", "second"))
    message = "maxConcurrent of task app.workflows.divider lets 1 run at once, and they do."
    error = scene.cluster.executions["second"]["status"]["error"]
    assert error["message"].endswith(f"It waited for this: ConcurrencyLimit: {message}")
    await scene.change(cancel=True)
    await scene.controller.reconcile(KEY)
    scene.controller.watch_handlers.on_execution_left(scene.cluster.executions["divide"])
    for name in list(scene.cluster.pods):
        scene.controller.watch_handlers.on_pod_deleted(scene.cluster.pods.pop(name))
    await scene.controller.reconcile(("default", "third"))
    assert [name for name in scene.cluster.pods if name.startswith("third")]
