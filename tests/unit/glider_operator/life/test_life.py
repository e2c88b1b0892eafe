"""An execution's life by chance: whatever happens in whatever order, it ends once, and as its pods say."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from tests.chance import SEED
from tests.unit.glider_operator.life.apiserver import Fate
from tests.unit.glider_operator.life.world import SUMMARIES, World

#: GLIDER_SEED repeats a run, GLIDER_LIVES makes it longer.
LIVES = int(os.environ.get("GLIDER_LIVES") or 180)
#: hypothesis' lives of one run are like each other; each of several runs has a seed of its own, which follows from the first one.
RUNS = 3
STEPS = 50
#: Of all lives together.
FEWEST_STEPS = 5_000
HOW = st.sampled_from(sorted(SUMMARIES))
POSITION = st.integers(0, 5)
SKEW = st.sampled_from([0, 0, 0, 240, -240])
#: How the lives ended, and how far they came: one that never gets anywhere would test nothing.
LIVED: Counter[str] = Counter()


class Life(RuleBasedStateMachine):
    """Everything that can happen to an execution. At the end everything calms down, and then it must come to its end."""

    world: World
    #: A life that somebody cancels or whose time is over is a short one: most are to be long.
    patient: bool

    @initialize(
        user=st.integers(0, 2),
        system=st.integers(0, 2),
        timeouts=st.sampled_from([{}, {}, {"attempt": "5s"}, {"total": "300s"}, {"queued": "5s"}]),
        patient=st.sampled_from([True, True, True, False]),
        skew=SKEW,
        node_skew=SKEW,
        sidecar=st.sampled_from([False, False, True]),
        quota=st.sampled_from([None, None, 1]),
    )
    def begin(self, patient: bool, **world: Any) -> None:
        self.patient = patient
        self.world = World(**world)

    @invariant()
    def a_step_was_taken(self) -> None:
        LIVED["steps"] += 1

    @rule(fates=st.lists(st.sampled_from(list(Fate)), max_size=3))
    def the_operator_looks(self, fates: list[Fate]) -> None:
        self.world.look(*fates)

    @rule()
    def the_operator_looks_as_it_wants_to(self) -> None:
        self.world.look_if_due()

    @rule()
    def the_operator_restarts(self) -> None:
        self.world.restart()

    @rule()
    def a_standby_hears_of_it(self) -> None:
        self.world.note_for_standby()

    @precondition(lambda self: len(self.world.api.watched()) == len(self.world.api.pods))
    @rule()
    def the_standby_takes_over(self) -> None:
        self.world.fail_over()

    @rule(how=HOW)
    def pods_go_on(self, how: str) -> None:
        self.world.go_on(how)

    @rule(how=HOW, fates=st.lists(st.sampled_from(list(Fate)), max_size=2))
    def pods_go_on_and_all_hear_of_it(self, how: str, fates: list[Fate]) -> None:
        self.world.go_on(how)
        self.world.deliver(100)
        self.world.look(*fates)

    @rule(number=st.integers(1, 5))
    def watches_tell(self, number: int) -> None:
        self.world.deliver(number)

    @rule(position=POSITION)
    def a_change_comes_before_others(self, position: int) -> None:
        self.world.deliver_later_one(position)

    @rule(position=POSITION)
    def a_change_is_lost(self, position: int) -> None:
        self.world.lose(position)

    @rule(position=POSITION)
    def a_change_comes_twice_and_too_early(self, position: int) -> None:
        self.world.repeat(position)

    @rule()
    def a_sweep_comes_by(self) -> None:
        self.world.sweep()

    @rule(seconds=st.sampled_from([0.2, 1, 6, 12, 60, 95, 4_000]))
    def time_passes(self, seconds: float) -> None:
        self.world.wait(seconds)

    @precondition(lambda self: self.world.api.pods)
    @rule(position=POSITION, gracefully=st.booleans())
    def somebody_deletes_a_pod(self, position: int, gracefully: bool) -> None:
        (self.world.api.end_pod if gracefully else self.world.api.remove_pod)(self._pod(position))

    @precondition(lambda self: self.world.api.pods)
    @rule(position=POSITION, reason=st.sampled_from(["ImagePullBackOff", "InvalidImageName"]))
    def a_pod_cannot_start(self, position: int, reason: str) -> None:
        self.world.get_stuck(self._pod(position), reason)

    @precondition(lambda self: self.world.api.watched() and not self.world.sidecar)  # a sidecar that is hidden is nobody's to end
    @rule(position=POSITION)
    def somebody_takes_a_pods_label_off(self, position: int) -> None:
        names = sorted(pod["metadata"]["name"] for pod in self.world.api.watched())
        self.world.api.take_label_off(names[position % len(names)])

    @rule(lost=st.booleans())
    def the_node_is_lost_or_comes_back(self, lost: bool) -> None:
        self.world.lost_node = "node-1" if lost else ""

    @rule(suspend=st.booleans())
    def somebody_suspends_or_resumes(self, suspend: bool) -> None:
        self.world.change(suspend=suspend)

    @precondition(lambda self: not self.patient)
    @rule()
    def somebody_cancels(self) -> None:
        self.world.change(cancel=True)

    @precondition(lambda self: not self.patient)
    @rule()
    def somebody_deletes_it_and_makes_another_of_its_name(self) -> None:
        self.world.api.delete_execution()
        self.world.create()

    @precondition(lambda self: not self.patient)
    @rule()
    def somebody_deletes_it_and_a_finalizer_keeps_it(self) -> None:
        self.world.api.doom_execution()

    def _pod(self, position: int) -> str:
        names = sorted(self.world.api.pods)
        return names[position % len(names)]

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.world.change(suspend=False)
            self.world.come_to_an_end()
            LIVED.update([self.world.phase, *(f"attempt {number}" for _, number in self.world.api.created)])
            LIVED["news"] += len(self.world.api.news)


def test_whatever_happens_an_execution_ends_once_and_as_its_pods_say(record_property: Callable[[str, object], None]):
    record_property("GLIDER_SEED", SEED)
    chosen = settings(
        max_examples=LIVES // RUNS,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        print_blob=True,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    try:
        for number in range(RUNS):
            run_state_machine_as_test(seed(SEED + number)(Life), settings=chosen)
    except BaseException as error:
        error.add_note(f"GLIDER_SEED={SEED}")
        raise
    record_property("lived", dict(LIVED))
    assert LIVED["steps"] >= FEWEST_STEPS, LIVED
    assert LIVED["Succeeded"] > 10, LIVED
    assert {"Failed", "TimedOut", "Aborted"} & set(LIVED), LIVED
    assert LIVED["attempt 1"] > 10, LIVED
    assert LIVED["news"] > 100, LIVED
