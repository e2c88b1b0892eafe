"""An execution's life by chance: whatever happens in whatever order, it ends once, and as its pods say."""

from __future__ import annotations

import os
import random
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from tests.unit.glider_operator.life.world import FINAL, SUMMARIES, World

#: GLIDER_SEED repeats a run.
SEED = int(os.environ.get("GLIDER_SEED") or random.SystemRandom().randrange(2**32))
HOW = st.sampled_from(sorted(SUMMARIES))
ROUNDS = 200
#: How the lives ended, and how far they came: one that never gets anywhere would test nothing.
LIVED: Counter[str] = Counter()


class Life(RuleBasedStateMachine):
    """Everything that can happen to an execution. At the end everything calms down, and then it must come to its end."""

    world: World
    patient: bool

    @initialize(
        user=st.integers(0, 2),
        system=st.integers(0, 2),
        timeouts=st.sampled_from([{}, {"attempt": "5s"}, {"total": "20s"}, {"queued": "5s"}]),
        patient=st.sampled_from([True, True, True, False]),
    )
    def begin(self, user: int, system: int, timeouts: dict[str, Any], patient: bool) -> None:
        self.patient = patient
        self.world = World(user=user, system=system, timeouts=timeouts)

    @rule(times=st.integers(1, 4))
    def the_operator_looks(self, times: int) -> None:
        for _ in range(times):
            self.world.look()

    @rule(writes=st.integers(0, 2))
    def the_operator_dies_while_it_looks(self, writes: int) -> None:
        self.world.look(dies_after=writes)

    @rule()
    def the_operator_restarts(self) -> None:
        self.world.restart()

    @rule(how=HOW)
    def pods_go_on(self, how: str) -> None:
        self.world.go_on(how)

    @rule(how=HOW)
    def pods_go_on_and_all_hear_of_it(self, how: str) -> None:
        self.world.go_on(how)
        self.world.deliver(100)
        self.world.look()

    @rule(number=st.integers(1, 5))
    def watches_tell(self, number: int) -> None:
        self.world.deliver(number)

    @rule(position=st.integers(0, 5))
    def a_change_is_lost(self, position: int) -> None:
        self.world.lose(position)

    @rule(position=st.integers(0, 5))
    def a_change_comes_twice_and_too_early(self, position: int) -> None:
        self.world.repeat(position)

    @rule()
    def a_sweep_comes_by(self) -> None:
        self.world.sweep()

    @rule(seconds=st.sampled_from([0.2, 1, 6, 12, 60, 4_000]))
    def time_passes(self, seconds: float) -> None:
        self.world.wait(seconds)

    @precondition(lambda self: self.world.pods)
    @rule(position=st.integers(0, 5))
    def a_pod_is_lost(self, position: int) -> None:
        names = sorted(self.world.pods)
        self.world.vanish(names[position % len(names)])

    @rule(suspend=st.booleans())
    def somebody_suspends_or_resumes(self, suspend: bool) -> None:
        self.world.change(suspend=suspend)

    @precondition(lambda self: not (self.patient or self.world.execution["spec"].get("cancel")))
    @rule()
    def somebody_cancels(self) -> None:
        self.world.change(cancel=True)

    def teardown(self) -> None:
        if hasattr(self, "world"):
            come_to_an_end(self.world)
            LIVED.update([self.world.phase, *(f"{number} attempts" for number in self.world.created)])


def come_to_an_end(world: World) -> None:
    """Nothing more happens to it: so it ends, and leaves no pod that runs."""
    if world.execution["spec"].get("suspend"):
        world.change(suspend=False)
    world.sweep()
    for _ in range(ROUNDS):
        if world.phase in FINAL and not running(world):
            return
        world.deliver(100)
        world.look()
        world.look()
        world.go_on("well")
        world.wait(2)
    raise AssertionError(f"after {ROUNDS} rounds it is {world.phase}: {world.execution['status']}; pods: {running(world)}")


def running(world: World) -> list[str]:
    """The pods whose task may still do something."""
    return [name for name, pod in world.pods.items() if pod["status"]["phase"] in ("Pending", "Running")]


def test_whatever_happens_an_execution_ends_once_and_as_its_pods_say():
    print(f"GLIDER_SEED={SEED}")
    chosen = settings(
        max_examples=100,
        stateful_step_count=50,
        deadline=None,
        database=None,
        print_blob=True,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    try:
        run_state_machine_as_test(seed(SEED)(Life), settings=chosen)
    except BaseException as error:
        error.add_note(f"GLIDER_SEED={SEED}")
        raise
    print(dict(LIVED))
    assert {"Succeeded", "Failed"} <= set(LIVED), LIVED
    assert LIVED["1 attempts"] > 10, LIVED


@pytest.mark.parametrize("how", ["well", "badly"])
def test_a_life_without_troubles(how):
    world = World(user=0, system=0)
    for _ in range(20):
        world.deliver(100)
        world.look()
        world.look()
        world.go_on(how)
        world.wait(1)
    assert world.phase == {"well": "Succeeded", "badly": "Failed"}[how]
    assert dict(world.created) == {0: 1}
