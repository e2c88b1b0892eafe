"""The operator is killed, or a call fails, at each write of a life: the life ends as it would have ended anyway.

Here each point of each life is tried in milliseconds; `tests/integration/fire` does the same to a process and a real API server.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from tests.unit.glider_operator.life.apiserver import Fate
from tests.unit.glider_operator.life.world import RUNS_ON, World

Step = Callable[[World], None]


def pods_go_on(how: str = "well") -> Step:
    return lambda world: world.go_on(how)


def somebody(**spec: Any) -> Step:
    return lambda world: world.change(**spec)


def time_passes(seconds: float) -> Step:
    return lambda world: world.wait(seconds)


def somebody_makes_another_of_its_name(world: World) -> None:
    world.api.delete_execution()
    world.create()


def somebody_deletes_its_pods_by_force(world: World) -> None:
    for name in list(world.api.pods):
        world.api.remove_pod(name)


def its_image_cannot_be_pulled(world: World) -> None:
    for name in world.api.pods:
        world.get_stuck(name, "ImagePullBackOff")


def its_node_is_lost(world: World) -> None:
    world.lost_node = "node-1"
    world.go_on("well")


RUNNING = [pods_go_on(), pods_go_on()]
LIVES: dict[str, list[Step]] = {
    "it succeeds": [*RUNNING, pods_go_on("well")],
    "it fails": [*RUNNING, pods_go_on("badly")],
    "it fails, is retried and succeeds": [*RUNNING, pods_go_on("recoverably"), time_passes(5), *RUNNING, pods_go_on("well")],
    "it uses up its retries": [*RUNNING, pods_go_on("recoverably"), time_passes(5), *RUNNING, pods_go_on("recoverably")],
    "the system fails it once": [*RUNNING, pods_go_on("by the system"), time_passes(5), *RUNNING, pods_go_on("well")],
    "it takes too long, twice": [*RUNNING, time_passes(3_600), *[pods_go_on(RUNS_ON)] * 5, time_passes(3_600), *[pods_go_on(RUNS_ON)] * 3],
    "it is cancelled while it runs": [*RUNNING, somebody(cancel=True), pods_go_on(), pods_go_on()],
    "it is cancelled while it waits": [somebody(cancel=True), pods_go_on()],
    "it is suspended and resumed": [*RUNNING, somebody(suspend=True), pods_go_on(), pods_go_on(), somebody(suspend=False), *RUNNING],
    "another of its name is made while it runs": [*RUNNING, somebody_makes_another_of_its_name, *RUNNING, pods_go_on("badly")],
    "its pod is deleted by force while it runs": [*RUNNING, time_passes(3), somebody_deletes_its_pods_by_force, time_passes(5), *RUNNING],
    "it is forgotten": [
        somebody(ttlSecondsAfterFinished=7_200),
        *RUNNING,
        pods_go_on("well"),
        time_passes(3_600),
        pods_go_on(),
        time_passes(3_600),
        pods_go_on(),
        time_passes(60),
    ],
    "it is compacted": [
        somebody(ttlSecondsAfterFinished=1_800, ttlAction="Compact"),
        *RUNNING,
        pods_go_on("well"),
        time_passes(1_800),
        pods_go_on(),
        time_passes(60),
    ],
    "its image cannot be pulled": [pods_go_on(), its_image_cannot_be_pulled, time_passes(400), *RUNNING, pods_go_on("well")],
    "its node is lost": [*RUNNING, time_passes(3), its_node_is_lost, time_passes(95), *RUNNING, pods_go_on("well")],
}


#: Lives of two attempts where one pod may be, and the first one's sidecar goes on: it takes the place that the second one's pod needs.
CRAMPED = ("it fails, is retried and succeeds", "its image cannot be pulled")


def live(life: str, *fates: Fate, cramped: bool = False) -> World:
    world = World(user=1, system=1, timeouts={"attempt": "10m"}, sidecar=cramped, quota=1 if cramped else None)
    world.api.fates = list(fates)
    world.settle()
    for step in LIVES[life]:
        step(world)
        world.settle()
    world.come_to_an_end()
    world.sweep()  # where the answer to the last write was lost, what is over was never told of
    world.settle()
    return world


def became_of(world: World) -> dict[str, Any]:
    attempts = [{name: one.get(name) for name in ("number", "reason", "exitCode")} for one in world.status.get("attempts", ())]
    left = {"execution": world.api.execution is not None, "live pods": len(world.api.running())}
    pods = dict(world.api.created)
    return {"phase": world.phase, "attempts": attempts, "failures": world.status.get("failures"), "pods": pods, "left": left}


def told(world: World) -> set[tuple[str, str]]:
    """The Events, without the words: they have times in them."""
    return {(uid, reason) for uid, reason, _ in world.api.news}


def may_lose_news(fate: Fate, write: str) -> bool:
    """Whether an Event may go untold: one that can't be posted, what an operator that dies had to say, and what it doesn't know it did."""
    dies = fate in (Fate.DIES_BEFORE, Fate.DIES_AFTER)
    unknown = fate is Fate.UNANSWERED and write in ("create pods", "patch taskexecutions/status")
    return dies or unknown or (write == "create events" and fate in (Fate.REFUSED, Fate.CONFLICT, Fate.UNANSWERED))


undisturbed_life = cache(live)


@pytest.mark.parametrize("fate", [fate for fate in Fate if fate is not Fate.DONE], ids=str)
@pytest.mark.parametrize(
    ("life", "cramped"),
    [
        *(pytest.param(life, False, id=life) for life in LIVES),
        *(pytest.param(life, True, id=f"{life}, where one pod may be") for life in CRAMPED),
    ],
)
def test_whatever_becomes_of_a_write_the_life_ends_the_same(life, cramped, fate):
    undisturbed = undisturbed_life(life, cramped=cramped)
    expected = became_of(undisturbed)
    assert set(expected["pods"].values()) == {1}
    for number, write in enumerate(undisturbed.api.writes):
        disturbed = live(life, *[Fate.DONE] * number, fate, cramped=cramped)
        assert became_of(disturbed) == expected, f"write {number}: {write}"
        assert told(disturbed) <= told(undisturbed), f"write {number}: {write}"
        if not may_lose_news(fate, write):
            assert told(disturbed) == told(undisturbed), f"write {number}: {write}"


@pytest.mark.parametrize(
    ("life", "phase", "attempts"),
    [
        ("it succeeds", "Succeeded", 1),
        ("it fails", "Failed", 1),
        ("it fails, is retried and succeeds", "Succeeded", 2),
        ("it uses up its retries", "Failed", 2),
        ("the system fails it once", "Succeeded", 2),
        ("it takes too long, twice", "TimedOut", 2),
        ("it is cancelled while it runs", "Aborted", 1),
        ("it is suspended and resumed", "Succeeded", 2),
        ("another of its name is made while it runs", "Failed", 1),
        ("its pod is deleted by force while it runs", "Succeeded", 2),
        ("its image cannot be pulled", "Succeeded", 2),
        ("its node is lost", "Succeeded", 2),
        ("it is forgotten", "Succeeded", 1),
    ],
)
def test_the_lives_are_what_they_are_called(life, phase, attempts):
    world = undisturbed_life(life)
    assert (world.phase, len(world.status["attempts"])) == (phase, attempts)


def test_what_is_forgotten_leaves_nothing():
    world = undisturbed_life("it is forgotten")
    assert (world.api.execution, world.api.pods) == (None, {})
    assert [write for write in world.api.writes if write != "create events"][-2:] == ["delete pods", "delete taskexecutions"]


def test_what_is_compacted_keeps_its_end_and_no_pod():
    world = undisturbed_life("it is compacted")
    assert ("attempts" in world.status, world.status["outputs"], world.api.pods) == (False, {"o0": 5.0}, {})
    assert [write for write in world.api.writes if write != "create events"][-2:] == ["patch taskexecutions/status", "delete pods"]


def test_a_successful_life_is_three_writes_and_two_events():
    writes = undisturbed_life("it succeeds").api.writes
    assert writes == ["create pods", "create events", "patch taskexecutions/status", "patch taskexecutions/status", "create events"]
