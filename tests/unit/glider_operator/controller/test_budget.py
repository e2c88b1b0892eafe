"""Optional API calls give way by how slowly the API server answers, however much happens at once."""

from __future__ import annotations

import pytest

from glider_core.api.phases import Phase
from glider_core.api.status import Status
from glider_core.kube.throttle import TokenBucket
from glider_core.reconcile.allowance import NORMAL, REDUCED
from glider_core.reconcile.plan import Launch, Plan
from glider_operator.controller.budget import ApiBudget
from tests.unit.glider_core.builders import make_execution, make_pod, resolved
from tests.unit.glider_operator.controller.fakes import Clock

START = Plan(create=Launch(task=resolved(make_execution()), attempt=0))
END = Plan(status=Status(phase=Phase.SUCCEEDED))
RUNNING = Plan(status=Status(phase=Phase.RUNNING))
LOOKUP = Plan(ask=make_pod())


class Api:
    """How slowly it answers, as the test sets it."""

    latency = 0.004

    def __call__(self) -> float:
        return self.latency


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def api() -> Api:
    return Api()


@pytest.fixture
def budget(clock: Clock, api: Api) -> ApiBudget:
    return ApiBudget(events=TokenBucket(qps=5, burst=25, clock=clock), write_latency=api, clock=clock)


def shown(budget: ApiBudget, clock: Clock, *, seconds: int) -> int:
    """How many executions are shown as running meanwhile, where ten a second could be."""
    count = 0
    for tenth in range(seconds * 10):
        clock.now = tenth / 10
        if budget.allowance.brief == NORMAL.brief:
            budget.spend(RUNNING)
            count += 1
    return count


@pytest.mark.parametrize("phase", [Phase.QUEUED, Phase.INITIALIZING, Phase.RUNNING])
def test_after_twenty_five_writes_at_once_that_show_progress_it_is_shown_later_until_there_is_room_again(budget, clock, phase):
    assert budget.allowance == NORMAL
    for _ in range(25):
        budget.spend(Plan(status=Status(phase=phase)))
    assert budget.allowance == REDUCED
    clock.now = 0.2
    assert budget.allowance == NORMAL


@pytest.mark.parametrize("necessary", [START, END], ids=["pods", "ends"])
def test_what_is_necessary_takes_nothing_from_it(budget, necessary):
    for _ in range(10_000):
        budget.spend(necessary)
    assert budget.allowance == NORMAL
    assert budget.may_post()


@pytest.mark.parametrize(
    ("latency", "least", "most"),
    [
        pytest.param(0.004, 300, 330, id="4 ms, an API server at rest: as many as their own rate lets through, five a second"),
        pytest.param(0.020, 150, 180, id="20 ms: two or three a second"),
        pytest.param(0.100, 30, 40, id="100 ms: one in two seconds"),
        pytest.param(0.500, 5, 8, id="half a second, as in a burst: one in ten seconds"),
        pytest.param(30.0, 5, 8, id="half a minute: one in ten seconds, since nothing is to be shown never"),
    ],
)
def test_the_slower_the_api_server_answers_the_fewer_executions_are_shown_as_running(budget, clock, api, latency, least, most):
    api.latency = latency
    assert least <= shown(budget, clock, seconds=60) <= most


def test_in_a_burst_normal_events_are_not_posted(budget, api):
    api.latency = 0.5
    assert [budget.may_post() for _ in range(100)].count(True) == 1


def test_without_adaption_only_the_fixed_rates_count():
    clock = Clock()
    budget = ApiBudget(events=TokenBucket(qps=5, burst=25, clock=clock), write_latency=None, clock=clock)
    for _ in range(10):
        assert budget.allowance.asks
        budget.spend(LOOKUP)
    assert not budget.allowance.asks
    assert [budget.may_post() for _ in range(26)] == [True] * 25 + [False]
    assert 300 <= shown(budget, clock, seconds=60) <= 330


def test_soon_after_a_burst_they_are_again(budget, clock, api):
    api.latency = 0.5
    assert budget.may_post()
    api.latency = 0.004
    clock.now = 0.2
    assert budget.may_post()


def test_normal_events_have_a_rate_of_their_own_too(budget):
    assert [budget.may_post() for _ in range(26)] == [True] * 25 + [False]


def test_events_are_listed_ten_times_at_once_and_then_once_a_second(budget, clock):
    for _ in range(10):
        assert budget.allowance.asks
        budget.spend(LOOKUP)
    assert not budget.allowance.asks
    clock.now = 1.0
    assert budget.allowance.asks


def test_a_list_of_events_costs_five_writes(budget, clock, api):
    api.latency = 0.05
    budget.spend(LOOKUP)
    budget.spend(LOOKUP)
    assert not budget.allowance.asks
    assert budget.allowance.brief == REDUCED.brief


def test_events_of_pods_that_have_ended_are_looked_up_with_what_nobody_else_needs(budget, clock):
    asked = sum(budget.may_ask_for_history() for _ in range(1_000))
    assert 5 <= asked <= 10
    assert budget.allowance.asks, "pods that wait come first"
    clock.now += 60
    assert budget.may_ask_for_history()


def test_none_are_while_the_api_server_answers_slowly(budget, api):
    api.latency = 5.0
    assert budget.may_ask_for_history()  # what has been saved up
    assert not budget.may_ask_for_history()
