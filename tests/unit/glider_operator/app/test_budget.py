"""What isn't necessary is bounded, however much happens at once."""

from __future__ import annotations

import pytest

from glider_operator.app.budget import Budget
from glider_operator.model.phases import Phase
from glider_operator.model.status import Status
from glider_operator.reconcile.leisure import AT_EASE, IN_A_CROWD
from glider_operator.reconcile.plan import Plan
from tests.unit.glider_operator.builders import make_pod

OVER = Plan(status=Status(phase=Phase.SUCCEEDED))


@pytest.mark.parametrize("phase", [Phase.QUEUED, Phase.INITIALIZING, Phase.RUNNING])
def test_after_twenty_five_writes_at_once_that_show_progress_it_is_shown_later_until_there_is_room_again(phase):
    now = 0.0
    budget = Budget(clock=lambda: now)
    assert budget.leisure == AT_EASE
    for _ in range(25):
        budget.spend(Plan(status=Status(phase=phase)))
    assert budget.leisure == IN_A_CROWD
    now = 0.2
    assert budget.leisure == AT_EASE


def test_ends_take_nothing_of_it():
    budget = Budget(clock=lambda: 0.0)
    for _ in range(1_000):
        budget.spend(OVER)
    assert budget.leisure == AT_EASE


def test_events_are_asked_for_ten_times_at_once_and_then_once_a_second():
    now = 0.0
    budget = Budget(clock=lambda: now)
    for _ in range(10):
        assert budget.leisure.asks
        budget.spend(Plan(ask=make_pod()))
    assert not budget.leisure.asks
    now = 1.0
    assert budget.leisure.asks
