"""What becomes of an execution that is over: it is forgotten when nothing is to be done about it any more, and not before."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from glider_core.api.labels import INSTANCE
from glider_core.kube.errors import Unavailable
from tests.unit.glider_core.builders import MINUTE, SECOND, success_summary
from tests.unit.glider_operator.controller.harness import KEY, POD, Harness

SUCCEEDED: dict[str, Any] = {"exitCode": 0, "message": success_summary(o0=5.0)}


@pytest.fixture
async def harness() -> Harness:
    """With an operator that works, and an execution whose pod runs."""
    made = Harness()
    made.controller.queue.start()
    await made.reconcile()
    await made.pod_becomes("running", phase="Running", startedAt="2026-01-31T12:00:02Z")
    return made


def ends(harness: Harness, phase: str = "Aborted") -> dict[str, Any]:
    """Somebody ends it, and the watch tells that it left; what the API server has of it."""
    body = harness.cluster.executions["divide"]
    body["status"] = {**body.get("status", {}), "phase": phase, "completionTime": "2026-01-31T12:00:05Z"}
    body["metadata"]["resourceVersion"] = "9000"
    harness.controller.watch_handlers.on_execution_left(copy.deepcopy(body))
    return body


async def test_its_pod_goes_where_somebody_else_has_ended_it(harness):
    ends(harness)
    assert harness.controller.caches.executions.get(KEY) is None
    await harness.reconcile()  # finds out why
    await harness.reconcile()
    assert harness.cluster.pods == {}


async def test_as_long_as_that_cant_be_found_out_it_is_tried_again(harness):
    ends(harness)
    harness.cluster.failing[("get", "taskexecutions")] = Unavailable("not now")
    with pytest.raises(Exception, match="not now"):
        await harness.reconcile()
    await harness.reconcile()
    await harness.reconcile()
    assert harness.cluster.pods == {}


async def test_there_is_nothing_to_find_out_once_the_answer_to_our_own_write_has_come(harness):
    asked = harness.cluster.send

    async def told_before_it_is_answered(request: Any) -> Any:
        answer = await asked(request)
        if request.verb == "patch" and answer["status"]["phase"] == "Succeeded":
            harness.controller.watch_handlers.on_execution_left(copy.deepcopy(answer))
            assert harness.controller.caches.executions.get(KEY) is None
        return answer

    harness.cluster.send = told_before_it_is_answered
    await harness.pod_becomes("terminated", phase="Succeeded", **SUCCEEDED)
    await harness.reconcile()
    assert harness.status["phase"] == "Succeeded"
    assert ("get", "taskexecutions") not in harness.cluster.calls
    assert not harness.controller._tracker.finished._doubtful
    await harness.reconcile(after=70 * MINUTE)
    assert harness.cluster.pods == {}, "it is known to be over"


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda body: body["metadata"].update(labels={INSTANCE: "blue"}), id="it is another operator's now"),
        pytest.param(lambda body: body["metadata"].update(uid="another"), id="another one has its name"),
        pytest.param(lambda body: body["status"].update(phase="Running"), id="it isn't over"),
    ],
)
async def test_what_left_for_another_reason_is_left_alone(harness, change):
    change(ends(harness))
    await harness.reconcile()
    await harness.reconcile()
    assert harness.controller.caches.executions.get(KEY) is None
    assert set(harness.cluster.pods) == {POD}


async def test_one_that_is_gone_is_gone(harness):
    harness.cluster.executions["divide"]["metadata"]["resourceVersion"] = "9000"
    harness.controller.watch_handlers.on_execution_left(harness.cluster.executions.pop("divide"))
    await harness.reconcile()
    assert harness.cluster.calls[-1] == ("get", "taskexecutions")
    assert harness.controller.queue.counts()["failing"] == 0
    await harness.reconcile()
    assert harness.cluster.calls.count(("get", "taskexecutions")) == 1


@pytest.mark.parametrize("another", [False, True], ids=["nothing has its name", "another one has its name"])
@pytest.mark.parametrize("pod_first", [False, True], ids=["its pod left after it", "its pod left before it"])
async def test_of_one_that_is_gone_a_doubtful_pod_is_forgotten_too(harness, pod_first, another):
    execution, (pod,) = harness.cluster.executions["divide"], harness.cluster.pods.values()
    identity = (KEY[0], execution["metadata"]["uid"])
    if pod_first:
        harness.controller.watch_handlers.on_pod_deleted(copy.deepcopy(pod))
    ends(harness)
    if not pod_first:
        harness.controller.watch_handlers.on_pod_deleted(copy.deepcopy(pod))
    assert harness.controller.caches.pods.observed(identity).doubtful
    del harness.cluster.executions["divide"]
    if another:
        made = copy.deepcopy(execution)
        made |= {"metadata": {**made["metadata"], "uid": "another", "resourceVersion": "9001"}, "status": {}}
        harness.controller.watch_handlers.on_execution(made)
    else:
        await harness.reconcile()
    assert not harness.controller.caches.pods.any_there(identity)


async def test_a_standby_doesnt_look_and_keeps_nothing_but_pods():
    standby = Harness()
    await standby.reconcile()
    standby.controller.queue.forget(KEY)
    ends(standby)
    assert standby.controller.queue.counts()["ready"] == 0
    assert [pod.name for pod in standby.controller.caches.pods.all()] == [POD]
    standby.controller.watch_handlers.on_pod_deleted(standby.cluster.pods[POD])
    assert list(standby.controller.caches.pods.all()) == []


async def test_its_ttl_outlives_a_look_that_only_asks_whether_its_pod_is_there():
    harness = Harness(ttlSecondsAfterFinished=60)
    await harness.reconcile()
    pod = copy.deepcopy(harness.cluster.pods[POD])
    await harness.pod_becomes("waiting", phase="Pending", reason="InvalidImageName")
    await harness.reconcile()
    assert (harness.status["phase"], harness.cluster.pods) == ("Failed", {})
    harness.controller.watch_handlers.on_pod_deleted(pod)
    await harness.reconcile()
    assert harness.cluster.calls[-1] == ("get", "pods")
    await harness.reconcile()
    assert harness.controller.queue.state(KEY).comes_in is not None
    await harness.reconcile(after=2 * MINUTE)
    assert harness.cluster.executions == {}


async def test_one_that_was_removed_isnt_brought_back_by_a_list_from_before(harness):
    await harness.change(ttlSecondsAfterFinished=60)
    await harness.pod_becomes("terminated", phase="Succeeded", **SUCCEEDED)
    await harness.reconcile()
    listed = copy.deepcopy(harness.cluster.executions["divide"])
    await harness.reconcile(after=2 * MINUTE)
    assert harness.cluster.executions == {}
    harness.controller.watch_handlers.on_execution(listed)
    assert len(harness.controller.caches.executions) == 0


async def test_one_that_is_known_to_be_gone_leaves_its_pods_to_the_garbage_collector(harness):
    await harness.pod_becomes("terminated", phase="Succeeded", **SUCCEEDED)
    await harness.reconcile()
    [uid] = harness.controller.caches.executions.finished_versions()
    harness.controller.watch_handlers.on_execution_gone(uid)
    await harness.reconcile(after=180 * MINUTE)
    assert len(harness.controller.caches.executions) == 0
    assert set(harness.cluster.pods) == {POD}


async def test_the_end_of_a_pod_gives_its_place_back_although_its_execution_left_before(harness):
    ends(harness)
    assert not harness.controller.caches.admission._places
    pod = harness.cluster.pods[POD]
    pod["metadata"]["resourceVersion"] = "9001"
    harness.controller.watch_handlers.on_pod(copy.deepcopy(pod))  # it was late
    pod["status"] = {"phase": "Succeeded"}
    pod["metadata"]["resourceVersion"] = "9002"
    harness.controller.watch_handlers.on_pod(pod)
    assert not harness.controller.caches.admission._places


async def test_pods_of_one_that_ended_well_stay_for_their_time(harness):
    await harness.pod_becomes("terminated", phase="Succeeded", **SUCCEEDED)
    await harness.reconcile(after=SECOND)
    harness.controller.watch_handlers.on_execution_left(harness.cluster.executions["divide"])
    await harness.reconcile(after=50 * MINUTE)
    assert set(harness.cluster.pods) == {POD}
    await harness.reconcile(after=20 * MINUTE)
    assert harness.cluster.pods == {}
