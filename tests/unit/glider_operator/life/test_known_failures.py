"""Lives that once went wrong, step by step: the shortest ones that chance found."""

from __future__ import annotations

import pytest

from tests.unit.glider_operator.life.apiserver import FINAL, Fate
from tests.unit.glider_operator.life.world import RUNS_ON, World


def step(world: World, how: str = "badly") -> None:
    world.go_on(how)
    world.deliver(100)
    world.look()


def only_pod(world: World) -> str:
    (name,) = world.api.pods
    return name


def test_a_pod_whose_end_nobody_told_is_found_to_be_gone_by_the_next_sweep():
    world = World(user=0, system=0)
    step(world)
    world.api.remove_pod(only_pod(world))
    world.lose(1)
    world.sweep()  # too early: the watch tells of the pod only now, though it is gone
    world.come_to_an_end()
    assert world.phase == "Succeeded"
    assert [one["reason"] for one in world.status["attempts"]] == ["PodDeleted", "Completed"]


def test_an_attempt_that_was_given_up_is_gone_before_the_next_one_starts():
    world = World(user=0, system=0)
    step(world)
    world.wait(4_000)
    step(world)  # its node hasn't said a word for an hour
    assert world.phase == "Retrying"
    first = only_pod(world)
    assert "deletionTimestamp" in world.api.pods[first]["metadata"]
    world.settle(seconds=5)  # its node takes its time
    assert list(world.api.pods) == [first]
    world.wait(5)
    world.settle()
    assert world.status["conditions"][0]["reason"] == "PodTerminating"
    assert first in world.status["conditions"][0]["message"]
    step(world)
    world.settle()
    assert [attempt for _, attempt in world.api.created] == [0, 1]
    world.come_to_an_end()
    assert (world.phase, world.status["attempts"][0]["reason"]) == ("Succeeded", "NodeNotResponding")


def test_a_sidecar_is_ended_with_its_task_though_somebody_takes_the_label_off_its_pod():
    world = World(user=0, system=0, sidecar=True)
    world.look_if_due()
    world.go_on("badly")
    step(world)
    world.api.take_label_off(only_pod(world))
    step(world)
    world.come_to_an_end()  # raises AssertionError where something runs on
    assert world.phase == "Failed"


def test_a_write_that_conflicts_is_not_tried_again_at_once_because_the_time_to_act_is_past():
    world = World(user=1, system=0)
    step(world)
    world.go_on("badly")
    world.go_on("badly")
    world.go_on("recoverably")
    world.deliver(100)
    world.look(Fate.DIES_BEFORE)
    world.change(suspend=False)  # the watch tells of this later, so that each write conflicts until then
    world.wait(1)  # the retry's back-off is over
    world.look_if_due()  # raises AssertionError where it looks again and again
    world.come_to_an_end()
    assert world.phase == "Succeeded"


@pytest.mark.parametrize("comes_back", [False, True], ids=["its node never comes back", "its node comes back"])
def test_a_pod_that_nobody_can_end_holds_up_the_next_one_for_a_minute_and_its_grace_period(comes_back):
    world = World(user=0, system=0)
    step(world)
    step(world)
    world.lost_node = "node-1"
    world.wait(4_000)
    world.settle(seconds=5)  # nobody on its node has said a word about it: given up, deleted, and still there
    for _ in range(8):
        world.go_on(RUNS_ON)
        world.settle(seconds=10)
        assert len(world.api.pods) == 1
    world.wait(10)
    world.settle()
    assert len(world.api.pods) == 2
    if comes_back:
        world.lost_node = ""
    world.come_to_an_end()
    assert world.phase == "Succeeded"


@pytest.mark.parametrize("skew", [-240, -60, 60, 240])
def test_a_pod_that_is_ending_is_not_taken_for_lost_by_a_clock_that_is_off(skew):
    world = World(user=0, system=1, skew=skew)
    step(world)
    step(world, RUNS_ON)
    step(world, RUNS_ON)
    first = only_pod(world)
    world.api.end_pod(first)
    world.settle(seconds=20)
    assert world.phase not in FINAL
    assert list(world.api.pods) == [first]
    world.come_to_an_end()
    assert [one["number"] for one in world.status["attempts"]] == [0, 1]


@pytest.mark.parametrize("node_skew", [-600, 600])
def test_the_next_attempt_does_not_wait_for_a_nodes_clock(node_skew):
    world = World(user=1, system=0, node_skew=node_skew)
    for _ in range(4):
        step(world, "recoverably")
    world.settle(seconds=10)
    assert [attempt for _, attempt in world.api.created] == [0, 1]


