"""What becomes of an execution that is over: it is forgotten when nothing is to be done about it any more, and not before."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from glider_core.api.labels import INSTANCE
from glider_core.kube.errors import Unavailable
from tests.unit.glider_core.builders import MINUTE, SECOND, success_summary
from tests.unit.glider_operator.controller.scene import KEY, POD, Scene

SUCCEEDED: dict[str, Any] = {"exitCode": 0, "message": success_summary(o0=5.0)}


@pytest.fixture
async def scene() -> Scene:
    """With an operator that works, and an execution whose pod runs."""
    made = Scene()
    made.controller.queue.start()
    await made.look()
    await made.pod_becomes("running", phase="Running", startedAt="2026-01-31T12:00:02Z")
    return made


def ends(scene: Scene, phase: str = "Aborted") -> dict[str, Any]:
    """Somebody ends it, and the watch tells that it left; what the API server has of it."""
    body = scene.cluster.executions["divide"]
    body["status"] = {**body.get("status", {}), "phase": phase, "completionTime": "2026-01-31T12:00:05Z"}
    body["metadata"]["resourceVersion"] = "9000"
    scene.controller.watch_handlers.on_execution_left(copy.deepcopy(body))
    return body


async def test_its_pod_goes_where_somebody_else_has_ended_it(scene):
    ends(scene)
    assert scene.controller.caches.executions.get(KEY) is None
    await scene.look()  # finds out why
    await scene.look()
    assert scene.cluster.pods == {}


async def test_as_long_as_that_cant_be_found_out_it_is_tried_again(scene):
    ends(scene)
    scene.cluster.failing[("get", "taskexecutions")] = Unavailable("not now")
    with pytest.raises(Exception, match="not now"):
        await scene.look()
    await scene.look()
    await scene.look()
    assert scene.cluster.pods == {}


async def test_there_is_nothing_to_find_out_once_the_answer_to_our_own_write_has_come(scene):
    asked = scene.cluster.send

    async def told_before_it_is_answered(request: Any) -> Any:
        answer = await asked(request)
        if request.verb == "patch" and answer["status"]["phase"] == "Succeeded":
            scene.controller.watch_handlers.on_execution_left(copy.deepcopy(answer))
            assert scene.controller.caches.executions.get(KEY) is None
        return answer

    scene.cluster.send = told_before_it_is_answered
    await scene.pod_becomes("terminated", phase="Succeeded", **SUCCEEDED)
    await scene.look()
    assert scene.status["phase"] == "Succeeded"
    assert ("get", "taskexecutions") not in scene.cluster.calls
    assert not scene.controller._tracker.finished._doubtful
    await scene.look(after=70 * MINUTE)
    assert scene.cluster.pods == {}, "it is known to be over"


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda body: body["metadata"].update(labels={INSTANCE: "blue"}), id="it is another operator's now"),
        pytest.param(lambda body: body["metadata"].update(uid="another"), id="another one has its name"),
        pytest.param(lambda body: body["status"].update(phase="Running"), id="it isn't over"),
    ],
)
async def test_what_left_for_another_reason_is_left_alone(scene, change):
    change(ends(scene))
    await scene.look()
    await scene.look()
    assert scene.controller.caches.executions.get(KEY) is None
    assert set(scene.cluster.pods) == {POD}


async def test_one_that_is_gone_is_gone(scene):
    scene.cluster.executions["divide"]["metadata"]["resourceVersion"] = "9000"
    scene.controller.watch_handlers.on_execution_left(scene.cluster.executions.pop("divide"))
    await scene.look()
    assert scene.cluster.calls[-1] == ("get", "taskexecutions")
    assert scene.controller.queue.counts()["failing"] == 0
    await scene.look()
    assert scene.cluster.calls.count(("get", "taskexecutions")) == 1


@pytest.mark.parametrize("another", [False, True], ids=["nothing has its name", "another one has its name"])
@pytest.mark.parametrize("pod_first", [False, True], ids=["its pod left after it", "its pod left before it"])
async def test_of_one_that_is_gone_a_doubtful_pod_is_forgotten_too(scene, pod_first, another):
    execution, (pod,) = scene.cluster.executions["divide"], scene.cluster.pods.values()
    identity = (KEY[0], execution["metadata"]["uid"])
    if pod_first:
        scene.controller.watch_handlers.on_pod_deleted(copy.deepcopy(pod))
    ends(scene)
    if not pod_first:
        scene.controller.watch_handlers.on_pod_deleted(copy.deepcopy(pod))
    assert scene.controller.caches.pods.observed(identity).doubtful
    del scene.cluster.executions["divide"]
    if another:
        made = copy.deepcopy(execution)
        made |= {"metadata": {**made["metadata"], "uid": "another", "resourceVersion": "9001"}, "status": {}}
        scene.controller.watch_handlers.on_execution(made)
    else:
        await scene.look()
    assert not scene.controller.caches.pods.any_there(identity)


async def test_a_standby_doesnt_look_and_keeps_nothing_but_pods():
    standby = Scene()
    await standby.look()
    standby.controller.queue.forget(KEY)
    ends(standby)
    assert standby.controller.queue.counts()["ready"] == 0
    assert [pod.name for pod in standby.controller.caches.pods.all()] == [POD]
    standby.controller.watch_handlers.on_pod_deleted(standby.cluster.pods[POD])
    assert list(standby.controller.caches.pods.all()) == []


async def test_its_ttl_outlives_a_look_that_only_asks_whether_its_pod_is_there():
    scene = Scene(ttlSecondsAfterFinished=60)
    await scene.look()
    pod = copy.deepcopy(scene.cluster.pods[POD])
    await scene.pod_becomes("waiting", phase="Pending", reason="InvalidImageName")
    await scene.look()
    assert (scene.status["phase"], scene.cluster.pods) == ("Failed", {})
    scene.controller.watch_handlers.on_pod_deleted(pod)
    await scene.look()
    assert scene.cluster.calls[-1] == ("get", "pods")
    await scene.look()
    assert scene.controller.queue.state(KEY).comes_in is not None
    await scene.look(after=2 * MINUTE)
    assert scene.cluster.executions == {}


async def test_one_that_was_removed_isnt_brought_back_by_a_list_from_before(scene):
    await scene.change(ttlSecondsAfterFinished=60)
    await scene.pod_becomes("terminated", phase="Succeeded", **SUCCEEDED)
    await scene.look()
    listed = copy.deepcopy(scene.cluster.executions["divide"])
    await scene.look(after=2 * MINUTE)
    assert scene.cluster.executions == {}
    scene.controller.watch_handlers.on_execution(listed)
    assert len(scene.controller.caches.executions) == 0


async def test_one_that_is_known_to_be_gone_leaves_its_pods_to_the_garbage_collector(scene):
    await scene.pod_becomes("terminated", phase="Succeeded", **SUCCEEDED)
    await scene.look()
    [uid] = scene.controller.caches.executions.finished_versions()
    scene.controller.watch_handlers.on_execution_gone(uid)
    await scene.look(after=180 * MINUTE)
    assert len(scene.controller.caches.executions) == 0
    assert set(scene.cluster.pods) == {POD}


async def test_the_end_of_a_pod_gives_its_place_back_although_its_execution_left_before(scene):
    ends(scene)
    assert not scene.controller.caches.admission._places
    pod = scene.cluster.pods[POD]
    pod["metadata"]["resourceVersion"] = "9001"
    scene.controller.watch_handlers.on_pod(copy.deepcopy(pod))  # it was late
    pod["status"] = {"phase": "Succeeded"}
    pod["metadata"]["resourceVersion"] = "9002"
    scene.controller.watch_handlers.on_pod(pod)
    assert not scene.controller.caches.admission._places


async def test_pods_of_one_that_ended_well_stay_for_their_time(scene):
    await scene.pod_becomes("terminated", phase="Succeeded", **SUCCEEDED)
    await scene.look(after=SECOND)
    scene.controller.watch_handlers.on_execution_left(scene.cluster.executions["divide"])
    await scene.look(after=50 * MINUTE)
    assert set(scene.cluster.pods) == {POD}
    await scene.look(after=20 * MINUTE)
    assert scene.cluster.pods == {}
