"""The next attempt's pod: created, or what it waits for. Admission's answer and the last refusal are inputs like any other."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from glider_core.api.execution import Execution
from glider_core.api.phases import Phase
from glider_core.api.status import Attempt, Status
from glider_core.reconcile.admission import Limit, Rank, Turn
from glider_core.reconcile.observed_pods import ObservedPods
from glider_core.reconcile.plan import NOTHING, Plan
from glider_core.reconcile.reconciling import reconcile
from glider_core.reconcile.refusals import Refusal
from glider_core.resolve.resolution import Unconfigured
from tests.unit.glider_core.builders import SECOND, T0, ended_pod, make_execution, make_pod, resolved, running_pod, task_document

FULL = Limit(group=("default",), most=2, name="maxConcurrent of namespace default")
FAILED = Attempt(number=0, pod_name="divide-0f9d2c4e-a0", started=T0, completed=T0)
NO_SECRET = 'Secret "a" is not there yet'


def refused(reason: str, message: str = "no", *, at: datetime = T0, lasts: timedelta = SECOND, since: datetime | None = None, **more: Any):
    return Refusal(reason=reason, message=message, at=at, since=since or at, until=at + lasts, **more)


def plan_for(execution: Execution, *, now: datetime = T0, pods: tuple[Any, ...] = (), **inputs: Any) -> Plan:
    observed = ObservedPods(seen={pod.name: pod for pod in pods})
    inputs.setdefault("resolution", resolved(execution))
    return reconcile(execution, observed=observed, now=now, **inputs)


def says_nothing(plan: Plan) -> bool:
    return (plan.status, plan.events, plan.create, plan.delete) == (None, (), None, ())


class TestHeld:
    """Others have all the places."""

    def test_it_waits_in_the_limits_line_by_its_priority_and_age(self):
        execution = make_execution(task=task_document(), priority=3)
        plan = plan_for(execution, full=FULL)
        assert plan.create is None
        assert plan.held_by == Turn(limit=FULL, rank=Rank(negative_priority=-3, created=execution.created, uid=execution.uid))

    def test_a_full_line_is_told_only_if_it_lasts(self):
        execution = make_execution()
        assert plan_for(execution, full=FULL, now=T0 + SECOND).requeue_at == T0 + 5 * SECOND
        plan = plan_for(execution, full=FULL, now=T0 + 6 * SECOND)
        assert plan.status is not None
        assert (plan.status.phase, plan.status.condition.reason) == (Phase.PENDING, "ConcurrencyLimit")
        assert plan.status.condition.message == "maxConcurrent of namespace default lets 2 run at once, and they do."
        again = plan_for(replace(execution, status=plan.status), full=FULL, now=T0 + 9 * SECOND)
        assert says_nothing(again)
        assert again.held_by is not None

    def test_its_deadline_is_looked_at_all_the_same(self):
        execution = make_execution(timeouts={"total": "3s"})
        assert plan_for(execution, full=FULL, now=T0 + SECOND).requeue_at == T0 + 3 * SECOND

    def test_a_pod_that_runs_is_followed(self):
        plan = plan_for(make_execution(), pods=(running_pod(),), full=FULL, now=T0 + 9 * SECOND)
        assert plan.held_by is None
        assert plan.status is not None
        assert plan.status.phase is Phase.RUNNING


class TestBlocked:
    """The API server or the store refused it for now, or something isn't there."""

    def test_a_used_up_quota_is_told_once(self):
        execution = make_execution()
        quota = refused("QuotaExceeded", "exceeded quota: pods")
        plan = plan_for(execution, refusal=quota)
        assert plan.status is not None
        assert (plan.status.phase, plan.status.condition.reason) == (Phase.PENDING, "QuotaExceeded")
        assert (plan.blocked_by, plan.create) == (quota, None)
        again = plan_for(replace(execution, status=plan.status), refusal=quota)
        assert says_nothing(again)
        assert again.blocked_by == quota

    def test_one_missing_secret_after_the_other_is_told_and_each_once(self):
        execution = make_execution()
        first = plan_for(execution, refusal=refused("SecretNotFound", NO_SECRET))
        assert first.status is not None
        waiting = replace(execution, status=first.status)
        assert says_nothing(plan_for(waiting, refusal=refused("SecretNotFound", NO_SECRET)))
        second = plan_for(waiting, refusal=refused("SecretNotFound", 'Secret "b" is not there yet'))
        assert second.status is not None
        assert second.status.condition.message == second.events[0].message == 'Secret "b" is not there yet'

    def test_a_quota_whose_numbers_change_is_no_news(self):
        execution = make_execution()
        first = plan_for(execution, refusal=refused("QuotaExceeded", "used: pods=3"))
        assert first.status is not None
        assert says_nothing(plan_for(replace(execution, status=first.status), refusal=refused("QuotaExceeded", "used: pods=4")))

    @pytest.mark.parametrize(
        ("after", "creates"),
        [
            pytest.param(timedelta(), False, id="at once it isn't tried again"),
            pytest.param(6.9 * SECOND, False, id="nor before the API server wants to be asked"),
            pytest.param(7 * SECOND, True, id="then it is"),
            pytest.param(-60 * SECOND, True, id="a clock that was set back doesn't keep it"),
        ],
    )
    def test_it_counts_for_as_long_as_the_api_server_said(self, after, creates):
        plan = plan_for(make_execution(), refusal=refused("QuotaExceeded", lasts=7 * SECOND), now=T0 + after)
        assert (plan.create is not None) == creates
        assert (plan.blocked_by is not None) != creates

    def test_an_event_meanwhile_has_it_tried_again_as_soon_as_the_refusal_no_longer_counts(self):
        refusal = refused("QuotaExceeded", lasts=7 * SECOND)
        assert plan_for(make_execution(), refusal=refusal).requeue_at is None, "the work queue's back-off counts"
        assert plan_for(make_execution(), refusal=refusal, now=T0 + SECOND).requeue_at == refusal.until

    @pytest.mark.parametrize(
        ("pods", "release"),
        [
            pytest.param((), True, id="without a pod"),
            pytest.param((ended_pod(exit_code=1),), True, id="with one that is over"),
            pytest.param(
                (make_pod(deletion_timestamp="2026-01-31T12:00:30Z", phase="Succeeded"),), True, id="with one that is over and goes"
            ),
        ],
    )
    def test_it_leaves_its_place_to_others(self, pods, release):
        execution = make_execution(status=Status(phase=Phase.RETRYING, attempts=(FAILED,)))
        assert plan_for(execution, pods=pods, refusal=refused("QuotaExceeded")).release == release

    @pytest.mark.parametrize(
        ("since", "told"),
        [pytest.param(timedelta(), False, id="for a moment"), pytest.param(10 * SECOND, True, id="for longer")],
    )
    def test_an_api_server_that_is_unavailable_is_told_of_if_that_lasts_and_takes_the_place_only_then(self, since, told):
        refusal = refused("APIServerUnavailable", since=T0 - since)
        plan = plan_for(make_execution(), refusal=refusal)
        assert says_nothing(plan) != told
        assert (plan.release, plan.blocked_by) == (told, refusal)

    def test_it_is_no_question_of_whose_turn_it_is(self):
        plan = plan_for(make_execution(), refusal=refused("QuotaExceeded"), full=FULL)
        assert (plan.held_by, plan.blocked_by is not None) == (None, True)

    def test_it_can_be_cancelled(self):
        plan = plan_for(make_execution(cancel=True), refusal=refused("QuotaExceeded"))
        assert plan.status is not None
        assert (plan.status.phase, plan.blocked_by) == (Phase.ABORTED, None)

    def test_an_event_says_which_attempt_cant_be_made(self):
        execution = make_execution(status=Status(phase=Phase.RETRYING, attempts=(FAILED,)))
        for final in (False, True):
            assert plan_for(execution, refusal=refused("Forbidden", final=final)).events[0].attempt == 1


