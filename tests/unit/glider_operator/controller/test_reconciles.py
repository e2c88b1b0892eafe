"""What is worth a look at an execution, and what isn't."""

from __future__ import annotations

import copy

import pytest

from tests.unit.glider_core.builders import execution_body, success_summary
from tests.unit.glider_operator.controller.harness import KEY, POD, Harness


@pytest.fixture
async def harness() -> Harness:
    """With a pod that was just created."""
    harness = Harness()
    await work(harness)
    return harness


async def work(harness: Harness) -> None:
    """What the queue's workers do."""
    queue = harness.controller.queue
    while (key := queue._ready.take()) is not None:
        del queue._queued_at[key]
        await harness.controller.reconcile(key)
        queue._ready.done(key[0])


def queued(harness: Harness) -> tuple[int, int]:
    """How many looks there are to be: at once, and later."""
    counts = harness.controller.queue.counts()
    return counts["ready"], counts["later"]


async def test_what_we_created_is_known_before_the_watch_tells_of_it(harness):
    before = queued(harness)
    assert [pod.name for pod in harness.controller.caches.pods.all()] == [POD]
    harness.controller.watch_handlers.on_pod(copy.deepcopy(harness.cluster.pods[POD]))
    assert queued(harness) == before


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
async def test_a_pods_event(harness, status, looks):
    harness.controller.queue.forget(KEY)
    pod = copy.deepcopy(harness.cluster.pods[POD])
    pod["metadata"] |= {"resourceVersion": "999", "managedFields": [{"manager": "kubelet"}]}
    pod["status"] |= status
    harness.controller.watch_handlers.on_pod(pod)
    assert queued(harness) == looks


async def test_an_end_is_looked_at_before_the_executions_that_are_still_to_begin(harness):
    for number in range(100):
        harness.controller.watch_handlers.on_execution(execution_body(name=f"new-{number}", uid=f"uid-{number}"))
    pod = copy.deepcopy(harness.cluster.pods[POD])
    pod["metadata"]["resourceVersion"] = "999"
    pod["status"]["phase"] = "Failed"
    harness.controller.watch_handlers.on_pod(pod)
    ready = harness.controller.queue._ready
    assert [ready.take(), ready.take()] == [KEY, ("default", "new-0")]


async def test_the_echo_of_our_own_write_is_none(harness):
    await harness.pod_becomes("terminated", phase="Succeeded", exitCode=0, message=success_summary(o0=5.0))
    await work(harness)
    before = queued(harness)
    harness.controller.watch_handlers.on_execution(copy.deepcopy(harness.cluster.executions["divide"]))
    assert before[0] == 0
    assert queued(harness) == before


async def test_a_write_after_which_something_follows_is_followed_by_a_look():
    harness = Harness(suspend=True)
    await work(harness)
    assert (harness.status["phase"], harness.cluster.pods) == ("Suspended", {})
    body = harness.cluster.executions["divide"]
    body["spec"]["suspend"] = False
    harness.cluster._version += 1
    body["metadata"]["resourceVersion"] = str(harness.cluster._version)
    harness.controller.watch_handlers.on_execution(copy.deepcopy(body))
    await work(harness)
    assert list(harness.cluster.pods) == [POD]


async def test_a_pod_with_little_time_to_start_is_looked_at_when_that_is_over():
    harness = Harness(timeouts={"queued": "3s"})
    await work(harness)
    assert harness.controller.queue.state(KEY).comes_in == pytest.approx(3.0, abs=0.5)
