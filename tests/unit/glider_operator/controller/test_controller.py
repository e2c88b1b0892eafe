"""The controller with an API server of dictionaries: what it writes, and what it makes of answers."""

from __future__ import annotations

import copy

import pytest

from glider.wire.errors import Kind, Origin, TaskError
from glider_core.config import Config, parse_config
from glider_core.diagnose.evidence import Evidence
from glider_core.kube.errors import AlreadyExists, Forbidden, Rejected, Unavailable, error_of
from glider_core.store.access import StoreDenied, StoreUnavailable
from glider_operator.controller.cluster import Cluster
from glider_operator.controller.controller import Controller
from glider_operator.queue import RetryLater
from tests.unit.glider_core.builders import CONFIGURATION, SECOND, container_status, execution_body, success_summary, task_document
from tests.unit.glider_operator.controller.scene import POD, Scene

FLYTEKITS = TaskError(code="USER:Recoverable", kind=Kind.RECOVERABLE, origin=Origin.USER, message="again")


@pytest.fixture
async def scene():
    return Scene()


async def test_a_successful_execution_is_three_writes(scene):
    await scene.look()
    await scene.look()
    await scene.pod_becomes("running", phase="Running", startedAt="2026-01-31T12:00:01Z")
    await scene.look()
    await scene.pod_becomes("terminated", phase="Succeeded", exitCode=0, message=success_summary(o0=5.0))
    await scene.look()
    assert scene.cluster.writes == [("create", "pods"), ("patch", "taskexecutions/status"), ("patch", "taskexecutions/status")]
    assert (scene.status["phase"], scene.status["outputs"]) == ("Succeeded", {"o0": 5.0})
    assert scene.cluster.events == ["Created", "Succeeded"]


async def test_an_operator_that_restarts_finds_its_pod_again(scene):
    await scene.look()
    scene.restart()
    await scene.look()
    await scene.pod_becomes("terminated", phase="Succeeded", exitCode=0, message=success_summary(o0=5.0))
    assert scene.cluster.calls.count(("create", "pods")) == 1
    assert scene.status["phase"] == "Succeeded"


async def test_a_pod_that_the_watch_hides_is_adopted(scene):
    await scene.look()
    scene.controller = Controller(Cluster(scene.cluster), Config(), clock=lambda: scene.now)
    scene.controller.watch_handlers.on_execution(copy.deepcopy(scene.cluster.executions["divide"]))
    await scene.look()
    assert scene.cluster.calls.count(("create", "pods")) == 2
    assert len(scene.cluster.pods) == 1
    assert scene.status == {}


@pytest.mark.parametrize("first", [False, True], ids=["once the execution is known", "before the execution is known"])
async def test_a_pod_of_another_namespace_that_pretends_to_be_an_attempt_changes_nothing(scene, first):
    await scene.look()
    forged = copy.deepcopy(scene.cluster.pods[POD])
    forged["metadata"] |= {"namespace": "elsewhere", "uid": "forged", "resourceVersion": "99999"}
    forged["status"] = {"phase": "Failed", "containerStatuses": [container_status("terminated", exitCode=1)]}
    if first:
        scene.controller = Controller(Cluster(scene.cluster), Config(), clock=lambda: scene.now)
        scene.controller.watch_handlers.on_pod(copy.deepcopy(forged))
        scene.controller.watch_handlers.on_pod(copy.deepcopy(scene.cluster.pods[POD]))
        scene.controller.watch_handlers.on_execution(copy.deepcopy(scene.cluster.executions["divide"]))
    scene.controller.watch_handlers.on_pod(copy.deepcopy(forged))
    await scene.look()
    scene.controller.watch_handlers.on_pod_deleted(forged)
    await scene.look()
    await scene.pod_becomes("terminated", phase="Succeeded", exitCode=0, message=success_summary(o0=5.0))
    assert (scene.status["phase"], len(scene.status["attempts"])) == ("Succeeded", 1)
    assert scene.cluster.calls.count(("create", "pods")) == 1
    assert scene.cluster.calls.count(("get", "pods")) == 0


