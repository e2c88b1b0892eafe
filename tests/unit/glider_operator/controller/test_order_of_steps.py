"""The order in which a plan is carried out, and what a step that fails means for the others."""

from __future__ import annotations

import copy
from collections.abc import Awaitable, Callable
from dataclasses import fields
from typing import Any

import pytest

from glider_core.api.observed_pod import Pod
from glider_core.kube.errors import Conflict, Forbidden, KubeError, Unavailable, error_of
from glider_core.kube.requests import Request
from glider_core.reconcile.admission import Limit, Rank, Turn
from glider_core.reconcile.plan import Launch, Plan
from glider_operator.controller.references import Missing
from glider_operator.queue import RetryLater
from tests.unit.glider_core.builders import (
    SECOND,
    T0,
    container_status,
    execution_body,
    failure_summary,
    make_execution,
    resolved,
    success_summary,
    task_document,
)
from tests.unit.glider_operator.controller.harness import KEY, POD, Harness

NEXT_POD = "divide-0f9d2c4e-a1"
DELETE, CREATE, STATUS = ("delete", "pods"), ("create", "pods"), ("patch", "taskexecutions/status")
TURN = Turn(limit=Limit(group=("default",), most=1, name="x"), rank=Rank(negative_priority=0, created=T0, uid="0f9d2c4e-0000"))

TOO_MANY = error_of(429, b'{"message": "slow down"}', headers={"Retry-After": "1"})
BROKEN = error_of(500, b'{"message": "etcdserver: request timed out"}', headers={})


def quota() -> Forbidden:
    return Forbidden("exceeded quota: pods", quota=True)


async def sidecar_goes_on(**spec) -> Harness:
    """The first attempt has failed, its sidecar goes on, and the time for the next one has come."""
    harness = Harness(retries={"user": 3}, **spec)
    await harness.reconcile()
    failed = container_status("terminated", exitCode=3, message=failure_summary(kind="RECOVERABLE"), finishedAt="2026-01-31T12:00:10Z")
    pod = harness.cluster.pods[POD]
    pod["spec"]["nodeName"] = "node-1"
    pod["status"] = {"phase": "Running", "containerStatuses": [failed, container_status("running", name="log")]}
    harness.controller.watch_handlers.on_pod(copy.deepcopy(pod))
    await harness.reconcile(after=10 * SECOND)
    assert harness.status["phase"] == "Retrying"
    harness.cluster.calls.clear()
    harness.now += 60 * SECOND
    return harness


def pod_of(harness: Harness) -> Pod:
    (pod,) = harness.controller.caches.pods.all()
    return pod


def interrupt(harness: Harness, call: tuple[str, str], happens: Callable[[], Awaitable[None]], *, then: KubeError | None = None) -> None:
    """While the next `call` is on its way something `happens`; it is answered with the error `then`, if there is one."""
    send, pending = harness.cluster.send, [happens]

    async def interrupted(request: Request) -> dict[str, Any]:
        if (request.verb, request.resource) == call and pending:
            await pending.pop()()
            if then is not None:
                harness.cluster.failing[call] = then
        return await send(request)

    harness.cluster.send = interrupted  # type: ignore[method-assign]


def test_the_fields_of_a_plan_are_in_the_order_in_which_it_is_carried_out():
    names = [field.name for field in fields(Plan)]
    before_any_call = ["requeue_at", "held_by", "release"]
    calls = ["status", "events", "compact", "delete", "remove", "confirm", "find", "find_parent", "ask", "read", "create"]
    assert names == [*before_any_call, *calls, "blocked_by"]


async def test_what_is_left_of_an_attempt_is_deleted_before_the_next_one_is_created():
    harness = await sidecar_goes_on()
    await harness.reconcile()
    assert harness.cluster.writes == [DELETE, CREATE]
    assert list(harness.cluster.pods) == [NEXT_POD]


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
    harness = await sidecar_goes_on()
    harness.cluster.failing[CREATE] = refusal
    with pytest.raises(RetryLater):
        await harness.reconcile()
    assert harness.cluster.pods == {}
    await harness.reconcile()
    assert list(harness.cluster.pods) == [NEXT_POD]


async def test_and_is_deleted_while_others_have_all_the_places():
    harness = await sidecar_goes_on(task=task_document(maxConcurrent=1))
    harness.cluster.failing |= {DELETE: BROKEN, CREATE: quota()}
    with pytest.raises(RetryLater):
        await harness.reconcile()  # without a pod it has no place any more
    other = execution_body(name="other", uid="22222222-bbbb", task=task_document(maxConcurrent=1))
    harness.cluster.executions["other"] = other
    harness.controller.watch_handlers.on_execution(copy.deepcopy(other))
    await harness.controller.reconcile(("default", "other"))
    await harness.reconcile()
    assert [name for name in harness.cluster.pods if name.startswith("divide")] == []
    assert harness.status["conditions"][0]["reason"] == "ConcurrencyLimit"


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
    harness = await sidecar_goes_on()
    harness.cluster.failing[DELETE] = failure
    with pytest.raises(RetryLater):
        await harness.reconcile()
    assert NEXT_POD in harness.cluster.pods
    await harness.reconcile()
    assert list(harness.cluster.pods) == [NEXT_POD]


