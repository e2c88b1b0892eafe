"""No attempt starts while the task of an earlier one may still run, and none waits for ever."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from glider_core.api.conditions import Condition
from glider_core.api.phases import Phase
from glider_core.api.status import Attempt, Failures, Status
from glider_core.reconcile.observed_pods import ObservedPods
from glider_core.reconcile.reconciling import reconcile
from glider_core.reconcile.replacing import predecessor
from tests.unit.glider_core.builders import MINUTE, SECOND, T0, ended_pod, make_execution, make_pod, resolved, running_pod

ENDING = replace(running_pod(), deletion=T0 + 30 * SECOND)


def holds_up(*pods, after: timedelta = timedelta(), number: int = 1) -> str | None:
    earlier = predecessor(ObservedPods(seen={pod.name: pod for pod in pods}), number=number, now=T0 + after)
    return None if earlier is None else earlier.pod.name


@pytest.mark.parametrize(
    ("pod", "after", "waits"),
    [
        pytest.param(running_pod(), MINUTE, True, id="one that runs"),
        pytest.param(make_pod(), MINUTE, True, id="one that may still start"),
        pytest.param(ENDING, 10 * SECOND, True, id="one that is being ended"),
        pytest.param(ENDING, 89 * SECOND, True, id="one that should have ended, a minute long"),
        pytest.param(ENDING, 90 * SECOND, False, id="one that is lost with its node"),
        pytest.param(ended_pod(), MINUTE, False, id="one that is over"),
        pytest.param(replace(running_pod(), vanished=True), MINUTE, False, id="one that is gone"),
    ],
)
def test_what_the_next_attempt_waits_for(pod, after, waits):
    assert (holds_up(pod, after=after) == pod.name) is waits


def test_an_attempt_does_not_wait_for_itself_or_for_later_ones():
    assert holds_up(running_pod(attempt=1), number=1) is None
    assert holds_up(running_pod(attempt=2), number=1) is None


def after_a_failure(*pods, after: timedelta, reason: str = "Retrying", total: str | None = None):
    """Attempt 0 failed at T0; another may follow."""
    over = Attempt(number=0, completed=T0, reason="NodeNotResponding")
    status = Status(phase=Phase.RETRYING, condition=Condition(reason=reason), attempts=(over,), failures=Failures(unstarted=1))
    execution = make_execution(status=status, retries={"system": 1}, timeouts={"total": total} if total else {})
    seen = {pod.name: pod for pod in pods}
    return reconcile(execution, resolution=resolved(execution), observed=ObservedPods(seen=seen), now=T0 + after)


def test_the_earlier_pod_is_deleted_first():
    plan = after_a_failure(running_pod(), after=SECOND)
    assert (plan.create, plan.status, [pod.attempt for pod in plan.delete]) == (None, None, [0])


def test_a_wait_of_more_than_five_seconds_is_put_on_record_once():
    plan = after_a_failure(ENDING, after=6 * SECOND)
    assert (plan.create, plan.status.phase, plan.status.condition.reason) == (None, Phase.RETRYING, "PodTerminating")
    assert ENDING.name in plan.status.condition.message
    assert "2026-01-31T12:01:30Z" in plan.status.condition.message
    assert plan.requeue_at == T0 + 90 * SECOND
    assert after_a_failure(ENDING, after=7 * SECOND, reason="PodTerminating").status is None


def test_it_ends_when_the_pod_counts_as_lost():
    assert after_a_failure(ENDING, after=90 * SECOND, reason="PodTerminating").create.attempt == 1


def test_it_ends_when_the_executions_time_is_over():
    plan = after_a_failure(ENDING, after=MINUTE, reason="PodTerminating", total="1m")
    assert (plan.create, plan.status.condition.reason) == (None, "TotalTimeout")