@pytest.mark.parametrize("node_skew", [-600, 600])
def test_a_nodes_clock_ends_no_attempt_that_has_just_begun(node_skew):
    world = World(user=0, system=0, node_skew=node_skew, timeouts={"attempt": "1m"})
    for _ in range(4):
        step(world, RUNS_ON)
        world.settle(seconds=5)
    assert world.phase == "Running"


def test_a_pod_that_lost_its_label_is_followed_to_its_end():
    world = World(user=0, system=0)
    step(world)
    step(world)
    step(world, RUNS_ON)
    world.api.take_label_off(only_pod(world))
    world.settle()
    world.come_to_an_end()
    assert (world.phase, list(world.api.created.values())) == ("Succeeded", [1])


def test_a_pod_that_lost_its_label_is_ended_though_the_answer_to_the_last_write_was_lost():
    """The watch reports the finished execution first, and then the pod, both as deleted."""
    world = World(user=0, system=0)
    step(world)
    world.api.doom_execution()  # so that no other attempt follows
    world.wait(4_000)
    world.go_on("badly")
    world.deliver(100)
    world.look(Fate.UNANSWERED)
    assert world.phase == "Failed"
    name = only_pod(world)
    world.api.take_label_off(name)
    world.get_stuck(name, "ImagePullBackOff")
    world.come_to_an_end()  # raises AssertionError where the pod goes on


def test_the_end_of_an_older_pod_of_the_name_says_nothing_of_the_newer_one():
    world = World(user=0, system=0)
    step(world)
    world.api.remove_pod(only_pod(world))
    world.restart()  # before a word about the first was written: the attempt runs again, under the same name
    world.api.untold.clear()
    world.look()
    world.deliver(100)
    first_is_gone = dict(world.api.pods[only_pod(world)])
    first_is_gone["metadata"] = first_is_gone["metadata"] | {"uid": "pod-1", "resourceVersion": "1002"}
    world.controller.watch_handlers.on_pod_deleted(first_is_gone)
    assert not world.controller.caches.pods.observed(("default", "00000001-1111-2222-3333-444455556666")).doubtful
    world.settle()
    assert "attempts" not in world.status
    world.come_to_an_end()
    assert list(world.api.created) == [("00000001-1111-2222-3333-444455556666", 0)]


def test_an_execution_that_is_gone_is_not_brought_back_by_an_older_tale():
    world = World(user=0, system=0)
    world.api.delete_execution()
    old, gone = world.api.untold[-1], world.api.untold.pop()
    world.look()
    world.api.pods.clear()
    world.deliver(100)
    world.api.untold.append(gone)
    world.deliver(100)
    tale = old[2] | {"metadata": old[2]["metadata"] | {"resourceVersion": "1001"}}
    world.controller.watch_handlers.on_execution(tale)
    world.look()
    assert world.api.pods == {}


def test_an_older_execution_of_the_name_does_not_take_the_newer_ones_place():
    world = World(user=0, system=0)
    older = world.api.execution or {}
    world.api.delete_execution()
    world.create()
    world.deliver(100)
    world.controller.watch_handlers.on_execution(older)
    world.settle()
    assert [uid[:8] for uid, _ in world.api.created] == ["00000002"]


def test_what_an_operator_did_not_hear_of_a_life_that_ended_is_made_up_for():
    """Its own last write isn't told back to it, while a pod still runs: it ends that pod all the same."""
    world = World(user=0, system=0)
    step(world)
    step(world)
    world.get_stuck(only_pod(world), "InvalidImageName")
    world.deliver(100)
    world.look()
    assert world.phase == "Failed"
    world.api.untold.clear()
    world.settle(seconds=15)
    world.go_on(RUNS_ON)
    assert world.api.running() == []


def test_a_write_that_fails_is_not_tried_again_without_a_pause_though_the_next_attempts_time_has_come():
    """The clock of its node is behind, so that the next attempt could have started minutes ago."""
    world = World(user=0, system=1, node_skew=-240)
    for _ in range(3):
        step(world)
    world.go_on("by the system")
    world.deliver(100)
    world.look(Fate.UNANSWERED)  # so that the next writes are conflicts, until the watch tells
    world.look_if_due()
    world.come_to_an_end()
    assert (world.phase, len(world.status["attempts"])) == ("Succeeded", 2)


def test_a_stuck_pod_that_the_watch_does_not_show_is_deleted_though_the_answer_to_the_final_status_is_lost():
    world = World(user=0, system=0)
    step(world)
    world.api.take_label_off(only_pod(world))
    step(world)
    world.sweep()
    world.get_stuck(only_pod(world), "InvalidImageName")
    world.look(Fate.UNANSWERED)
    world.come_to_an_end()  # raises AssertionError where something runs on
    assert world.phase == "Failed"
