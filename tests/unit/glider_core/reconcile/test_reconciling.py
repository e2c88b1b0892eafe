"""What is done about an execution, situation by situation."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from glider.wire.errors import Kind, Origin
from glider.wire.summary import Summary, encode_summary
from glider_core.api.conditions import Condition
from glider_core.api.phases import Phase
from glider_core.api.status import Attempt, Failures, Status
from glider_core.reconcile.allowance import NORMAL, REDUCED
from glider_core.reconcile.observed_pods import ObservedPods
from glider_core.reconcile.plan import NOTHING, Plan
from glider_core.reconcile.reconciling import reconcile
from glider_core.resolve.resolution import Awaited, Refused
from tests.unit.glider_core.builders import (
    MINUTE,
    SECOND,
    T0,
    container_status,
    ended_pod,
    failure_summary,
    make_execution,
    make_pod,
    resolved,
    running_pod,
    success_summary,
    task_document,
    waiting_pod,
)

POD = "divide-0f9d2c4e-a0"
NEXT_POD = "divide-0f9d2c4e-a1"
RUNNING = Status(
    phase=Phase.RUNNING,
    condition=Condition(reason="Running", since=T0),
    attempts=(Attempt(number=0, pod_name=POD, started=T0, queued=T0),),
    started=T0,
)
RECOVERABLE = failure_summary(code="USER:Recoverable", kind="RECOVERABLE", message="Traceback\nValueError: again")


def plan_for(*pods, status=None, now=T0 + SECOND, created=None, gone=(), retries=None, resolution=None, allowance=NORMAL):
    execution = make_execution(task=task_document(retries=retries or {"user": 1}), status=status)
    observed = ObservedPods(seen={pod.name: pod for pod in pods}, created=created or {}, gone=frozenset(gone))
    return reconcile(execution, resolution=resolution or resolved(execution), observed=observed, now=now, allowance=allowance)


def test_a_new_execution_gets_a_pod_and_no_status_write():
    plan = plan_for()
    assert plan.create.attempt == 0
    assert plan.status is None
    assert [event.reason for event in plan.events] == ["Created"]


def test_a_pod_that_the_watch_has_not_shown_yet_is_awaited():
    plan = plan_for(created={POD: T0})
    assert plan.create is None
    assert plan.confirm is None
    assert plan.requeue_at == T0 + 10 * SECOND


def test_a_pod_that_the_watch_never_shows_is_looked_up():
    assert plan_for(created={POD: T0}, now=T0 + 10 * SECOND).confirm == POD


def test_a_recorded_pod_that_is_not_seen_is_looked_up_before_it_counts_as_lost():
    assert plan_for(status=RUNNING).confirm == POD


def test_a_pod_that_is_really_gone_is_a_system_failure_and_retried():
    plan = plan_for(status=RUNNING, gone=[POD])
    assert plan.status.phase is Phase.RETRYING
    assert plan.status.failures == Failures(system=1)
    assert plan.status.last_attempt.failure.code == "PodDeleted"


def test_a_pod_found_at_startup_is_followed_and_no_other_created():
    plan = plan_for(running_pod())
    assert plan.create is None
    assert plan.status.phase is Phase.RUNNING
    assert plan.status.last_attempt.pod_name == POD


UNSCHEDULABLE = make_pod(conditions=[{"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "no node"}])


@pytest.mark.parametrize(
    ("pod", "after", "phase", "requeue_at"),
    [
        pytest.param(make_pod(), 29, None, 30, id="a short wait for no special reason isn't worth a write"),
        pytest.param(make_pod(), 30, Phase.QUEUED, None, id="a long one is"),
        pytest.param(waiting_pod("ContainerCreating"), 6, None, 20, id="a container on its way, whose Events are asked for by and by"),
        pytest.param(UNSCHEDULABLE, 4, None, 5, id="no node for a moment"),
        pytest.param(UNSCHEDULABLE, 5, Phase.QUEUED, None, id="no node for longer"),
        pytest.param(waiting_pod("ImagePullBackOff"), 6, Phase.INITIALIZING, 300, id="an image that can't be pulled"),
        pytest.param(running_pod(), 4, None, 5, id="what may be over in a moment was never Running"),
        pytest.param(running_pod(), 5, Phase.RUNNING, None, id="Running soon after the start"),
        pytest.param(running_pod(), 1, Phase.RUNNING, None, id="a start in the future, by a node whose clock is wrong"),
    ],
)
def test_progress_is_written_when_it_is_news(pod, after, phase, requeue_at):
    plan = plan_for(pod, now=T0 + after * SECOND)
    assert (plan.status and plan.status.phase) == phase
    assert plan.requeue_at == (requeue_at and T0 + requeue_at * SECOND)


@pytest.mark.parametrize(
    ("pod", "after", "phase", "requeue_at"),
    [
        pytest.param(running_pod(), 4, None, 22, id="Running after a longer while"),
        pytest.param(running_pod(), 22, Phase.RUNNING, None, id="that in any case"),
        pytest.param(make_pod(), 119, None, 120, id="a wait for no special reason after a long while"),
        pytest.param(make_pod(), 120, Phase.QUEUED, None, id="and then in any case"),
        pytest.param(waiting_pod("ContainerCreating"), 20, None, 30, id="Events of a pod that says nothing are asked for later"),
        pytest.param(UNSCHEDULABLE, 5, Phase.QUEUED, None, id="no node as ever"),
    ],
)
def test_where_much_happens_at_once_less_is_news(pod, after, phase, requeue_at):
    plan = plan_for(pod, now=T0 + after * SECOND, allowance=replace(REDUCED, asks=False))
    assert (plan.status and plan.status.phase, plan.ask) == (phase, None)
    assert plan.requeue_at == (requeue_at and T0 + requeue_at * SECOND)


def test_the_events_of_a_pod_that_no_scheduler_looks_at_are_asked_once_it_is_shown_as_queued():
    shown = plan_for(make_pod(), now=T0 + 30 * SECOND)
    assert (shown.status.phase, shown.ask) == (Phase.QUEUED, None)
    assert plan_for(make_pod(), status=shown.status, now=T0 + 30 * SECOND).ask is not None


@pytest.mark.parametrize(
    ("allowance", "after", "phase", "requeue_at"),
    [
        pytest.param(NORMAL, 40, Phase.INITIALIZING, None, id="at ease each step is shown"),
        pytest.param(REDUCED, 49, None, 50, id="in a crowd not the one that may be over in a moment"),
        pytest.param(REDUCED, 50, Phase.INITIALIZING, None, id="but the one that lasts"),
    ],
)
def test_what_is_shown_as_waiting_is_followed_to_the_next_step(allowance, after, phase, requeue_at):
    queued = plan_for(make_pod(), now=T0 + 30 * SECOND).status
    scheduled = {"type": "PodScheduled", "status": "True", "lastTransitionTime": "2026-01-31T12:00:40Z"}
    running = container_status("running", name="glider-executor", startedAt="2026-01-31T12:00:40Z")
    pod = make_pod(node="node-1", conditions=[scheduled], initContainerStatuses=[running])
    plan = plan_for(pod, status=queued, now=T0 + after * SECOND, allowance=allowance)
    assert (plan.status and plan.status.phase) == phase
    assert plan.requeue_at == (requeue_at and T0 + requeue_at * SECOND)


def test_a_pod_that_says_nothing_for_long_has_its_events_asked_for():
    pod = waiting_pod("ContainerCreating")
    assert plan_for(pod, now=T0 + 20 * SECOND).ask is pod


def test_what_is_on_record_is_not_written_again():
    assert plan_for(running_pod(), status=RUNNING) == NOTHING


def test_the_waiting_reason_is_the_conditions_reason():
    condition = plan_for(waiting_pod("ImagePullBackOff", "no such image"), now=T0 + MINUTE).status.condition
    assert (condition.true, condition.reason) == (None, "ImagePullBackOff")
    assert "no such image" in condition.message


def test_success_without_running_having_been_written():
    plan = plan_for(ended_pod(message=success_summary(o0=5.0)), now=T0 + MINUTE)
    status = plan.status
    assert (status.phase, status.condition.true, status.condition.reason) == (Phase.SUCCEEDED, True, "Completed")
    assert status.outputs == {"o0": 5.0}
    assert status.started == T0
    assert status.completed == T0 + 10 * SECOND
    assert [event.reason for event in plan.events] == ["Succeeded"]


def test_a_dynamic_task_succeeds_and_says_that_its_nodes_are_still_to_be_run():
    message = encode_summary(Summary(futures=True)).decode()
    status = plan_for(ended_pod(message=message)).status
    assert (status.phase, status.condition.true, status.condition.reason) == (Phase.SUCCEEDED, True, "FuturesWritten")
    assert "/0/futures.pb" in status.condition.message
    assert (status.outputs, status.outputs_uri) == (None, None)


def test_an_error_that_no_retry_helps_ends_the_execution_and_keeps_its_origin():
    plan = plan_for(ended_pod(exit_code=1, message=failure_summary()))
    status = plan.status
    assert (status.phase, status.condition.true, status.condition.reason) == (Phase.FAILED, False, "UserError")
    assert (status.failure.kind, status.failure.origin) == (Kind.NON_RECOVERABLE, Origin.USER)
    assert plan.events[0].warning


def test_a_recoverable_error_is_retried_after_a_wait():
    plan = plan_for(ended_pod(exit_code=1, message=RECOVERABLE), now=T0 + 11 * SECOND)
    assert plan.status.phase is Phase.RETRYING
    assert plan.status.condition.true is None
    assert "ValueError: again" in plan.status.condition.message
    assert T0 + 14 * SECOND <= plan.requeue_at <= T0 + 15 * SECOND

    early = plan_for(ended_pod(exit_code=1, message=RECOVERABLE), status=plan.status, now=plan.requeue_at - SECOND)
    assert (early.create, early.requeue_at) == (None, plan.requeue_at)

    due = plan_for(ended_pod(exit_code=1, message=RECOVERABLE), status=plan.status, now=plan.requeue_at)
    assert due.create.attempt == 1


def test_used_up_user_retries_end_the_execution_with_the_last_error():
    first = Attempt(number=0, pod_name=POD, completed=T0)
    status = Status(phase=Phase.RETRYING, attempts=(first,), failures=Failures(user=1))
    plan = plan_for(ended_pod(attempt=1, exit_code=1, message=RECOVERABLE), status=status)
    assert plan.status.phase is Phase.FAILED
    assert plan.status.failure.origin is Origin.USER
    assert [attempt.number for attempt in plan.status.attempts] == [0, 1]


def test_system_failures_do_not_use_up_user_retries():
    status = Status(phase=Phase.RETRYING, attempts=(Attempt(number=2, completed=T0),), failures=Failures(system=3))
    plan = plan_for(ended_pod(attempt=3, exit_code=1, message=RECOVERABLE), status=status)
    assert plan.status.phase is Phase.RETRYING


def test_used_up_system_retries_stay_a_system_failure():
    status = Status(phase=Phase.RETRYING, attempts=(Attempt(number=2, completed=T0),), failures=Failures(system=3))
    plan = plan_for(replace(running_pod(attempt=3), vanished=True), status=status)
    assert plan.status.phase is Phase.FAILED
    assert plan.status.failure.origin is Origin.SYSTEM


def test_only_the_last_ten_attempts_are_kept():
    attempts = tuple(Attempt(number=number, completed=T0) for number in range(10))
    status = Status(phase=Phase.RETRYING, attempts=attempts, failures=Failures(user=10))
    plan = plan_for(ended_pod(attempt=10, exit_code=1, message=RECOVERABLE), status=status, retries={"user": 20})
    assert [attempt.number for attempt in plan.status.attempts] == list(range(1, 11))


@pytest.mark.parametrize("phase", [Phase.SUCCEEDED, Phase.FAILED, Phase.ABORTED, Phase.TIMED_OUT])
def test_terminal_is_terminal(phase):
    plan = plan_for(ended_pod(exit_code=1), status=Status(phase=phase, completed=T0))
    assert plan == Plan(requeue_at=T0 + timedelta(hours=24))


def test_a_pod_that_lives_on_after_its_executions_end_is_deleted():
    stuck = waiting_pod("InvalidImageName", "no parse")
    assert plan_for(stuck).status.phase is Phase.FAILED
    assert plan_for(stuck, status=Status(phase=Phase.FAILED)).delete == (stuck,)


def test_an_invalid_spec_ends_the_execution_without_a_pod():
    plan = plan_for(resolution=Refused(message='spec.inputs.b: expected integer, found "two"'))
    assert plan.create is None
    assert (plan.status.phase, plan.status.condition.reason) == (Phase.FAILED, "InvalidSpec")
    assert plan.status.condition.message == 'spec.inputs.b: expected integer, found "two"'
    assert plan.status.attempts == ()


def test_a_template_that_may_still_come_is_awaited():
    until = T0 + timedelta(seconds=5)
    plan = plan_for(resolution=Awaited(template="divider", until=until))
    assert (plan.create, plan.status, plan.requeue_at) == (None, None, until)


def test_a_template_that_did_not_come_in_time_is_looked_up():
    assert plan_for(resolution=Awaited(template="divider", until=T0)) == Plan(find="divider")


def test_a_template_that_is_unknown_although_an_attempt_has_begun_is_looked_up_at_once():
    plan = plan_for(ended_pod(exit_code=1, message=RECOVERABLE), resolution=Awaited(template="divider", until=T0 + timedelta(seconds=5)))
    assert plan == Plan(find="divider")


def test_a_running_attempt_is_followed_although_its_template_is_gone():
    plan = plan_for(ended_pod(exit_code=1, message=RECOVERABLE), status=RUNNING, resolution=Refused(message="no template"))
    assert plan.status.phase is Phase.FAILED
    assert plan.status.failure.code == "USER:Recoverable"


@pytest.mark.parametrize(
    ("exit_code", "deleted"),
    [
        pytest.param(None, True, id="it was given up while it ran"),
        pytest.param(1, False, id="its end is on record, by another operator, and the watch is late"),
    ],
)
def test_an_earlier_pod_that_the_cache_has_running_is_deleted_unless_it_has_ended(exit_code, deleted):
    pod = running_pod()
    over = Attempt(number=0, pod_name=POD, pod_uid=pod.uid, started=T0, completed=T0, exit_code=exit_code)
    plan = plan_for(pod, status=Status(phase=Phase.RETRYING, attempts=(over,), failures=Failures(user=1)))
    assert plan.create is None
    assert plan.delete == ((pod,) if deleted else ())
