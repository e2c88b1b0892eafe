"""What isn't necessary is bounded, however much happens at once."""

from __future__ import annotations

import pytest

from glider_operator.app.budget import Budget
from glider_operator.kube.throttle import TokenBucket
from glider_operator.model.phases import Phase
from glider_operator.model.status import Status
from glider_operator.reconcile.leisure import AT_EASE, IN_A_CROWD
from glider_operator.reconcile.plan import Launch, Plan
from tests.unit.glider_operator.app.fakes import Clock
from tests.unit.glider_operator.builders import make_pod

START = Plan(create=Launch(attempt=0))
END = Plan(status=Status(phase=Phase.SUCCEEDED))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def budget(clock: Clock) -> Budget:
    return Budget(events=TokenBucket(qps=5, burst=25, clock=clock), clock=clock)


@pytest.mark.parametrize("phase", [Phase.QUEUED, Phase.INITIALIZING, Phase.RUNNING])
def test_after_twenty_five_writes_at_once_that_show_progress_it_is_shown_later_until_there_is_room_again(budget, clock, phase):
    assert budget.leisure == AT_EASE
    for _ in range(25):
        budget.spend(Plan(status=Status(phase=phase)))
    assert budget.leisure == IN_A_CROWD
    clock.now = 0.2
    assert budget.leisure == AT_EASE


@pytest.mark.parametrize("necessary", [START, END], ids=["pods", "ends"])
def test_after_a_hundred_and_twenty_at_once_it_is_a_crowd_in_which_no_normal_event_is_told(budget, clock, necessary):
    for _ in range(120):
        assert budget.leisure == AT_EASE
        budget.spend(necessary)
    assert budget.may_tell()
    budget.spend(necessary)
    assert budget.leisure == IN_A_CROWD
    assert not budget.may_tell()
    clock.now = 0.1
    assert budget.leisure == AT_EASE
    assert budget.may_tell()


@pytest.mark.parametrize(("a_second", "crowd"), [(10, False), (25, True)])
def test_as_many_executions_a_second_are_a_crowd_for_as_long_as_they_come(budget, clock, a_second, crowd):
    for number in range(30 * a_second):
        clock.now = number / a_second
        budget.spend(START)
        budget.spend(END)
    assert (budget.leisure == IN_A_CROWD) is crowd


def test_a_crowd_is_over_four_seconds_after_the_last_of_it_however_large_it_was(budget, clock):
    for _ in range(10_000):
        budget.spend(START)
    clock.now = 3.9
    assert budget.leisure == IN_A_CROWD
    clock.now = 4.0
    assert budget.leisure == AT_EASE


def test_normal_events_have_a_budget_where_there_is_no_crowd_too(budget):
    assert [budget.may_tell() for _ in range(26)] == [True] * 25 + [False]


def test_events_are_asked_for_ten_times_at_once_and_then_once_a_second(budget, clock):
    for _ in range(10):
        assert budget.leisure.asks
        budget.spend(Plan(ask=make_pod()))
    assert not budget.leisure.asks
    clock.now = 1.0
    assert budget.leisure.asks
