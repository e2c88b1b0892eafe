"""Since when an attempt is queued, and what it has then waited for."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from glider_core.api import reasons
from glider_core.api.conditions import Condition
from glider_core.api.failure import system_failure
from glider_core.api.lifecycle import Lifecycle
from glider_core.api.observed_pod import Pod, PodWarning
from glider_core.api.phases import Phase
from glider_core.api.status import Attempt, Failures, Status
from glider_core.reconcile.observed_pods import ObservedPods
from glider_core.reconcile.plan import Plan
from glider_core.reconcile.reconciling import reconcile
from tests.unit.glider_core.builders import (
    MINUTE,
    SECOND,
    T0,
    container_status,
    make_execution,
    make_pod,
    resolved,
    task_document,
    unscheduled_pod,
    waiting_pod,
)

POD = "divide-0f9d2c4e-a0"
NO_SECRET = 'Secret "store" is not there yet, and the pod needs it'
FAILED = Attempt(number=0, pod_name=POD, started=T0, completed=T0 + 10 * SECOND, failure=system_failure("NodeLost", "gone"))


def waits_for(reason: str, message: str = NO_SECRET, *attempts: Attempt, suspended: Condition | None = None) -> Status:
    condition = Condition(reason=reason, message=message, since=T0)
    return Status(phase=Phase.RETRYING if attempts else Phase.PENDING, condition=condition, attempts=attempts, suspended=suspended)


def plan_for(*pods: Pod, status: Status | None = None, now: datetime, warning: PodWarning | None = None, suspend: bool = False) -> Plan:
    retries = {"system": 3, "backoff": {"initial": "5s"}}
    execution = make_execution(task=task_document(timeouts={"queued": "30s"}, retries=retries), status=status)
    execution = replace(execution, lifecycle=Lifecycle(suspend=suspend))
    warnings = {pods[0].name: warning} if warning is not None else {}
    observed = ObservedPods(seen={pod.name: pod for pod in pods}, warnings=warnings)
    return reconcile(execution, resolution=resolved(execution), observed=observed, now=now)


def status_of(plan: Plan) -> Status:
    assert plan.status is not None
    return plan.status


WAITS = [
    reasons.SECRET_NOT_FOUND,
    reasons.CONFIG_MAP_NOT_FOUND,
    reasons.POD_TEMPLATE_NOT_FOUND,
    reasons.SERVICE_ACCOUNT_NOT_FOUND,
    reasons.QUOTA_EXCEEDED,
    reasons.ADMISSION_DENIED,
    reasons.FORBIDDEN,
    reasons.CONCURRENCY_LIMIT,
    reasons.POD_NAME_TAKEN,
    reasons.STORE_UNAVAILABLE,
]


@pytest.mark.parametrize("reason", WAITS)
def test_time_without_a_pod_counts_whatever_keeps_it_from_having_one(reason):
    status = waits_for(reason)
    assert plan_for(status=status, now=T0 + 29 * SECOND).create is not None
    plan = plan_for(status=status, now=T0 + 30 * SECOND)
    ended = status_of(plan)
    assert (plan.create, ended.phase, ended.condition.reason) == (None, Phase.TIMED_OUT, "QueuedTimeout")
    assert ended.condition.message == (
        f"The task's container didn't start within 30s (timeouts.queued). It waited for this: {reason}: {NO_SECRET}"
    )
    assert [(event.reason, event.warning, event.message) for event in plan.events] == [("QueuedTimeout", True, ended.condition.message)]


def test_the_deadline_wakes_it_though_nobody_makes_what_is_missing():
    assert plan_for(now=T0).requeue_at == T0 + 30 * SECOND
    assert plan_for(status=waits_for(reasons.SECRET_NOT_FOUND), now=T0 + 20 * SECOND).requeue_at == T0 + 30 * SECOND


def test_an_operator_that_was_away_tries_first():
    assert plan_for(now=T0 + timedelta(hours=1)).create is not None
    late = make_pod(node="node-1")
    assert plan_for(replace(late, created=T0 + timedelta(hours=1)), now=T0 + timedelta(hours=1)).delete == ()


def test_time_without_a_pod_and_time_in_it_count_together():
    pod = replace(make_pod(node="node-1"), created=T0 + 20 * SECOND)
    status = waits_for(reasons.QUOTA_EXCEEDED)
    assert plan_for(pod, status=status, now=T0 + 29 * SECOND).delete == ()
    assert plan_for(pod, status=status, now=T0 + 30 * SECOND).delete == (pod,)


def test_when_it_began_to_wait_is_on_record_once_its_pod_is():
    pod = replace(waiting_pod("ImagePullBackOff", "no such image"), created=T0 + 20 * SECOND)
    status = status_of(plan_for(pod, status=waits_for(reasons.QUOTA_EXCEEDED), now=T0 + 26 * SECOND))
    assert status.last_attempt is not None
    assert status.last_attempt.queued == T0
    assert plan_for(pod, status=status, now=T0 + 30 * SECOND).delete == (pod,)


def test_a_retry_is_queued_from_the_end_of_its_back_off():
    status = replace(waits_for(reasons.QUOTA_EXCEEDED, NO_SECRET, FAILED), failures=Failures(system=1))
    assert plan_for(status=status, now=T0 + 43 * SECOND).create is not None
    assert status_of(plan_for(status=status, now=T0 + 45 * SECOND)).condition.reason == "QueuedTimeout"


def test_time_of_a_suspension_does_not_count():
    resumed = Condition(true=False, reason=reasons.RESUMED, since=T0 + MINUTE)
    status = waits_for(reasons.SECRET_NOT_FOUND, suspended=resumed)
    assert plan_for(status=status, now=T0 + MINUTE + 29 * SECOND).create is not None
    assert status_of(plan_for(status=status, now=T0 + MINUTE + 30 * SECOND)).phase is Phase.TIMED_OUT


def test_who_is_to_be_suspended_is_suspended():
    status = status_of(plan_for(status=waits_for(reasons.SECRET_NOT_FOUND), now=T0 + MINUTE, suspend=True))
    assert status.phase is Phase.SUSPENDED


CREATING = {"reason": "ContainerCreating"}
PULLING = container_status("waiting", **CREATING) | {"image": "registry.example/app:1.4"}


@pytest.mark.parametrize(
    ("pod", "warning", "said"),
    [
        pytest.param(unscheduled_pod(), None, "scheduler default-scheduler, to find a node", id="no scheduler has seen it"),
        pytest.param(
            unscheduled_pod(),
            PodWarning(asked=T0, reason="FailedResourceClaimCreation", message="no template"),
            "FailedResourceClaimCreation: no template",
            id="no scheduler looks, as its claim can't be made",
        ),
        pytest.param(unscheduled_pod("Unschedulable", "0/1 nodes"), None, "Unschedulable: 0/1 nodes", id="no node takes it"),
        pytest.param(make_pod(node="node-1"), None, "node node-1, which has reported nothing about the pod", id="its node is silent"),
        pytest.param(
            make_pod(node="node-1", containerStatuses=[PULLING]),
            None,
            "container task: node node-1 pulls its image registry.example/app:1.4, or mounts its volumes",
            id="an image is pulled",
        ),
        pytest.param(
            make_pod(
                node="node-1",
                initContainerStatuses=[container_status("waiting", name="glider-executor", reason="PodInitializing") | {"image": "exec:1"}],
                containerStatuses=[PULLING],
            ),
            None,
            "container glider-executor: node node-1 pulls its image exec:1, or mounts its volumes",
            id="that of an init container",
        ),
        pytest.param(
            make_pod(node="node-1", initContainerStatuses=[container_status("running", name="prepare")], containerStatuses=[PULLING]),
            None,
            "init container prepare, which runs",
            id="an init container takes its time",
        ),
        pytest.param(
            waiting_pod("ImagePullBackOff", "no such image"), None, "task: ImagePullBackOff: no such image", id="the kubelet's last words"
        ),
        pytest.param(
            make_pod(node="node-1", containerStatuses=[PULLING]),
            PodWarning(asked=T0, reason="FailedMount", message='MountVolume.SetUp failed: secret\n "x" not found'),
            'FailedMount: MountVolume.SetUp failed: secret "x" not found',
            id="an Event's",
        ),
    ],
)
def test_the_error_says_what_its_pod_waited_for_also_when_the_pod_has_ended(pod, warning, said):
    status = status_of(plan_for(pod, status=Status(), now=T0 + 30 * SECOND, warning=warning))
    assert status.condition.message == f"Ending attempt 0: timeouts.queued has passed; it waited for this: {said}."
    killed = container_status("terminated", exitCode=137, reason="ContainerStatusUnknown")
    gone = replace(make_pod(node="node-1", phase="Failed", containerStatuses=[killed]), vanished=True)
    ended = status_of(plan_for(gone, status=status, now=T0 + 31 * SECOND))
    assert ended.failure is not None
    assert ended.failure.message == f"The task's container didn't start within 30s (timeouts.queued). It waited for this: {said}"