@pytest.mark.parametrize("failure", [TOO_MANY, BROKEN, Forbidden("not with your rights")], ids=["429", "500", "403"])
async def test_an_event_about_a_status_that_was_written_is_posted_whatever_fails_after_it(failure):
    harness = Harness()
    await harness.reconcile()
    harness.cluster.failing[DELETE] = failure
    with pytest.raises(RetryLater):
        await harness.pod_becomes("waiting", phase="Pending", reason="InvalidImageName", message="a b")
    await harness.controller.recorder.flush()
    assert harness.status["phase"] == "Failed"
    assert harness.cluster.events == ["Created", "InvalidImageName"]
    assert POD in harness.cluster.pods
    await harness.reconcile()
    assert harness.cluster.pods == {}


async def test_a_status_that_cannot_be_written_has_nothing_else_done():
    harness = Harness()
    await harness.reconcile()
    harness.cluster.failing[("patch", "taskexecutions/status")] = BROKEN
    with pytest.raises(RetryLater):
        await harness.pod_becomes("waiting", phase="Pending", reason="InvalidImageName", message="a b")
    await harness.controller.recorder.flush()
    assert (harness.cluster.events, list(harness.cluster.pods)) == (["Created"], [POD])


async def test_a_creation_that_is_refused_does_not_take_the_deadline_away():
    harness = Harness(timeouts={"total": "30s"})
    harness.cluster.failing[CREATE] = quota()
    with pytest.raises(RetryLater):
        await harness.reconcile()
    comes_in = harness.controller.queue.state(KEY).comes_in
    assert comes_in is not None
    assert comes_in < 30


class TestARefusedCreation:
    """It is reconciled again at once, with the refusal as an input, and then the work queue's back-off counts."""

    async def test_nothing_more_is_asked_of_the_api_server_than_to_say_so(self):
        harness = Harness()
        harness.cluster.failing[CREATE] = quota()
        with pytest.raises(RetryLater, match="exceeded quota"):
            await harness.reconcile()
        assert harness.cluster.writes == [CREATE, STATUS]
        assert harness.status["conditions"][0]["reason"] == "QuotaExceeded"

    async def test_the_status_that_says_so_brings_no_reconcile_before_the_back_off(self):
        harness = Harness()
        harness.controller.queue.forget(KEY)
        harness.cluster.failing[CREATE] = quota()
        with pytest.raises(RetryLater):
            await harness.reconcile()
        assert harness.controller.queue.counts()["ready"] == 0

    async def test_an_event_within_the_time_that_the_api_server_asked_for_asks_nothing_of_it(self):
        harness = Harness()
        harness.cluster.failing[CREATE] = error_of(429, b"{}", headers={"Retry-After": "30"})
        for second in (1, 10, 29):
            with pytest.raises(RetryLater) as later:
                await harness.reconcile(after=second * SECOND - (harness.now - T0))
            assert later.value.delay == 30
        assert harness.cluster.writes == [CREATE]
        await harness.reconcile(after=2 * SECOND)
        assert list(harness.cluster.pods) == [POD]
        assert len(harness.controller.caches.refusals) == 0

    async def test_an_event_just_after_it_is_not_lost_however_many_others_are_blocked(self):
        harness = Harness()
        harness.cluster.failing[CREATE] = quota()
        with pytest.raises(RetryLater):
            await harness.reconcile()
        assert harness.controller.queue.state(KEY).comes_in is None
        with pytest.raises(RetryLater):
            await harness.reconcile(after=SECOND / 50)  # such as the end of the pod that used up the quota
        comes_in = harness.controller.queue.state(KEY).comes_in
        assert comes_in is not None
        assert comes_in < 0.05
        await harness.reconcile(after=SECOND / 20)
        assert list(harness.cluster.pods) == [POD]

    async def test_what_was_changed_meanwhile_counts(self):
        harness = Harness()

        async def somebody_cancels_it() -> None:
            body = harness.cluster.executions["divide"]
            body["spec"]["cancel"] = True
            body["metadata"]["resourceVersion"] = "150"
            harness.controller.watch_handlers.on_execution(copy.deepcopy(body))

        interrupt(harness, CREATE, somebody_cancels_it, then=quota())
        await harness.reconcile()
        assert harness.cluster.writes == [CREATE, STATUS]
        assert harness.status["phase"] == "Aborted"

    async def test_an_execution_that_went_meanwhile_is_forgotten(self):
        harness = Harness()

        async def it_goes() -> None:
            gone = copy.deepcopy(harness.cluster.executions["divide"])
            gone["metadata"]["resourceVersion"] = "150"
            harness.controller.watch_handlers.on_execution_left(gone)

        interrupt(harness, CREATE, it_goes, then=quota())
        await harness.reconcile()
        assert harness.cluster.writes == [CREATE]
        assert len(harness.controller.caches.refusals) == 0

    async def test_of_an_execution_that_another_client_ended_meanwhile_nothing_is_remembered(self):
        harness = Harness(ttlSecondsAfterFinished=3600)

        async def it_ends() -> None:
            body = harness.cluster.executions["divide"]
            body["status"] = {"phase": "Aborted", "completionTime": "2026-01-31T12:00:01Z"}
            body["metadata"]["resourceVersion"] = "150"
            harness.controller.watch_handlers.on_execution(copy.deepcopy(body))

        interrupt(harness, CREATE, it_ends, then=quota())
        await harness.reconcile()
        assert harness.cluster.writes == [CREATE]
        assert len(harness.controller.caches.refusals) == 0
        await harness.reconcile(after=7200 * SECOND)
        assert harness.cluster.executions == {}

    async def test_an_api_server_that_was_unavailable_before_a_suspension_is_unavailable_for_a_moment_after_it(self):
        harness = Harness()
        harness.cluster.failing[CREATE] = BROKEN
        with pytest.raises(RetryLater):
            await harness.reconcile()
        await harness.change(suspend=True)
        harness.now += 3600 * SECOND
        await harness.change(suspend=False)
        harness.cluster.failing[CREATE] = BROKEN
        with pytest.raises(RetryLater):
            await harness.reconcile()
        assert harness.status["conditions"][0]["reason"] == "Resumed"

    async def test_a_deletion_that_failed_is_not_tried_twice_in_a_row(self):
        harness = await sidecar_goes_on()
        harness.cluster.failing |= {DELETE: BROKEN, CREATE: quota()}
        with pytest.raises(RetryLater, match="exceeded quota"):
            await harness.reconcile()
        assert harness.cluster.writes == [DELETE, CREATE, STATUS]
        await harness.reconcile()
        assert list(harness.cluster.pods) == [NEXT_POD]