async def test_a_strangers_pod_is_not_adopted(scene):
    await scene.look()
    scene.cluster.pods[POD]["metadata"]["ownerReferences"] = []
    scene.restart()
    with pytest.raises(RetryLater, match="isn't attempt 0"):
        await scene.look()
    assert scene.status["conditions"][0]["reason"] == "PodNameTaken"


async def test_a_pod_that_goes_between_two_calls_about_it_is_made_again(scene):
    scene.cluster.failing["create", "pods"] = AlreadyExists(POD)
    with pytest.raises(RetryLater, match="gone again"):
        await scene.look()
    await scene.look()
    assert list(scene.cluster.pods) == [POD]


async def test_a_pod_deleted_by_somebody_else_is_a_system_failure(scene):
    await scene.look()
    await scene.pod_becomes("running", phase="Running")
    scene.controller.watch_handlers.on_pod_deleted(scene.cluster.pods.pop(POD))
    await scene.look()  # no kubelet has said that it was over, so it is looked up first
    await scene.look()
    assert scene.status["phase"] == "Retrying"
    assert scene.status["attempts"][0]["reason"] == "PodDeleted"


@pytest.mark.parametrize("taken", ["ownerReferences", "labels"])
async def test_a_pod_that_somebody_disowned_is_followed_by_another_since_nobody_hears_of_its_end(scene, taken):
    await scene.look()
    await scene.pod_becomes("running", phase="Running", startedAt="2026-01-31T12:00:02Z")
    pod = scene.cluster.pods[POD]
    if taken == "labels":
        pod["metadata"]["labels"].pop("glider.dev/attempt")
    else:
        pod["metadata"].pop("ownerReferences")
    scene.controller.watch_handlers.on_pod(copy.deepcopy(pod))
    await scene.look()
    await scene.look()
    assert scene.status["attempts"][0]["reason"] == "PodDeleted"
    assert scene.status["phase"] == "Retrying"


async def test_a_pod_deleted_after_its_end_has_still_ended_well(scene):
    await scene.look()
    pod = scene.cluster.pods.pop(POD)
    done = container_status("terminated", exitCode=0, message=success_summary(o0=5.0))
    scene.controller.watch_handlers.on_pod_deleted(pod | {"status": {"phase": "Succeeded", "containerStatuses": [done]}})
    await scene.look()
    assert scene.status["phase"] == "Succeeded"


async def test_a_pod_that_vanished_while_the_operator_was_down_is_looked_up_first(scene):
    await scene.look()
    await scene.pod_becomes("running", phase="Running")
    del scene.cluster.pods[POD]
    scene.restart()
    await scene.look()
    assert scene.cluster.calls[-1] == ("get", "pods")
    await scene.look()
    assert scene.status["attempts"][0]["reason"] == "PodDeleted"


async def test_a_refused_pod_ends_the_execution_with_the_api_servers_words(scene):
    scene.cluster.failing[("create", "pods")] = Rejected("Pod is invalid: spec.containers[0].image: Required value")
    await scene.look()
    assert (scene.status["phase"], scene.status["error"]["reason"]) == ("Failed", "PodRejected")
    assert "Required value" in scene.status["error"]["message"]


async def test_a_used_up_quota_is_shown_and_waited_for(scene):
    scene.cluster.failing[("create", "pods")] = Forbidden("exceeded quota: pods", quota=True)
    with pytest.raises(RetryLater):
        await scene.look()
    assert (scene.status["phase"], scene.status["conditions"][0]["reason"]) == ("Pending", "QuotaExceeded")
    await scene.look()
    assert POD in scene.cluster.pods


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
async def test_a_refusal_that_may_pass_costs_no_attempt(scene, answer, reason):
    scene.cluster.failing[("create", "pods")] = answer
    with pytest.raises(RetryLater) as later:
        await scene.look()
    assert later.value.lasting, "many of these may not take the others' calls"
    assert (scene.status["phase"], scene.status["conditions"][0]["reason"]) == ("Pending", reason)
    assert "failures" not in scene.status
    await scene.look()
    assert POD in scene.cluster.pods


