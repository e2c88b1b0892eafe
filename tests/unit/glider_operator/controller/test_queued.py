"""Executions that wait to have a pod, and have a limit for that."""

from __future__ import annotations

import copy

import pytest

from glider_core.kube.errors import KubeError, error_of
from glider_operator.controller.references import Missing
from glider_operator.queue import RetryLater
from tests.unit.glider_core.builders import SECOND, execution_body, task_document
from tests.unit.glider_operator.controller.harness import KEY, Harness

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
    harness = Harness(timeouts=LIMIT)
    for _ in range(29):
        harness.cluster.failing[("create", "pods")] = refusal
        with pytest.raises(RetryLater):
            await harness.reconcile(after=SECOND)
    await harness.reconcile(after=SECOND)
    assert (harness.status["phase"], harness.status["error"]["code"]) == ("TimedOut", "QueuedTimeout")
    assert harness.status["error"]["message"].endswith(f"(timeouts.queued). It waited for this: {waited_for}")
    assert harness.cluster.events[-1] == "QueuedTimeout"


async def test_a_pod_that_the_api_server_cannot_create_for_longer_than_a_moment_is_told_of_once():
    harness = Harness()
    for second in range(15):
        harness.cluster.failing[("create", "pods")] = answer(500, "etcdserver: mvcc: database space exceeded")
        with pytest.raises(RetryLater):
            await harness.reconcile(after=SECOND)
        assert bool(harness.status) == (second >= 10)
    (condition,) = [one for one in harness.status["conditions"] if one["type"] == "Succeeded"]
    assert (condition["status"], condition["reason"]) == ("Unknown", "APIServerUnavailable")
    assert condition["message"] == "etcdserver: mvcc: database space exceeded"
    await harness.reconcile(after=SECOND)
    assert harness.cluster.events == ["APIServerUnavailable", "Created"]
    assert len(harness.cluster.pods) == 1


async def test_who_waits_for_its_turn_for_too_long_leaves_the_line():
    harness = Harness(task=task_document(maxConcurrent=1))
    await harness.reconcile()
    for name, uid, limit in (("second", "22222222-bbbb", LIMIT), ("third", "33333333-cccc", {})):
        body = execution_body(name=name, uid=uid, task=task_document(maxConcurrent=1), timeouts=limit)
        harness.cluster.executions[name] = body
        harness.controller.watch_handlers.on_execution(copy.deepcopy(body))
        harness.now += 6 * SECOND
        await harness.controller.reconcile(("default", name))
    await harness.controller.reconcile(("default", "second"))
    harness.now += 30 * SECOND
    await harness.controller.reconcile(("default", "second"))
    message = "maxConcurrent of task app.workflows.divider lets 1 run at once, and they do."
    error = harness.cluster.executions["second"]["status"]["error"]
    assert error["message"].endswith(f"It waited for this: ConcurrencyLimit: {message}")
    await harness.change(cancel=True)
    await harness.controller.reconcile(KEY)
    harness.controller.watch_handlers.on_execution_left(harness.cluster.executions["divide"])
    for name in list(harness.cluster.pods):
        harness.controller.watch_handlers.on_pod_deleted(harness.cluster.pods.pop(name))
    await harness.controller.reconcile(("default", "third"))
    assert [name for name in harness.cluster.pods if name.startswith("third")]