async def test_a_place_is_taken_before_the_first_call_so_that_no_other_takes_it_meanwhile():
    harness = Harness(task=task_document(maxConcurrent=1))
    other = execution_body(name="other", uid="22222222-bbbb", task=task_document(maxConcurrent=1))
    harness.cluster.executions["other"] = other
    harness.controller.watch_handlers.on_execution(copy.deepcopy(other))

    interrupt(harness, CREATE, lambda: harness.controller.reconcile(("default", "other")))
    await harness.reconcile()
    assert list(harness.cluster.pods) == [POD]


async def test_a_look_up_that_fails_has_nothing_else_done():
    harness = Harness(taskRef={"name": "divider"})
    harness.cluster.failing[("get", "tasktemplates")] = BROKEN
    with pytest.raises(RetryLater):
        await harness.reconcile(after=10 * SECOND)
    assert harness.cluster.writes == []
    await harness.reconcile()
    await harness.reconcile()
    assert harness.status["error"]["code"] == "InvalidSpec"


async def test_an_execution_whose_deletion_fails_is_remembered_and_deleted_later():
    harness = Harness(ttlSecondsAfterFinished=60)
    await harness.reconcile()
    await harness.pod_becomes("terminated", phase="Succeeded", exitCode=0, message=success_summary(o0=5.0))
    harness.cluster.failing[("delete", "taskexecutions")] = BROKEN
    with pytest.raises(RetryLater):
        await harness.reconcile(after=120 * SECOND)
    await harness.reconcile()
    assert harness.cluster.executions == {}


@pytest.mark.parametrize(
    "plan",
    [
        pytest.param(lambda harness: Plan(delete=(pod_of(harness),)), id="delete"),
        pytest.param(lambda harness: Plan(confirm=POD), id="confirm"),
        pytest.param(lambda harness: Plan(find="divider"), id="find"),
        pytest.param(lambda harness: Plan(ask=pod_of(harness)), id="ask"),
        pytest.param(lambda harness: Plan(create=Launch(task=resolved(make_execution()), attempt=0)), id="create"),
        pytest.param(lambda harness: Plan(release=True), id="release"),
        pytest.param(lambda harness: Plan(held_by=TURN), id="held by a limit"),
        pytest.param(lambda harness: Plan(requeue_at=harness.now + SECOND), id="requeue"),
    ],
)
async def test_each_step_may_be_repeated(plan: Callable[[Harness], Plan]):
    harness = Harness()
    await harness.reconcile()
    execution = harness.controller.caches.executions.get(KEY)
    assert execution is not None
    planned = plan(harness)
    for _ in range(2):
        assert await harness.controller._executor.execute(execution, planned) is None
    assert len(harness.cluster.pods) == (0 if planned.delete else 1)
