"""The order in which a plan is carried out, and what a step that fails means for the others."""

from __future__ import annotations

import copy
from dataclasses import fields

import pytest

from glider_core.kube.errors import Conflict, Forbidden, Unavailable, error_of
from glider_core.reconcile.plan import Plan
from glider_operator.controller.references import Missing
from glider_operator.queue import RetryLater
from tests.unit.glider_core.builders import SECOND, container_status, execution_body, failure_summary, task_document
from tests.unit.glider_operator.controller.scene import KEY, POD, Scene

NEXT_POD = "divide-0f9d2c4e-a1"
DELETE, CREATE = ("delete", "pods"), ("create", "pods")

TOO_MANY = error_of(429, b'{"message": "slow down"}', headers={"Retry-After": "1"})
BROKEN = error_of(500, b'{"message": "etcdserver: request timed out"}', headers={})


def quota() -> Forbidden:
    return Forbidden("exceeded quota: pods", quota=True)


async def sidecar_goes_on(**spec) -> Scene:
    """The first attempt has failed, its sidecar goes on, and the time for the next one has come."""
    scene = Scene(retries={"user": 3}, **spec)
    await scene.look()
    failed = container_status("terminated", exitCode=3, message=failure_summary(kind="RECOVERABLE"), finishedAt="2026-01-31T12:00:10Z")
    pod = scene.cluster.pods[POD]
    pod["spec"]["nodeName"] = "node-1"
    pod["status"] = {"phase": "Running", "containerStatuses": [failed, container_status("running", name="log")]}
    scene.controller.saw_pod(copy.deepcopy(pod))
    await scene.look(after=10 * SECOND)
    assert scene.status["phase"] == "Retrying"
    scene.cluster.calls.clear()
    scene.now += 60 * SECOND
    return scene


def test_the_fields_of_a_plan_are_in_the_order_in_which_it_is_carried_out():
    names = [field.name for field in fields(Plan)]
    assert names == ["requeue_at", "status", "events", "delete", "remove", "confirm", "find", "ask", "read", "create"]


async def test_what_is_left_of_an_attempt_is_deleted_before_the_next_one_is_created():
    scene = await sidecar_goes_on()
    await scene.look()
    assert scene.cluster.writes == [DELETE, CREATE]
    assert list(scene.cluster.pods) == [NEXT_POD]


@pytest.mark.parametrize(
    "refusal",
    [
        pytest.param(quota(), id="a quota"),
        pytest.param(Forbidden('admission webhook "x" denied the request', webhook=True), id="a webhook"),
        pytest.param(Missing('Secret "store" is not there yet', reason="SecretNotFound"), id="a Secret that is missing"),
        pytest.param(TOO_MANY, id="an API server that has too much to do"),
        pytest.param(BROKEN, id="an API server that can't"),
        pytest.param(Conflict("somebody was faster"), id="somebody who was faster"),
    ],
)
async def test_and_is_deleted_whatever_refuses_the_next_one(refusal):
    scene = await sidecar_goes_on()
    scene.cluster.failing[CREATE] = refusal
    with pytest.raises(RetryLater):
        await scene.look()
    assert scene.cluster.pods == {}
    await scene.look()
    assert list(scene.cluster.pods) == [NEXT_POD]


async def test_and_is_deleted_while_others_have_all_the_places():
    scene = await sidecar_goes_on(task=task_document(maxConcurrent=1))
    scene.cluster.failing |= {DELETE: BROKEN, CREATE: quota()}
    with pytest.raises(RetryLater):
        await scene.look()  # without a pod it has no place any more
    other = execution_body(name="other", uid="22222222-bbbb", task=task_document(maxConcurrent=1))
    scene.cluster.executions["other"] = other
    scene.controller.saw_execution(copy.deepcopy(other))
    await scene.controller.reconcile(("default", "other"))
    await scene.look()
    assert [name for name in scene.cluster.pods if name.startswith("divide")] == []
    assert scene.status["conditions"][0]["reason"] == "ConcurrencyLimit"


@pytest.mark.parametrize(
    "failure",
    [
        pytest.param(TOO_MANY, id="429"),
        pytest.param(BROKEN, id="500"),
        pytest.param(Unavailable("no answer"), id="no answer"),
        pytest.param(Forbidden("not with your rights"), id="403"),
        pytest.param(Conflict("another one"), id="409"),
    ],
)
async def test_a_pod_that_cannot_be_deleted_keeps_nothing_else_from_being_done(failure):
    scene = await sidecar_goes_on()
    scene.cluster.failing[DELETE] = failure
    with pytest.raises(RetryLater):
        await scene.look()
    assert NEXT_POD in scene.cluster.pods
    await scene.look()
    assert list(scene.cluster.pods) == [NEXT_POD]


@pytest.mark.parametrize("failure", [TOO_MANY, BROKEN, Forbidden("not with your rights")], ids=["429", "500", "403"])
async def test_an_event_about_a_status_that_was_written_is_posted_whatever_fails_after_it(failure):
    scene = Scene()
    await scene.look()
    scene.cluster.failing[DELETE] = failure
    with pytest.raises(RetryLater):
        await scene.pod_becomes("waiting", phase="Pending", reason="InvalidImageName", message="a b")
    await scene.controller.recorder.flush()
    assert scene.status["phase"] == "Failed"
    assert scene.cluster.events == ["Created", "InvalidImageName"]
    assert POD in scene.cluster.pods
    await scene.look()
    assert scene.cluster.pods == {}


async def test_a_status_that_cannot_be_written_has_nothing_else_done():
    scene = Scene()
    await scene.look()
    scene.cluster.failing[("patch", "taskexecutions/status")] = BROKEN
    with pytest.raises(RetryLater):
        await scene.pod_becomes("waiting", phase="Pending", reason="InvalidImageName", message="a b")
    await scene.controller.recorder.flush()
    assert (scene.cluster.events, list(scene.cluster.pods)) == (["Created"], [POD])


async def test_a_creation_that_is_refused_does_not_take_the_deadline_away():
    scene = Scene(timeouts={"total": "30s"})
    scene.cluster.failing[CREATE] = quota()
    with pytest.raises(RetryLater):
        await scene.look()
    comes_in = scene.controller.queue.state(KEY).comes_in
    assert comes_in is not None
    assert comes_in < 30
