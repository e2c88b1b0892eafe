"""What is counted, by lives: each attempt that fails once, each execution that ends once, and not by any number of labels."""

from __future__ import annotations

from typing import Any

import pytest
from prometheus_client import REGISTRY

from glider_core.kube.errors import Conflict, Forbidden, NotFound, Unavailable
from glider_operator.queue import RetryLater
from glider_operator.telemetry.kube_metrics import WATCH_RESTARTS
from glider_operator.telemetry.metrics import RECONCILED, STORE_ERRORS, NamespaceLabels
from tests.unit.glider_core.builders import SECOND, execution_body, success_summary
from tests.unit.glider_operator.controller.harness import POD, Harness


class Counted:
    """How much a counter has grown since, whatever its labels but those that are given."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._before = dict(self._samples())

    def __call__(self, **labels: str) -> float:
        return sum(value - self._before.get(key, 0.0) for key, value in self._samples().items() if set(labels.items()) <= set(key))

    def _samples(self) -> dict[Any, float]:
        samples = (sample for family in REGISTRY.collect() for sample in family.samples if sample.name == self._name)
        return {tuple(sorted(sample.labels.items())): sample.value for sample in samples}


@pytest.fixture
def failed() -> Counted:
    return Counted("glider_attempts_failed_total")


@pytest.fixture
def finished() -> Counted:
    return Counted("glider_executions_finished_total")


@pytest.fixture
def missing() -> Counted:
    return Counted("glider_pods_missing_total")


@pytest.fixture
def looks() -> Counted:
    return Counted("glider_reconcile_total")


def harness(*, retries: int = 0, **spec: Any) -> Harness:
    return Harness(retries={"user": retries, "system": retries, "backoff": {"initial": "0s"}}, **spec)


async def lose_the_pod(harness: Harness, *, name: str = POD) -> None:
    harness.controller.watch_handlers.on_pod_deleted(harness.cluster.pods.pop(name))
    await harness.reconcile()
    await harness.reconcile()


async def test_an_attempt_that_fails_counts_once_though_its_status_is_written_again(failed, finished):
    it = harness(retries=1)
    await it.reconcile()
    await it.pod_becomes("running", phase="Running", startedAt="2026-01-31T12:00:01Z")
    await lose_the_pod(it)
    assert it.status["phase"] == "Retrying"
    it.cluster.failing[("create", "pods")] = Forbidden("exceeded quota: pods", quota=True)
    with pytest.raises(RetryLater):
        await it.reconcile(after=60 * SECOND)
    assert it.status["conditions"][0]["reason"] == "QuotaExceeded"
    await it.change(cancel=True)
    assert it.status["phase"] == "Aborted"
    assert failed() == failed(namespace="default", origin="SYSTEM", reason="PodDeleted") == 1
    assert finished() == finished(namespace="default", result="Aborted", reason="Cancelled") == 1


async def test_the_last_attempt_counts_as_the_others(failed, finished):
    it = harness()
    await it.reconcile()
    await it.pod_becomes("terminated", phase="Failed", exitCode=1)
    await it.reconcile()
    assert (failed(), finished(result="Failed")) == (1, 1)


async def test_a_time_that_is_over_after_a_retry_is_no_other_attempt(failed, finished):
    it = harness(retries=1, timeouts={"total": "10m"})
    await it.reconcile()
    await it.pod_becomes("running", phase="Running", startedAt="2026-01-31T12:00:01Z")
    await lose_the_pod(it)
    it.cluster.failing[("create", "pods")] = Forbidden("exceeded quota: pods", quota=True)
    with pytest.raises(RetryLater):
        await it.reconcile(after=SECOND)
    await it.reconcile(after=600 * SECOND)
    assert (it.status["phase"], failed(), finished(result="TimedOut")) == ("TimedOut", 1, 1)


@pytest.mark.parametrize(
    ("counter", "labels"),
    [
        *((RECONCILED, {"result": result}) for result in ("ok", "blocked", "api_error", "store_error", "error")),
        *((STORE_ERRORS, {"operation": operation}) for operation in ("prepare", "read")),
        *((WATCH_RESTARTS, {"resource": one, "why": "failed"}) for one in ("taskexecutions", "tasktemplates", "pods")),
    ],
)
def test_counters_that_an_alert_reads_are_there_before_they_count_anything(counter, labels):
    """Prometheus takes the value with which a counter begins for one that it has always had."""
    [family] = counter.collect()
    assert labels in [sample.labels for sample in family.samples]


async def test_a_pod_that_is_gone_counts_as_missing(missing):
    it = harness(retries=1)
    await it.reconcile()
    await it.pod_becomes("running", phase="Running")
    await lose_the_pod(it)
    assert missing() == 1


async def test_a_pod_that_we_ended_or_that_had_ended_does_not(missing):
    it = harness()
    await it.reconcile()
    await it.pod_becomes("running", phase="Running")
    gone = it.cluster.pods[POD]
    await it.change(cancel=True)
    it.controller.watch_handlers.on_pod_deleted(gone)
    await it.reconcile()
    await it.reconcile()
    assert it.status["phase"] == "Aborted"
    other = harness()
    await other.reconcile()
    await other.pod_becomes("terminated", phase="Succeeded", exitCode=0, message=success_summary(o0=5.0))
    other.controller.watch_handlers.on_pod_deleted(other.cluster.pods.pop(POD))
    await other.reconcile()
    assert missing() == 0


@pytest.mark.parametrize(
    ("error", "result"),
    [
        (None, "ok"),
        (Conflict("it was written"), "conflict"),
        (NotFound("it is gone"), "gone"),
        (Forbidden("exceeded quota", quota=True), "blocked"),
        (Unavailable("no"), "api_error"),
        (ValueError("a bug"), "error"),
    ],
)
async def test_looks_are_counted_by_how_they_went(looks, error, result):
    it = harness()
    if error is not None:
        it.cluster.failing[("create", "pods")] = error
    try:
        await it.reconcile()
    except (RetryLater, ValueError) as raised:
        assert isinstance(raised, RetryLater) or raised is error
    assert looks() == looks(result=result) == 1


def test_the_first_namespaces_have_series_of_their_own_and_the_others_one():
    labels = NamespaceLabels(most=2)
    assert [labels.of(namespace) for namespace in ("a", "b", "c", "a", "d")] == ["a", "b", "Other", "a", "Other"]


async def test_an_execution_of_any_namespace_is_counted_by_it(finished):
    it = harness()
    body = execution_body(name="other", uid="other", inputs={"nobody": "asked for this"})
    body["metadata"]["namespace"] = "team-a"
    it.cluster.executions["other"] = body
    it.controller.watch_handlers.on_execution(body)
    await it.controller.reconcile(("team-a", "other"))
    assert finished(namespace="team-a") == 1
