"""The controller with an API server of dictionaries: what it writes, and what it makes of answers."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from glider_core.config import Config, parse_config
from glider_core.kube.errors import AlreadyExists, Forbidden, Rejected, Unavailable, error_of
from glider_operator.controller.cluster import Cluster
from glider_operator.controller.controller import Controller
from glider_operator.queue import RetryLater
from glider_operator.telemetry import metrics
from tests.unit.glider_core.builders import CONFIGURATION, SECOND, container_status, execution_body, success_summary, task_document
from tests.unit.glider_operator.controller.harness import POD, Harness


@pytest.fixture
async def harness():
    return Harness()


async def test_a_successful_execution_is_three_writes(harness):
    await harness.reconcile()
    await harness.reconcile()
    await harness.pod_becomes("running", phase="Running", startedAt="2026-01-31T12:00:01Z")
    await harness.reconcile()
    await harness.pod_becomes("terminated", phase="Succeeded", exitCode=0, message=success_summary(o0=5.0))
    await harness.reconcile()
    assert harness.cluster.writes == [("create", "pods"), ("patch", "taskexecutions/status"), ("patch", "taskexecutions/status")]
    assert (harness.status["phase"], harness.status["outputs"]) == ("Succeeded", {"o0": 5.0})
    assert harness.cluster.events == ["Created", "Succeeded"]


async def test_an_operator_that_restarts_finds_its_pod_again(harness):
    await harness.reconcile()
    harness.restart()
    await harness.reconcile()
    await harness.pod_becomes("terminated", phase="Succeeded", exitCode=0, message=success_summary(o0=5.0))
    assert harness.cluster.calls.count(("create", "pods")) == 1
    assert harness.status["phase"] == "Succeeded"


async def test_a_pod_that_the_watch_hides_is_adopted(harness):
    await harness.reconcile()
    harness.controller = Controller(Cluster(harness.cluster), Config(), clock=lambda: harness.now)
    harness.controller.watch_handlers.on_execution(copy.deepcopy(harness.cluster.executions["divide"]))
    await harness.reconcile()
    assert harness.cluster.calls.count(("create", "pods")) == 2
    assert len(harness.cluster.pods) == 1
    assert harness.status == {}


@pytest.mark.parametrize("first", [False, True], ids=["once the execution is known", "before the execution is known"])
async def test_a_pod_of_another_namespace_that_pretends_to_be_an_attempt_changes_nothing(harness, first):
    await harness.reconcile()
    forged = copy.deepcopy(harness.cluster.pods[POD])
    forged["metadata"] |= {"namespace": "elsewhere", "uid": "forged", "resourceVersion": "99999"}
    forged["status"] = {"phase": "Failed", "containerStatuses": [container_status("terminated", exitCode=1)]}
    if first:
        harness.controller = Controller(Cluster(harness.cluster), Config(), clock=lambda: harness.now)
        harness.controller.watch_handlers.on_pod(copy.deepcopy(forged))
        harness.controller.watch_handlers.on_pod(copy.deepcopy(harness.cluster.pods[POD]))
        harness.controller.watch_handlers.on_execution(copy.deepcopy(harness.cluster.executions["divide"]))
    harness.controller.watch_handlers.on_pod(copy.deepcopy(forged))
    await harness.reconcile()
    harness.controller.watch_handlers.on_pod_deleted(forged)
    await harness.reconcile()
    await harness.pod_becomes("terminated", phase="Succeeded", exitCode=0, message=success_summary(o0=5.0))
    assert (harness.status["phase"], len(harness.status["attempts"])) == ("Succeeded", 1)
    assert harness.cluster.calls.count(("create", "pods")) == 1
    assert harness.cluster.calls.count(("get", "pods")) == 0


async def test_a_strangers_pod_is_not_adopted(harness):
    await harness.reconcile()
    harness.cluster.pods[POD]["metadata"]["ownerReferences"] = []
    harness.restart()
    with pytest.raises(RetryLater, match="isn't attempt 0"):
        await harness.reconcile()
    assert harness.status["conditions"][0]["reason"] == "PodNameTaken"


async def test_a_pod_that_goes_between_two_calls_about_it_is_made_again(harness):
    harness.cluster.failing["create", "pods"] = AlreadyExists(POD)
    with pytest.raises(RetryLater, match="gone again"):
        await harness.reconcile()
    await harness.reconcile()
    assert list(harness.cluster.pods) == [POD]


async def test_a_pod_deleted_by_somebody_else_is_a_system_failure(harness):
    await harness.reconcile()
    await harness.pod_becomes("running", phase="Running")
    harness.controller.watch_handlers.on_pod_deleted(harness.cluster.pods.pop(POD))
    await harness.reconcile()  # no kubelet has said that it was over, so it is looked up first
    await harness.reconcile()
    assert harness.status["phase"] == "Retrying"
    assert harness.status["attempts"][0]["reason"] == "PodDeleted"


@pytest.mark.parametrize("taken", ["ownerReferences", "labels"])
async def test_a_pod_that_somebody_disowned_is_followed_by_another_since_nobody_hears_of_its_end(harness, taken):
    await harness.reconcile()
    await harness.pod_becomes("running", phase="Running", startedAt="2026-01-31T12:00:02Z")
    pod = harness.cluster.pods[POD]
    if taken == "labels":
        pod["metadata"]["labels"].pop("glider.dev/attempt")
    else:
        pod["metadata"].pop("ownerReferences")
    harness.controller.watch_handlers.on_pod(copy.deepcopy(pod))
    await harness.reconcile()
    await harness.reconcile()
    assert harness.status["attempts"][0]["reason"] == "PodDeleted"
    assert harness.status["phase"] == "Retrying"


async def test_a_pod_deleted_after_its_end_has_still_ended_well(harness):
    await harness.reconcile()
    pod = harness.cluster.pods.pop(POD)
    done = container_status("terminated", exitCode=0, message=success_summary(o0=5.0))
    harness.controller.watch_handlers.on_pod_deleted(pod | {"status": {"phase": "Succeeded", "containerStatuses": [done]}})
    await harness.reconcile()
    assert harness.status["phase"] == "Succeeded"


async def test_a_pod_that_vanished_while_the_operator_was_down_is_looked_up_first(harness):
    await harness.reconcile()
    await harness.pod_becomes("running", phase="Running")
    del harness.cluster.pods[POD]
    harness.restart()
    await harness.reconcile()
    assert harness.cluster.calls[-1] == ("get", "pods")
    await harness.reconcile()
    assert harness.status["attempts"][0]["reason"] == "PodDeleted"


async def test_a_refused_pod_ends_the_execution_with_the_api_servers_words(harness):
    harness.cluster.failing[("create", "pods")] = Rejected("Pod is invalid: spec.containers[0].image: Required value")
    await harness.reconcile()
    assert (harness.status["phase"], harness.status["error"]["reason"]) == ("Failed", "PodRejected")
    assert "Required value" in harness.status["error"]["message"]


async def test_a_used_up_quota_is_shown_and_waited_for(harness):
    harness.cluster.failing[("create", "pods")] = Forbidden("exceeded quota: pods", quota=True)
    with pytest.raises(RetryLater):
        await harness.reconcile()
    assert (harness.status["phase"], harness.status["conditions"][0]["reason"]) == ("Pending", "QuotaExceeded")
    await harness.reconcile()
    assert POD in harness.cluster.pods


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        pytest.param(error_of(403, b'{"message": "exceeded quota: pods"}', headers={}), "QuotaExceeded", id="a quota"),
        pytest.param(error_of(403, b'{"message": "maximum memory usage is 1Gi"}', headers={}), "Forbidden", id="a LimitRange"),
        pytest.param(
            error_of(403, b'{"message": "admission webhook \\"x\\" denied the request"}', headers={}), "AdmissionDenied", id="a webhook"
        ),
    ],
)
async def test_a_refusal_that_may_pass_costs_no_attempt(harness, answer, reason):
    harness.cluster.failing[("create", "pods")] = answer
    with pytest.raises(RetryLater) as later:
        await harness.reconcile()
    assert later.value.lasting, "many of these may not take the others' calls"
    assert (harness.status["phase"], harness.status["conditions"][0]["reason"]) == ("Pending", reason)
    assert "failures" not in harness.status
    await harness.reconcile()
    assert POD in harness.cluster.pods


@pytest.mark.parametrize("status", [400, 413, 422])
async def test_a_refusal_that_wont_pass_ends_it_with_the_servers_words(harness, status):
    harness.cluster.failing[("create", "pods")] = error_of(status, b'{"message": "spec.containers: Required value"}', headers={})
    await harness.reconcile()
    assert (harness.status["phase"], harness.status["error"]["message"]) == ("Failed", "spec.containers: Required value")
    assert harness.status["error"]["code"] == "PodRejected"


async def test_an_unavailable_api_server_is_tried_again_when_it_says(harness):
    harness.cluster.failing[("create", "pods")] = Unavailable("slow down", retry_after=7)
    with pytest.raises(RetryLater) as later:
        await harness.reconcile()
    assert (later.value.delay, later.value.lasting) == (7, False)


async def test_a_status_that_somebody_else_wrote_first_is_not_overwritten(harness):
    await harness.reconcile()
    harness.cluster.executions["divide"]["metadata"]["resourceVersion"] = "999"
    with pytest.raises(RetryLater):
        await harness.pod_becomes("running", phase="Running")
    harness.controller.watch_handlers.on_execution(copy.deepcopy(harness.cluster.executions["divide"]))
    await harness.reconcile()
    assert harness.status["phase"] == "Running"


async def test_a_late_watch_event_does_not_undo_what_we_wrote(harness):
    stale = copy.deepcopy(harness.cluster.executions["divide"])
    await harness.reconcile()
    await harness.pod_becomes("running", phase="Running")
    harness.controller.watch_handlers.on_execution(stale)
    await harness.reconcile()
    assert harness.cluster.calls.count(("patch", "taskexecutions/status")) == 1


async def test_an_event_that_cannot_be_posted_is_no_failure(harness):
    harness.cluster.failing[("create", "events")] = Unavailable("no")
    await harness.reconcile()
    assert POD in harness.cluster.pods


async def test_a_template_that_comes_later_wakes_the_execution():
    harness = Harness(taskRef={"name": "divider"})
    await harness.reconcile()
    assert harness.cluster.pods == {}
    harness.controller.watch_handlers.on_template(
        {"metadata": {"namespace": "default", "name": "divider", "uid": "uid-1"}, "spec": task_document()}
    )
    await harness.reconcile()
    assert POD in harness.cluster.pods


async def test_a_template_that_never_comes_is_an_invalid_spec():
    harness = Harness(taskRef={"name": "divider"})
    await harness.reconcile()
    await harness.reconcile(after=6 * SECOND)  # it is looked up first
    await harness.reconcile()
    assert harness.status["error"]["message"].endswith('found none named "divider"')
    assert harness.cluster.pods == {}


async def test_an_execution_left_and_made_again_is_another_one(harness):
    await harness.reconcile()
    old = harness.cluster.executions["divide"]
    harness.controller.watch_handlers.on_execution_left(old)
    harness.cluster.executions["divide"] = execution_body(uid="11111111-aaaa")
    harness.controller.watch_handlers.on_execution(copy.deepcopy(harness.cluster.executions["divide"]))
    await harness.reconcile()
    assert set(harness.cluster.pods) == {POD, "divide-11111111-a0"}


async def test_a_pod_is_deleted_once_although_the_watch_tells_of_it_late(harness):
    harness.cluster.graceful = True
    await harness.reconcile()
    await harness.pod_becomes("running", phase="Running", startedAt="2026-01-31T12:00:02Z")
    await harness.change(cancel=True)
    await harness.reconcile()
    await harness.reconcile()
    assert harness.cluster.writes.count(("delete", "pods")) == 1


async def test_a_cancelled_execution_ends_its_pod_and_is_aborted(harness):
    await harness.reconcile()
    await harness.pod_becomes("running", phase="Running")
    gone = harness.cluster.pods[POD]
    await harness.change(cancel=True)
    assert harness.cluster.pods == {}
    harness.controller.watch_handlers.on_pod_deleted(gone)
    await harness.reconcile()  # no kubelet has said that it was over, so it is looked up first
    await harness.reconcile()
    assert (harness.status["phase"], harness.status["conditions"][0]["reason"]) == ("Aborted", "Cancelled")


async def test_an_execution_is_deleted_when_its_ttl_is_over(harness):
    await harness.reconcile()
    await harness.pod_becomes("terminated", phase="Succeeded", exitCode=0, message=success_summary(o0=5.0))
    await harness.change(ttlSecondsAfterFinished=60)
    assert "divide" in harness.cluster.executions
    await harness.reconcile(after=60 * SECOND)
    assert harness.cluster.executions == {}


COMPACT = {"ttlSecondsAfterFinished": 60, "ttlAction": "Compact"}


async def compacted(harness) -> dict[str, Any]:
    """What was on record before."""
    await harness.reconcile()
    await harness.pod_becomes("terminated", phase="Succeeded", exitCode=0, message=success_summary(o0=5.0))
    await harness.change(**COMPACT)
    before = copy.deepcopy(harness.status)
    await harness.reconcile(after=60 * SECOND)
    return before


async def test_an_execution_is_compacted_when_its_ttl_is_over(harness):
    finished = metrics.FINISHED.labels("default", "Succeeded", "Completed")._value.get
    count = finished()
    before = await compacted(harness)
    assert finished() == count + 1, "it ended once"
    assert harness.cluster.pods == {}
    assert before.pop("attempts")
    assert harness.status == before
    assert (harness.status["outputs"], harness.status["conditions"][0]["reason"]) == ({"o0": 5.0}, "Completed")


async def test_it_is_compacted_once_also_after_a_restart(harness):
    await compacted(harness)
    writes = len(harness.cluster.writes)
    harness.restart()
    await harness.reconcile(after=3600 * SECOND)
    body = copy.deepcopy(harness.cluster.executions["divide"])
    assert not harness.controller._tracker.finished.matters(body, harness.controller._config)
    body["spec"]["ttlAction"] = "Delete"
    assert harness.controller._tracker.finished.matters(body, harness.controller._config)
    assert len(harness.cluster.writes) == writes


async def test_the_pod_of_a_finished_execution_goes_after_a_time_also_after_a_restart(harness):
    await harness.reconcile()
    await harness.pod_becomes("terminated", phase="Succeeded", exitCode=0, message=success_summary(o0=5.0))
    harness.restart()
    await harness.reconcile()
    assert POD in harness.cluster.pods
    await harness.reconcile(after=3600 * SECOND)
    assert harness.cluster.pods == {}


async def test_a_pod_that_says_nothing_is_asked_after_once_a_minute(harness):
    told = {"type": "Warning", "reason": "FailedMount", "message": 'secret "x" not found', "lastTimestamp": "2026-01-31T12:00:20Z"}
    harness.cluster.warnings = [told]
    await harness.reconcile()
    await harness.pod_becomes("waiting", phase="Pending", reason="ContainerCreating")
    for _ in range(60):
        await harness.reconcile()
    assert harness.cluster.calls.count(("list", "events")) == 1
    assert harness.status["conditions"][0]["reason"] == "FailedMount"
    await harness.reconcile(after=300 * SECOND)
    await harness.reconcile()
    assert (harness.status["phase"], harness.status["error"]["code"]) == ("Failed", "FailedMount")


def stored_in(prefix: str) -> Config:
    return parse_config(CONFIGURATION | {"storage": {"metadataPrefix": prefix}, "retries": {"user": 1}})


async def test_another_configuration_counts_for_what_is_on_its_way_but_moves_nothing_that_has_begun():
    harness = Harness()
    harness.controller.configure(stored_in("s3://before"))
    await harness.reconcile()
    harness.controller.configure(stored_in("s3://after"))
    await harness.pod_becomes("terminated", phase="Succeeded", exitCode=0, message=success_summary(o0=5.0))
    assert harness.status["outputsUri"].startswith("s3://before/")


async def test_another_configuration_counts_for_what_has_not_begun():
    harness = Harness()
    harness.controller.configure(stored_in("s3://after"))
    await harness.reconcile()
    arguments = harness.cluster.pods[POD]["spec"]["containers"][0]["args"]
    assert any(argument.startswith("s3://after/") for argument in arguments)