@pytest.mark.parametrize("status", [400, 413, 422])
async def test_a_refusal_that_wont_pass_ends_it_with_the_servers_words(scene, status):
    scene.cluster.failing[("create", "pods")] = error_of(status, b'{"message": "spec.containers: Required value"}', headers={})
    await scene.look()
    assert (scene.status["phase"], scene.status["error"]["message"]) == ("Failed", "spec.containers: Required value")
    assert scene.status["error"]["code"] == "PodRejected"


async def test_an_unavailable_api_server_is_tried_again_when_it_says(scene):
    scene.cluster.failing[("create", "pods")] = Unavailable("slow down", retry_after=7)
    with pytest.raises(RetryLater) as later:
        await scene.look()
    assert (later.value.delay, later.value.lasting) == (7, False)


async def test_a_status_that_somebody_else_wrote_first_is_not_overwritten(scene):
    await scene.look()
    scene.cluster.executions["divide"]["metadata"]["resourceVersion"] = "999"
    with pytest.raises(RetryLater):
        await scene.pod_becomes("running", phase="Running")
    scene.controller.watch_handlers.on_execution(copy.deepcopy(scene.cluster.executions["divide"]))
    await scene.look()
    assert scene.status["phase"] == "Running"


async def test_a_late_watch_event_does_not_undo_what_we_wrote(scene):
    stale = copy.deepcopy(scene.cluster.executions["divide"])
    await scene.look()
    await scene.pod_becomes("running", phase="Running")
    scene.controller.watch_handlers.on_execution(stale)
    await scene.look()
    assert scene.cluster.calls.count(("patch", "taskexecutions/status")) == 1


async def test_an_event_that_cannot_be_posted_is_no_failure(scene):
    scene.cluster.failing[("create", "events")] = Unavailable("no")
    await scene.look()
    assert POD in scene.cluster.pods


async def test_a_template_that_comes_later_wakes_the_execution():
    scene = Scene(taskRef={"name": "divider"})
    await scene.look()
    assert scene.cluster.pods == {}
    scene.controller.watch_handlers.on_template(
        {"metadata": {"namespace": "default", "name": "divider", "uid": "uid-1"}, "spec": task_document()}
    )
    await scene.look()
    assert POD in scene.cluster.pods


async def test_a_template_that_never_comes_is_an_invalid_spec():
    scene = Scene(taskRef={"name": "divider"})
    await scene.look()
    await scene.look(after=6 * SECOND)  # it is looked up first
    await scene.look()
    assert scene.status["error"]["message"].endswith('found none named "divider"')
    assert scene.cluster.pods == {}


async def test_an_execution_left_and_made_again_is_another_one(scene):
    await scene.look()
    old = scene.cluster.executions["divide"]
    scene.controller.watch_handlers.on_execution_left(old)
    scene.cluster.executions["divide"] = execution_body(uid="11111111-aaaa")
    scene.controller.watch_handlers.on_execution(copy.deepcopy(scene.cluster.executions["divide"]))
    await scene.look()
    assert set(scene.cluster.pods) == {POD, "divide-11111111-a0"}


async def test_a_pod_is_deleted_once_although_the_watch_tells_of_it_late(scene):
    scene.cluster.graceful = True
    await scene.look()
    await scene.pod_becomes("running", phase="Running", startedAt="2026-01-31T12:00:02Z")
    await scene.change(cancel=True)
    await scene.look()
    await scene.look()
    assert scene.cluster.writes.count(("delete", "pods")) == 1


