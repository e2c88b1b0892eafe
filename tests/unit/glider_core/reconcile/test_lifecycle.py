"""Suspended, resumed, cancelled, and what becomes of pods and executions afterwards."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from glider_core.api.conditions import Condition
from glider_core.api.lifecycle import TtlAction
from glider_core.api.phases import Phase
from glider_core.api.policies import PodRetention, Policies
from glider_core.api.quantities import parse_bytes
from glider_core.api.status import Attempt, Failures, Link, Status, parse_status, status_document
from glider_core.reconcile.allowance import NORMAL, REDUCED, Allowance
from glider_core.reconcile.observed_pods import ObservedPods
from glider_core.reconcile.plan import NOTHING, Plan
from glider_core.reconcile.reconciling import reconcile
from tests.unit.glider_core.builders import (
    SECOND,
    T0,
    ended_pod,
    failure_summary,
    make_execution,
    resolved,
    running_pod,
    success_summary,
    task_document,
    waiting_pod,
)

HOUR = timedelta(hours=1)
POD = "divide-0f9d2c4e-a0"
HANDED_ON = task_document(retries={"user": 500, "oom": {"factor": 2}})
STORAGE = {"metadataPrefix": "s3://bucket/meta"}
RUNNING = Status(
    phase=Phase.RUNNING,
    condition=Condition(reason="Running", since=T0),
    started=T0,
    attempts=(Attempt(number=0, pod_name=POD, started=T0 + 2 * SECOND, queued=T0),),
)


def plan_for(*pods, status=None, now=T0 + 10 * SECOND, policies=None, deleting=False, compacted=False, **spec):
    execution = replace(make_execution(status=status, **spec), deleting=deleting, compacted=compacted)
    over = execution.status.phase.terminal
    return reconcile(
        execution,
        resolution=None if over else resolved(execution),
        observed=ObservedPods(seen={pod.name: pod for pod in pods}),
        now=now,
        policies=policies,
    )


class TestSuspend:
    def test_a_new_execution_gets_no_pod(self):
        plan = plan_for(suspend=True)
        assert (plan.create, plan.status.phase, plan.status.condition.reason) == (None, Phase.SUSPENDED, "Suspended")
        assert plan.status.suspended.true is True
        assert plan_for(status=plan.status, suspend=True) == NOTHING

    def test_a_running_attempt_is_ended_and_no_failure(self):
        plan = plan_for(running_pod(), status=RUNNING, suspend=True)
        assert ([pod.name for pod in plan.delete], plan.status.last_attempt.stopping) == ([POD], "Suspended")
        ended = plan_for(ended_pod(exit_code=143, deleting=True), status=plan.status, suspend=True).status
        assert (ended.phase, ended.failures, ended.last_attempt.reason) == (Phase.SUSPENDED, Failures(), "Suspended")

    def test_resuming_starts_the_next_attempt_at_once(self):
        over = Attempt(number=0, pod_name=POD, started=T0, completed=T0 + SECOND, reason="Suspended")
        suspended = Status(phase=Phase.SUSPENDED, suspended=Condition(true=True, since=T0), attempts=(over,))
        resumed = plan_for(status=suspended).status
        assert (resumed.phase, resumed.suspended.true, resumed.suspended.reason) == (Phase.PENDING, False, "Resumed")
        assert plan_for(status=resumed).create.attempt == 1

    def test_who_finished_meanwhile_has_succeeded(self):
        stopping = replace(RUNNING, attempts=(replace(RUNNING.attempts[0], reason="Suspended"),))
        done = ended_pod(message=success_summary(o0=1.0), deleting=True)
        assert plan_for(done, status=stopping, suspend=True).status.phase is Phase.SUCCEEDED


class TestCancel:
    @pytest.mark.parametrize("status", [None, Status(phase=Phase.SUSPENDED), Status(phase=Phase.RETRYING)])
    def test_without_a_pod_it_ends_at_once(self, status):
        plan = plan_for(status=status, cancel=True, suspend=True)
        assert (plan.status.phase, plan.status.condition.true, plan.status.condition.reason) == (Phase.ABORTED, False, "Cancelled")
        assert plan.status.completed is not None

    @pytest.mark.parametrize("pod", [running_pod(), waiting_pod("ContainerCreating")], ids=["running", "not started yet"])
    def test_a_pod_is_ended_first(self, pod):
        plan = plan_for(pod, status=RUNNING, cancel=True)
        assert ([one.name for one in plan.delete], plan.status.phase.terminal) == ([POD], False)
        ended = plan_for(replace(pod, vanished=True), status=plan.status, cancel=True).status
        assert (ended.phase, ended.last_attempt.reason, ended.failures) == (Phase.ABORTED, "Cancelled", Failures())


class TestAfterTheEnd:
    FAILED = Status(phase=Phase.FAILED, completed=T0)

    @pytest.mark.parametrize(
        ("pod", "after", "deleted"),
        [
            pytest.param(ended_pod(), HOUR - SECOND, False, id="a succeeded pod stays for an hour"),
            pytest.param(ended_pod(), HOUR, True, id="and then goes"),
            pytest.param(ended_pod(exit_code=1), 23 * HOUR, False, id="a failed one stays longer, for its log"),
            pytest.param(ended_pod(exit_code=1), 24 * HOUR, True, id="and then goes too"),
            pytest.param(running_pod(), SECOND, True, id="one that still runs goes at once"),
            pytest.param(replace(ended_pod(), vanished=True), HOUR, False, id="one that is gone needs no deletion"),
        ],
    )
    def test_pods(self, pod, after, deleted):
        plan = plan_for(pod, status=self.FAILED, now=T0 + after)
        assert bool(plan.delete) is deleted
        assert plan.status is None

    def test_pods_may_stay_for_ever(self):
        policies = Policies(pod_retention=PodRetention(succeeded=None, failed=None))
        assert plan_for(ended_pod(), status=self.FAILED, now=T0 + 999 * HOUR, policies=policies) == NOTHING

    def test_the_execution_is_deleted_after_its_ttl(self):
        assert plan_for(status=self.FAILED, now=T0 + 59 * SECOND, ttlSecondsAfterFinished=60).requeue_at == T0 + 60 * SECOND
        assert plan_for(status=self.FAILED, now=T0 + 60 * SECOND, ttlSecondsAfterFinished=60).remove

    def test_its_own_ttl_wins_over_the_operators(self):
        policies = Policies(ttl=SECOND)
        assert plan_for(status=self.FAILED, now=T0 + SECOND, policies=policies).remove
        assert not plan_for(status=self.FAILED, now=T0 + SECOND, policies=policies, ttlSecondsAfterFinished=60).remove

    def test_compacted_it_keeps_its_end_and_its_pods_go(self):
        pods = (ended_pod(exit_code=1),)
        assert plan_for(*pods, status=self.FAILED, now=T0 + 59 * SECOND, **COMPACT).requeue_at == T0 + 60 * SECOND
        plan = plan_for(*pods, status=self.FAILED, now=T0 + 60 * SECOND, **COMPACT)
        assert plan == Plan(compact=True, delete=pods)

    def test_what_is_compacted_isnt_written_again_and_a_pod_that_is_left_goes(self):
        assert plan_for(status=self.FAILED, now=T0 + HOUR, compacted=True, **COMPACT) == NOTHING
        assert plan_for(ended_pod(), status=self.FAILED, now=T0 + 61 * SECOND, compacted=True, **COMPACT) == Plan(delete=(ended_pod(),))

    def test_its_own_action_wins_over_the_operators(self):
        policies = Policies(ttl=SECOND, ttl_action=TtlAction.COMPACT)
        assert plan_for(status=self.FAILED, now=T0 + HOUR, policies=policies) == Plan(compact=True)
        assert plan_for(status=self.FAILED, now=T0 + HOUR, policies=policies, ttlAction="Delete") == Plan(remove=True)

    def test_one_that_is_being_deleted_isnt_compacted(self):
        assert plan_for(status=self.FAILED, now=T0 + HOUR, deleting=True, **COMPACT) == NOTHING

    def test_zero_is_at_once(self):
        assert plan_for(status=self.FAILED, now=T0, ttlSecondsAfterFinished=0).remove


COMPACT = {"ttlSecondsAfterFinished": 60, "ttlAction": "Compact"}


class TestHandedOn:
    def test_the_checkpoint_of_the_last_attempt_that_ran(self):
        began = make_execution(task=HANDED_ON, storage=STORAGE)
        first = plan_for(ended_pod(began, exit_code=1), task=HANDED_ON, storage=STORAGE).status
        assert first.checkpoint_uri.endswith("-0/_flytecheckpoints")
        later = plan_for(status=first, now=T0 + HOUR, task=HANDED_ON, storage=STORAGE)
        assert (later.create.attempt, later.create.previous_checkpoint) == (1, first.checkpoint_uri)

        lost = replace(waiting_pod("ContainerCreating", attempt=1), vanished=True)
        second = plan_for(lost, status=first, now=T0 + HOUR, task=HANDED_ON, storage=STORAGE).status
        assert second.checkpoint_uri == first.checkpoint_uri, "an attempt that never ran left none"

    def test_more_memory_after_an_oom_kill(self):
        killed = replace(ended_pod(exit_code=137, reason="OOMKilled"), memory_limit="512Mi")
        status = plan_for(killed, task=HANDED_ON).status
        assert parse_bytes(status.memory) == 2**30
        assert plan_for(status=status, now=T0 + HOUR, task=HANDED_ON).create.memory == status.memory

    def test_what_the_attempt_took(self):
        message = (
            failure_summary(kind="RECOVERABLE")[:-1] + ', "peakMemoryBytes": 5, "cpuSeconds": 1.5, "bytesIn": 7, "timings": {"load": 3}}'
        )
        usage = plan_for(ended_pod(exit_code=3, message=message), task=HANDED_ON).status.last_attempt.usage
        assert (usage.peak_memory_bytes, usage.cpu_seconds, usage.bytes_in, usage.timings) == (5, 1.5, 7, {"load": 3})


def test_what_has_no_effect_is_told_with_the_next_write():
    execution = make_execution()
    task = replace(resolved(execution), warnings=("{{.unknown}} is no variable",))
    observed = ObservedPods(seen={POD: running_pod()})
    link = Link(name="log", uri="https://logs/0")
    status = reconcile(execution, resolution=task, observed=observed, now=T0 + SECOND, links=(link,)).status
    assert status is not None
    assert status.warning == Condition(true=True, reason="CheckSpec", message="{{.unknown}} is no variable", since=T0 + SECOND)
    assert status.links == (link,)


@pytest.mark.parametrize("allowance", [NORMAL, REDUCED])
def test_what_has_no_effect_is_not_told_as_late_as_an_ordinary_wait(allowance: Allowance):
    execution = make_execution()
    task = replace(resolved(execution), warnings=("{{.unknown}} is no variable",))
    observed = ObservedPods(seen={POD: waiting_pod("ContainerCreating")})

    def plan_after(time: timedelta, *, status: Status) -> Plan:
        return reconcile(replace(execution, status=status), resolution=task, observed=observed, now=T0 + time, allowance=allowance)

    assert plan_after(2 * SECOND, status=execution.status) == Plan(requeue_at=T0 + 5 * SECOND)
    told = plan_after(5 * SECOND, status=execution.status).status
    assert told is not None
    assert told.warning is not None
    assert told.warning.message == "{{.unknown}} is no variable"
    assert plan_after(6 * SECOND, status=told).status is None


def test_after_hundreds_of_attempts_the_object_is_still_small():
    status: Any = None
    message = failure_summary(kind="RECOVERABLE", message="x" * 3_000)
    for attempt in range(400):
        pod = ended_pod(attempt=attempt, exit_code=3, message=message)
        status = plan_for(pod, status=status, now=T0 + HOUR, task=HANDED_ON, storage=STORAGE).status
    assert (status.phase, status.failures, status.last_attempt.number) == (Phase.RETRYING, Failures(user=400), 399)
    assert len(json.dumps(status_document(status))) < 24_000
    read = parse_status(status_document(status))
    assert plan_for(status=read, now=T0 + 2 * HOUR, task=HANDED_ON, storage=STORAGE).create.attempt == 400


class TestDeletedAndKeptByAFinalizer:
    """Whoever holds it waits to see how the execution ends."""

    @pytest.mark.parametrize(
        "status",
        [
            pytest.param(Status(), id="nothing has begun"),
            pytest.param(Status(phase=Phase.SUSPENDED), id="it is suspended"),
            pytest.param(
                Status(phase=Phase.RETRYING, attempts=(Attempt(number=0, pod_name=POD, completed=T0, reason="UserError"),)),
                id="another attempt was to follow",
            ),
        ],
    )
    def test_no_attempt_starts_and_it_is_over(self, status):
        plan = plan_for(status=status, deleting=True)
        assert (plan.create, plan.status.phase, plan.status.condition.reason) == (None, Phase.ABORTED, "Deleted")
        assert plan.status.attempts == status.attempts

    def test_a_running_attempt_goes_on_and_its_end_is_told(self):
        assert plan_for(running_pod(), status=RUNNING, deleting=True) == NOTHING
        plan = plan_for(ended_pod(message=success_summary(o0=5.0)), status=RUNNING, deleting=True)
        assert (plan.status.phase, plan.status.outputs) == (Phase.SUCCEEDED, {"o0": 5.0})

    def test_one_that_fails_is_not_retried(self):
        failed = ended_pod(exit_code=1, message=failure_summary(kind="RECOVERABLE"))
        assert plan_for(failed, status=RUNNING, retries={"user": 3}).status.phase is Phase.RETRYING
        plan = plan_for(failed, status=RUNNING, retries={"user": 3}, deleting=True)
        assert (plan.status.phase, plan.status.failure.message) == (Phase.FAILED, "boom")

    def test_timeouts_and_wishes_count(self):
        assert plan_for(running_pod(), status=RUNNING, deleting=True, cancel=True).delete == (running_pod(),)
        late = plan_for(running_pod(), status=RUNNING, deleting=True, now=T0 + HOUR, timeouts={"attempt": "1m"})
        assert late.status.condition.reason == "AttemptTimeout"

    def test_it_is_not_deleted_again_once_its_ttl_is_over(self):
        over = Status(phase=Phase.SUCCEEDED, completed=T0)
        assert plan_for(status=over, now=T0 + HOUR, ttlSecondsAfterFinished=1).remove
        assert not plan_for(status=over, now=T0 + HOUR, ttlSecondsAfterFinished=1, deleting=True).remove
