"""The time that decisions go by is the API server's, whatever this machine's clock says."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime

import pytest

from glider_core.kube.clock import ServerClock
from tests.unit.glider_core.builders import SECOND, T0

HALF = timedelta(seconds=0.5)


class Scene:
    """A machine whose clock is `ahead` of the API server's."""

    def __init__(self, *, ahead: timedelta = timedelta()) -> None:
        self.ahead = ahead
        self.slept = timedelta()
        self.seconds = 100.0
        self.slept = timedelta()
        self.clock = ServerClock(own=lambda: self.true + self.ahead, monotonic=lambda: self.seconds)

    @property
    def true(self):
        return T0 + timedelta(seconds=self.seconds) + self.slept

    def reads(self, *, took: float = 0.01, off: timedelta = timedelta()) -> None:
        self.clock.observe(format_datetime(self.true + off, usegmt=True), took)


@pytest.mark.parametrize("ahead", [-600, -10, 10, 600])
def test_a_clock_that_is_off_is_put_right_by_an_answer(ahead):
    scene = Scene(ahead=ahead * SECOND)
    scene.reads()
    assert abs(scene.clock.now() - scene.true) <= HALF


@pytest.mark.parametrize("ahead", [-1.4, 0, 1.4])
def test_a_difference_below_a_second_changes_nothing(ahead):
    scene = Scene(ahead=timedelta(seconds=ahead))
    scene.reads()
    assert scene.clock.now() == scene.true + scene.ahead


@pytest.mark.parametrize("to", [0, 900])
def test_a_clock_that_is_set_meanwhile_makes_no_difference(to):
    scene = Scene(ahead=600 * SECOND)
    scene.reads()
    scene.ahead = to * SECOND
    scene.seconds += 10
    assert abs(scene.clock.now() - scene.true) <= HALF
    scene.reads()
    assert abs(scene.clock.now() - scene.true) <= HALF


def test_a_machine_that_slept_is_put_right_by_the_next_answer():
    scene = Scene()
    scene.reads()
    scene.slept = 3_600 * SECOND  # the monotonic clock stands still meanwhile
    scene.seconds += 10
    scene.reads()
    assert abs(scene.clock.now() - scene.true) <= HALF


@pytest.mark.parametrize("ahead", [-3600, 0])
@pytest.mark.parametrize("step", [-3600, -30, 30, 3600])
def test_a_step_of_the_own_clock_moves_nothing_not_even_until_the_next_answer(ahead, step):
    scene = Scene(ahead=ahead * SECOND)
    scene.reads()
    scene.seconds += 1
    scene.ahead += step * SECOND
    assert abs(scene.clock.now() - scene.true) <= HALF
    scene.reads()
    scene.seconds += 10
    scene.reads()
    assert abs(scene.clock.now() - scene.true) <= HALF


def test_a_machine_that_slept_gets_the_time_from_the_next_answer():
    scene = Scene()
    scene.reads()
    scene.slept += 600 * SECOND
    scene.seconds += 10
    scene.reads()
    assert abs(scene.clock.now() - scene.true) <= HALF


@pytest.mark.parametrize("date", [None, "", "yesterday"], ids=["no date", "an empty one", "none that can be read"])
def test_an_answer_that_does_not_say_when_changes_nothing(date):
    scene = Scene(ahead=600 * SECOND)
    scene.clock.observe(date, 0.01)
    assert scene.clock.now() == scene.true + scene.ahead


def test_an_answer_that_took_long_may_be_about_another_time():
    scene = Scene()
    scene.reads(took=5.0, off=-5 * SECOND)
    assert scene.clock.now() == scene.true