async def test_a_cancelled_execution_ends_its_pod_and_is_aborted(scene):
    await scene.look()
    await scene.pod_becomes("running", phase="Running")
    gone = scene.cluster.pods[POD]
    await scene.change(cancel=True)
    assert scene.cluster.pods == {}
    scene.controller.watch_handlers.on_pod_deleted(gone)
    await scene.look()  # no kubelet has said that it was over, so it is looked up first
    await scene.look()
    assert (scene.status["phase"], scene.status["conditions"][0]["reason"]) == ("Aborted", "Cancelled")


async def test_an_execution_is_deleted_when_its_ttl_is_over(scene):
    await scene.look()
    await scene.pod_becomes("terminated", phase="Succeeded", exitCode=0, message=success_summary(o0=5.0))
    await scene.change(ttlSecondsAfterFinished=60)
    assert "divide" in scene.cluster.executions
    await scene.look(after=60 * SECOND)
    assert scene.cluster.executions == {}


async def test_the_pod_of_a_finished_execution_goes_after_a_time_also_after_a_restart(scene):
    await scene.look()
    await scene.pod_becomes("terminated", phase="Succeeded", exitCode=0, message=success_summary(o0=5.0))
    scene.restart()
    await scene.look()
    assert POD in scene.cluster.pods
    await scene.look(after=3600 * SECOND)
    assert scene.cluster.pods == {}


async def test_a_pod_that_says_nothing_is_asked_after_once_a_minute(scene):
    told = {"type": "Warning", "reason": "FailedMount", "message": 'secret "x" not found', "lastTimestamp": "2026-01-31T12:00:20Z"}
    scene.cluster.warnings = [told]
    await scene.look()
    await scene.pod_becomes("waiting", phase="Pending", reason="ContainerCreating")
    for _ in range(60):
        await scene.look()
    assert scene.cluster.calls.count(("list", "events")) == 1
    assert scene.status["conditions"][0]["reason"] == "FailedMount"
    await scene.look(after=300 * SECOND)
    await scene.look()
    assert (scene.status["phase"], scene.status["error"]["code"]) == ("Failed", "FailedMount")


class Left:
    """A store in which attempts leave their end: knows what was found, and who asked."""

    def __init__(self, evidence) -> None:
        self.evidence = evidence
        self.asked: list[str] = []

    async def read(self, prefix, *, namespace):
        self.asked.append(prefix)
        return self.evidence

    async def prepare(self, task, *, namespace):
        return None


@pytest.mark.parametrize(
    ("evidence", "exit_code", "phase", "code"),
    [
        pytest.param(Evidence(outputs_found=True, outputs={"o0": 5.0}), 0, "Succeeded", None, id="outputs.pb"),
        pytest.param(Evidence(error=FLYTEKITS), 0, "Retrying", "USER:Recoverable", id="error.pb wins over exit code 0"),
        pytest.param(Evidence(error=FLYTEKITS), 1, "Retrying", "USER:Recoverable", id="and over another exit code"),
        pytest.param(Evidence(), 0, "Failed", "OutputsNotFound", id="nothing at all"),
        pytest.param(Evidence(), 1, "Failed", "ContainerFailed", id="nothing but an exit code"),
        pytest.param(Evidence(problem="AccessDenied"), 0, "Failed", "StoreUnreadable", id="no permission"),
    ],
)
async def test_a_pod_without_a_summary_is_judged_by_what_it_left_in_the_store(evidence, exit_code, phase, code):
    retries = {"retryOn": ["x"], "user": 1, "noRetryOn": ["ContainerFailed"]}
    store = Left(evidence)
    scene = Scene(store=store, storage={"metadataPrefix": "s3://b/m"}, retries=retries, executor={"mode": "Image"})
    await scene.look()
    await scene.pod_becomes("terminated", phase="Failed", exitCode=exit_code)
    await scene.look()
    assert store.asked == ["s3://b/m/default/divide-0f9d2c4e/0"]
    assert scene.status["phase"] == phase
    assert scene.status["attempts"][0].get("error", {}).get("code") == code