class TestRefused:
    """It would be refused again."""

    def test_it_ends_with_the_api_servers_words(self):
        refusal = refused("PodRejected", "Pod is invalid: spec.containers[0].image", final=True)
        plan = plan_for(make_execution(timeouts={"total": "1h"}), refusal=refusal)
        status = plan.status
        assert status is not None
        assert (status.phase, status.condition.reason) == (Phase.FAILED, "PodRejected")
        assert status.failure is not None
        assert "spec.containers[0].image" in status.failure.message
        assert (plan.requeue_at, plan.blocked_by) == (None, None), "what follows from the end isn't put off"


class TestUnconfigured:
    """Nobody knows by which rules it is to run."""

    WHY = Unconfigured(message="entries don't fit together")

    def test_it_is_told_once(self):
        execution = make_execution()
        plan = plan_for(execution, resolution=self.WHY)
        assert plan.status is not None
        assert (plan.status.phase, plan.status.condition.reason) == (Phase.PENDING, "ConfigurationRefused")
        assert plan_for(replace(execution, status=plan.status), resolution=self.WHY) == NOTHING

    def test_a_pod_that_is_there_is_left_alone(self):
        plan = plan_for(make_execution(), pods=(ended_pod(exit_code=1),), resolution=self.WHY)
        assert plan.status is not None
        assert plan.status.condition.reason == "ConfigurationRefused"
        assert plan.status.attempts == ()

    def test_so_is_an_execution_that_is_finished(self):
        execution = make_execution(status=Status(phase=Phase.SUCCEEDED, completed=T0), ttlSecondsAfterFinished=1)
        assert plan_for(execution, now=T0 + 60 * SECOND, resolution=self.WHY) == NOTHING
