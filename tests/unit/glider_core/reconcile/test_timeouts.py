"""The three clocks, and what happens when one has run out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from glider.wire.errors import Origin
from glider_core.api.conditions import Condition
from glider_core.api.phases import Phase
from glider_core.api.retrying import Timeouts
from glider_core.api.status import Attempt, Failures, Status
from glider_core.reconcile.observed_pods import ObservedPods
from glider_core.reconcile.reconciling import reconcile
from glider_core.reconcile.timeouts import Clocks, next_deadline, overdue
from tests.unit.glider_core.builders import (
    MINUTE,
    SECOND,
    T0,
    ended_pod,
    make_execution,
    make_pod,
    resolved,
    running_pod,
    success_summary,
    task_document,
    unscheduled_pod,
)

STARTED = Clocks(total=T0, attempt=T0 + 10 * SECOND)
WAITING = Clocks(total=T0, queued=T0)
POD = "divide-0f9d2c4e-a0"


@pytest.mark.parametrize(
    ("timeouts", "clocks", "after", "expected"),
    [
        pytest.param(Timeouts(attempt=MINUTE), STARTED, 70 * SECOND, "AttemptTimeout", id="the attempt's clock starts with its container"),
        pytest.param(Timeouts(attempt=MINUTE), STARTED, 69 * SECOND, None, id="not a second early"),
        pytest.param(Timeouts(queued=MINUTE), WAITING, MINUTE, "QueuedTimeout", id="a pod that nobody schedules"),
        pytest.param(Timeouts(queued=MINUTE), STARTED, 2 * MINUTE, None, id="who runs isn't queued any more"),
        pytest.param(Timeouts(attempt=MINUTE, total=MINUTE), STARTED, 2 * MINUTE, "TotalTimeout", id="total wins: it is final"),
        pytest.param(Timeouts(), STARTED, 99 * MINUTE, None, id="no limit"),
    ],
)
def test_overdue(timeouts, clocks, after, expected):
    limit = overdue(timeouts, clocks, now=T0 + after)
    assert (limit and limit.reason) == expected


def test_the_next_look_is_at_the_earliest_limit_ahead():
    timeouts = Timeouts(attempt=MINUTE, total=2 * MINUTE)
    assert next_deadline(timeouts, STARTED, now=T0) == T0 + 70 * SECOND
    assert next_deadline(timeouts, STARTED, now=T0 + 80 * SECOND) == T0 + 2 * MINUTE
    assert next_deadline(timeouts, STARTED, now=T0 + 3 * MINUTE) is None


def plan_for(*pods, status=None, after, retries=None, **timeouts):
    execution = make_execution(task=task_document(timeouts=timeouts, retries=retries or {}), status=status)
    return reconcile(execution, resolution=resolved(execution), observed=ObservedPods(seen={pod.name: pod for pod in pods}), now=T0 + after)


RUNNING = Status(
    phase=Phase.RUNNING,
    condition=Condition(reason="Running", since=T0),
    started=T0,
    attempts=(Attempt(number=0, pod_name=POD, started=T0 + 2 * SECOND, queued=T0),),
)


def test_a_running_attempt_wakes_us_at_its_limit():
    assert plan_for(running_pod(), status=RUNNING, after=SECOND, attempt="1m").requeue_at == T0 + 62 * SECOND


def test_why_is_put_on_record_before_the_pod_is_deleted():
    plan = plan_for(running_pod(), status=RUNNING, after=62 * SECOND, attempt="1m")
    assert [pod.name for pod in plan.delete] == [POD]
    assert (plan.status.phase, plan.status.condition.reason) == (Phase.RUNNING, "AttemptTimeout")
    assert plan.status.last_attempt.stopping == "AttemptTimeout"
    assert [event.reason for event in plan.events] == ["Stopping"]


STOPPING = replace(RUNNING, attempts=(replace(RUNNING.attempts[0], reason="AttemptTimeout"),))


def test_an_operator_that_died_in_between_deletes_the_pod_and_writes_nothing():
    plan = plan_for(running_pod(), status=STOPPING, after=63 * SECOND, attempt="1m")
    assert ([pod.name for pod in plan.delete], plan.status) == ([POD], None)


def test_a_pod_in_its_grace_period_is_waited_for_but_not_for_ever():
    plan = plan_for(running_pod(deleting=True), status=STOPPING, after=63 * SECOND, attempt="1m")
    assert (plan.delete, plan.status, plan.requeue_at) == ((), None, T0 + 90 * SECOND)
    assert plan_for(running_pod(deleting=True), status=STOPPING, after=91 * SECOND, attempt="1m").status.phase is Phase.TIMED_OUT


@pytest.mark.parametrize(
    "pod",
    [
        pytest.param(ended_pod(exit_code=143, deleting=True), id="it ended with SIGTERM"),
        pytest.param(ended_pod(exit_code=137, deleting=True), id="it had to be killed"),
        pytest.param(replace(running_pod(), vanished=True), id="it is gone"),
    ],
)
def test_the_verdict_is_the_timeout_whatever_the_pod_says(pod):
    status = plan_for(pod, status=STOPPING, after=70 * SECOND, attempt="1m").status
    assert (status.phase, status.condition.true, status.condition.reason) == (Phase.TIMED_OUT, False, "AttemptTimeout")
    assert (status.failure.origin, status.failures) == (Origin.USER, Failures(user=1))


def test_who_finished_in_the_grace_period_has_succeeded():
    plan = plan_for(ended_pod(message=success_summary(o0=5.0), deleting=True), status=STOPPING, after=70 * SECOND, attempt="1m")
    assert plan.status.phase is Phase.SUCCEEDED


def test_an_attempts_timeout_is_retried_on_the_tasks_account():
    plan = plan_for(ended_pod(exit_code=143, deleting=True), status=STOPPING, after=70 * SECOND, attempt="1m", retries={"user": 1})
    assert plan.status.phase is Phase.RETRYING
    assert plan.status.last_attempt.failure.code == "AttemptTimeout"


def test_a_pod_that_nobody_schedules_ends_as_timed_out():
    plan = plan_for(unscheduled_pod("Unschedulable", "0/1 nodes"), after=MINUTE, queued="1m")
    assert plan.status.last_attempt.stopping == "QueuedTimeout"
    gone = replace(unscheduled_pod("Unschedulable", "0/1 nodes"), vanished=True)
    status = plan_for(gone, status=plan.status, after=61 * SECOND, queued="1m").status
    assert (status.phase, status.failure.code, status.failure.origin) == (Phase.TIMED_OUT, "QueuedTimeout", Origin.SYSTEM)
    assert status.failure.message.endswith("Unschedulable: 0/1 nodes")


def test_time_behind_a_queues_gate_does_not_count():
    gated = plan_for(unscheduled_pod("SchedulingGated"), after=10 * MINUTE, queued="1m")
    assert (gated.status.phase, gated.status.condition.reason, gated.delete) == (Phase.QUEUED, "SchedulingGated", ())
    opened = plan_for(unscheduled_pod("Unschedulable"), status=gated.status, after=11 * MINUTE, queued="1m")
    assert opened.status.last_attempt.queued == T0 + 11 * MINUTE
    assert plan_for(unscheduled_pod("Unschedulable"), status=opened.status, after=12 * MINUTE, queued="1m").delete != ()


def test_the_total_runs_while_nothing_does():
    waiting = Status(
        phase=Phase.RETRYING,
        attempts=(Attempt(number=0, completed=T0 + 50 * SECOND, failure=RUNNING.failure),),
    )
    status = plan_for(status=waiting, after=61 * SECOND, total="1m").status
    assert (status.phase, status.condition.reason, status.completed) == (Phase.TIMED_OUT, "TotalTimeout", T0 + 61 * SECOND)


def test_who_waits_for_a_pod_to_be_allowed_is_woken_for_the_total():
    plan = plan_for(after=SECOND, total="1m")
    assert (plan.create.attempt, plan.requeue_at) == (0, T0 + MINUTE)
    assert plan_for(after=MINUTE, total="1m").status.phase is Phase.TIMED_OUT


def test_the_total_is_never_retried():
    status = plan_for(running_pod(), status=RUNNING, after=MINUTE, total="1m", retries={"user": 9, "retryOn": ["TotalTimeout"]}).status
    gone = replace(running_pod(), vanished=True)
    ended = plan_for(gone, status=status, after=MINUTE, total="1m", retries={"user": 9, "retryOn": ["TotalTimeout"]}).status
    assert (ended.phase, ended.failure.code) == (Phase.TIMED_OUT, "TotalTimeout")


def test_zero_takes_back_a_templates_limit():
    execution = make_execution(task=task_document(timeouts={"attempt": "1m"}), timeouts={"attempt": "0"})
    assert resolved(execution).timeouts == Timeouts()


def test_a_pod_without_a_limit_is_left_alone():
    assert plan_for(make_pod(), after=SECOND).delete == ()
