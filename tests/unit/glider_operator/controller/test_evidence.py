"""What an attempt left in the store, where its pod has no summary."""

from __future__ import annotations

import pytest

from glider.wire.errors import Kind, Origin, TaskError
from glider_core.diagnose.evidence import Evidence
from glider_core.store.access import StoreDenied, StoreUnavailable
from glider_operator.queue import RetryLater
from tests.unit.glider_core.builders import success_summary
from tests.unit.glider_operator.controller.harness import Harness

FLYTEKITS = TaskError(code="USER:Recoverable", kind=Kind.RECOVERABLE, origin=Origin.USER, message="again")


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
    harness = Harness(store=store, storage={"metadataPrefix": "s3://b/m"}, retries=retries, executor={"mode": "Image"})
    await harness.reconcile()
    await harness.pod_becomes("terminated", phase="Failed", exitCode=exit_code)
    await harness.reconcile()
    assert store.asked == ["s3://b/m/default/divide-0f9d2c4e/0"]
    assert harness.status["phase"] == phase
    assert harness.status["attempts"][0].get("error", {}).get("code") == code


@pytest.mark.parametrize(
    ("error", "reason"), [(StoreDenied("AccessDenied"), "StoreDenied"), (StoreUnavailable("no answer"), "StoreUnavailable")]
)
async def test_a_store_that_cant_be_prepared_is_told_and_tried_again(error, reason):
    class Closed(Left):
        async def prepare(self, task, *, namespace):
            raise error

    harness = Harness(store=Closed(Evidence()), storage={"metadataPrefix": "s3://b/m"})
    with pytest.raises(RetryLater):
        await harness.reconcile()
    assert (harness.status["phase"], harness.status["conditions"][0]["reason"]) == ("Pending", reason)
    assert harness.cluster.pods == {}


async def test_a_summary_makes_the_store_unnecessary():
    store = Left(Evidence(problem="must not be asked"))
    harness = Harness(store=store, storage={"metadataPrefix": "s3://b/m"}, executor={"mode": "Image"})
    await harness.reconcile()
    await harness.pod_becomes("terminated", phase="Succeeded", exitCode=0, message=success_summary(o0=5.0))
    assert (harness.status["phase"], store.asked) == ("Succeeded", [])