@pytest.mark.parametrize(
    ("error", "reason"), [(StoreDenied("AccessDenied"), "StoreDenied"), (StoreUnavailable("no answer"), "StoreUnavailable")]
)
async def test_a_store_that_cant_be_prepared_is_told_and_tried_again(error, reason):
    class Closed(Left):
        async def prepare(self, task, *, namespace):
            raise error

    scene = Scene(store=Closed(Evidence()), storage={"metadataPrefix": "s3://b/m"})
    with pytest.raises(RetryLater):
        await scene.look()
    assert (scene.status["phase"], scene.status["conditions"][0]["reason"]) == ("Pending", reason)
    assert scene.cluster.pods == {}


async def test_a_summary_makes_the_store_unnecessary():
    store = Left(Evidence(problem="must not be asked"))
    scene = Scene(store=store, storage={"metadataPrefix": "s3://b/m"}, executor={"mode": "Image"})
    await scene.look()
    await scene.pod_becomes("terminated", phase="Succeeded", exitCode=0, message=success_summary(o0=5.0))
    assert (scene.status["phase"], store.asked) == ("Succeeded", [])


async def test_only_as_many_pods_as_the_task_allows():
    scene = Scene(task=task_document(maxConcurrent=1))
    other = execution_body(name="other", uid="22222222-bbbb", task=task_document(maxConcurrent=1))
    scene.cluster.executions["other"] = other
    scene.controller.watch_handlers.on_execution(copy.deepcopy(other))
    await scene.look()
    await scene.controller.reconcile(("default", "other"))
    assert set(scene.cluster.pods) == {POD}
    await scene.look(after=6 * SECOND)
    await scene.controller.reconcile(("default", "other"))
    assert other["status"]["conditions"][0]["reason"] == "ConcurrencyLimit"
    await scene.pod_becomes("terminated", phase="Succeeded", exitCode=0, message=success_summary(o0=5.0))
    await scene.controller.reconcile(("default", "other"))
    assert "other-22222222-a0" in scene.cluster.pods


async def test_a_late_event_of_a_pod_takes_no_place_for_an_execution_that_is_over():
    scene = Scene(task=task_document(maxConcurrent=1))
    await scene.look()
    pod = scene.cluster.pods[POD]
    await scene.pod_becomes("waiting", phase="Pending", reason="InvalidImageName")
    assert (scene.status["phase"], scene.cluster.pods) == ("Failed", {})
    scene.controller.watch_handlers.on_pod(copy.deepcopy(pod))
    other = execution_body(name="other", uid="22222222-bbbb", task=task_document(maxConcurrent=1))
    scene.controller.watch_handlers.on_execution(other)
    await scene.controller.reconcile(("default", "other"))
    assert "other-22222222-a0" in scene.cluster.pods


async def test_limits_hold_after_a_restart():
    scene = Scene(task=task_document(maxConcurrent=1))
    await scene.look()
    scene.restart()
    other = execution_body(name="other", uid="22222222-bbbb", task=task_document(maxConcurrent=1))
    scene.controller.watch_handlers.on_execution(other)
    await scene.controller.reconcile(("default", "other"))
    assert set(scene.cluster.pods) == {POD}


def stored_in(prefix: str) -> Config:
    return parse_config(CONFIGURATION | {"storage": {"metadataPrefix": prefix}, "retries": {"user": 1}})


async def test_another_configuration_counts_for_what_is_on_its_way_but_moves_nothing_that_has_begun():
    scene = Scene()
    scene.controller.configure(stored_in("s3://before"))
    await scene.look()
    scene.controller.configure(stored_in("s3://after"))
    await scene.pod_becomes("terminated", phase="Succeeded", exitCode=0, message=success_summary(o0=5.0))
    assert scene.status["outputsUri"].startswith("s3://before/")


async def test_another_configuration_counts_for_what_has_not_begun():
    scene = Scene()
    scene.controller.configure(stored_in("s3://after"))
    await scene.look()
    arguments = scene.cluster.pods[POD]["spec"]["containers"][0]["args"]
    assert any(argument.startswith("s3://after/") for argument in arguments)
