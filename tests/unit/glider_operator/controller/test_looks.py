"""What is worth a look at an execution, and what isn't."""

from __future__ import annotations

import copy

import pytest

from tests.unit.glider_core.builders import execution_body, success_summary
from tests.unit.glider_operator.controller.scene import KEY, POD, Scene


@pytest.fixture
async def scene() -> Scene:
    """With a pod that was just created."""
    scene = Scene()
    await work(scene)
    return scene


async def work(scene: Scene) -> None:
    """What the queue's workers do."""
    queue = scene.controller.queue
    while (key := queue._ready.take()) is not None:
        del queue._queued_at[key]
        await scene.controller.reconcile(key)
        queue._ready.done(key[0])


def queued(scene: Scene) -> tuple[int, int]:
    """How many looks there are to be: at once, and later."""
    counts = scene.controller.queue.counts()
    return counts["ready"], counts["later"]


async def test_what_we_created_is_known_before_the_watch_tells_of_it(scene):
    before = queued(scene)
    assert [pod.name for pod in scene.controller.caches.pods.all()] == [POD]
    scene.controller.watch_handlers.on_pod(copy.deepcopy(scene.cluster.pods[POD]))
    assert queued(scene) == before


@pytest.mark.parametrize(
    ("status", "looks"),
    [
        pytest.param({}, (0, 0), id="managed fields and other things that nobody reads"),
        pytest.param({"conditions": [{"type": "ContainersReady", "status": "True"}]}, (0, 0), id="a condition that nobody reads"),
        pytest.param({"conditions": [{"type": "PodScheduled", "status": "False"}]}, (0, 1), id="it can't be scheduled, which may change"),
        pytest.param({"phase": "Running"}, (0, 1), id="it runs, and may end soon"),
        pytest.param({"phase": "Failed"}, (1, 0), id="it is over"),
    ],
)
async def test_a_pods_event(scene, status, looks):
    scene.controller.queue.forget(KEY)
    pod = copy.deepcopy(scene.cluster.pods[POD])
    pod["metadata"] |= {"resourceVersion": "999", "managedFields": [{"manager": "kubelet"}]}
    pod["status"] |= status
    scene.controller.watch_handlers.on_pod(pod)
    assert queued(scene) == looks


async def test_an_end_is_looked_at_before_the_executions_that_are_still_to_begin(scene):
    for number in range(100):
        scene.controller.watch_handlers.on_execution(execution_body(name=f"new-{number}", uid=f"uid-{number}"))
    pod = copy.deepcopy(scene.cluster.pods[POD])
    pod["metadata"]["resourceVersion"] = "999"
    pod["status"]["phase"] = "Failed"
    scene.controller.watch_handlers.on_pod(pod)
    ready = scene.controller.queue._ready
    assert [ready.take(), ready.take()] == [KEY, ("default", "new-0")]


async def test_the_echo_of_our_own_write_is_none(scene):
    await scene.pod_becomes("terminated", phase="Succeeded", exitCode=0, message=success_summary(o0=5.0))
    await work(scene)
    before = queued(scene)
    scene.controller.watch_handlers.on_execution(copy.deepcopy(scene.cluster.executions["divide"]))
    assert before[0] == 0
    assert queued(scene) == before


async def test_a_write_after_which_something_follows_is_followed_by_a_look():
    scene = Scene(suspend=True)
    await work(scene)
    assert (scene.status["phase"], scene.cluster.pods) == ("Suspended", {})
    body = scene.cluster.executions["divide"]
    body["spec"]["suspend"] = False
    scene.cluster._version += 1
    body["metadata"]["resourceVersion"] = str(scene.cluster._version)
    scene.controller.watch_handlers.on_execution(copy.deepcopy(body))
    await work(scene)
    assert list(scene.cluster.pods) == [POD]


async def test_a_pod_with_little_time_to_start_is_looked_at_when_that_is_over():
    scene = Scene(timeouts={"queued": "3s"})
    await work(scene)
    assert scene.controller.queue.state(KEY).comes_in == pytest.approx(3.0, abs=0.5)
