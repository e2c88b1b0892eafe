"""What an attempt was started with decides how it ends, whatever has become of its template, the configuration or the operator since."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from glider.wire.errors import Kind, Origin, TaskError
from glider_core.api import labels
from glider_core.config import Config, parse_config
from glider_core.diagnose.evidence import Evidence
from tests.unit.glider_core.builders import CONFIGURATION, MINUTE, failure_summary, task_document
from tests.unit.glider_operator.controller.harness import POD, Harness

STARTED = {"startedAt": "2026-01-31T12:00:02Z"}
ENDED = STARTED | {"finishedAt": "2026-01-31T12:00:10Z"}
ERROR = TaskError(code="USER:Boom", kind=Kind.NON_RECOVERABLE, origin=Origin.USER, message="boom")
STORED = {"storage": {"metadataPrefix": "s3://bucket/meta"}}
IMAGE = STORED | {"executor": {"mode": "Image"}}
TOO_LARGE = json.dumps({"v": 1, "outcome": "Succeeded"})


class Left:
    """A store with something below a prefix; knows where it was looked for."""

    def __init__(self, evidence: Evidence, *, below: str = "s3://") -> None:
        self.evidence, self.below = evidence, below
        self.asked: list[str] = []

    def configure(self, config: Any) -> None:
        pass

    async def prepare(self, task: Any, *, namespace: str) -> None:
        return None

    async def read(self, prefix: str, *, namespace: str) -> Evidence:
        self.asked.append(prefix)
        return self.evidence if prefix.startswith(self.below) else Evidence()


def template(uid: str = "1", **fields: Any) -> dict[str, Any]:
    return {"metadata": {"namespace": "default", "name": "divider", "uid": uid, "resourceVersion": "5"}, "spec": task_document(**fields)}


async def running(*, store: Any = None, **fields: Any) -> Harness:
    """An execution of a template with these fields, whose first attempt runs."""
    harness = Harness(store=store, taskRef={"name": "divider"})
    harness.controller.watch_handlers.on_template(template(**fields))
    await harness.reconcile()
    await harness.pod_becomes("running", phase="Running", **STARTED)
    return harness


def lose_template(harness: Harness, how: str) -> None:
    """The template goes, and the operator knows it."""
    match how:
        case "deleted":
            harness.controller.watch_handlers.on_template_deleted(template())
        case "replaced":
            harness.controller.watch_handlers.on_template_deleted(template())
            harness.controller.watch_handlers.on_template(template("2", interface={"inputs": {"a": "integer", "b": "integer"}}))
        case "deleted, and the operator restarted":
            harness.restart()


LOST = pytest.mark.parametrize("how", ["nothing", "deleted", "replaced", "deleted, and the operator restarted"])


@LOST
@pytest.mark.parametrize("exit_code", [0, 1])
async def test_what_the_image_left_in_the_store_is_read_although_the_template_is_gone(how: str, exit_code: int):
    store = Left(Evidence(error=ERROR))
    harness = await running(store=store, **IMAGE)
    lose_template(harness, how)
    await harness.pod_becomes("terminated", phase="Succeeded", exitCode=exit_code, **ENDED)
    await harness.reconcile()
    await harness.reconcile()
    assert store.asked == ["s3://bucket/meta/default/divide-0f9d2c4e/0"]
    assert (harness.status["phase"], harness.status["error"]["code"]) == ("Failed", "USER:Boom")


@LOST
async def test_outputs_too_large_for_the_summary_are_found_although_the_template_is_gone(how: str):
    harness = await running(**STORED)
    lose_template(harness, how)
    await harness.pod_becomes("terminated", phase="Succeeded", exitCode=0, message=TOO_LARGE, **ENDED)
    await harness.reconcile()
    assert harness.status["phase"] == "Succeeded"
    assert harness.status["outputsUri"] == "s3://bucket/meta/default/divide-0f9d2c4e/0/outputs.pb"
    assert harness.status["inputsUri"] == "s3://bucket/meta/default/divide-0f9d2c4e/inputs.pb"


@LOST
async def test_outputs_that_were_promised_are_missed_although_the_template_is_gone(how: str):
    harness = await running()
    lose_template(harness, how)
    await harness.pod_becomes("terminated", phase="Succeeded", exitCode=0, **ENDED)
    await harness.reconcile()
    assert (harness.status["phase"], harness.status["error"]["code"]) == ("Failed", "OutputsNotFound")


@LOST
async def test_timeouts_count_although_the_template_is_gone(how: str):
    harness = await running(timeouts={"attempt": "1m"})
    harness.cluster.graceful = True
    lose_template(harness, how)
    await harness.reconcile()  # after a restart the template is looked up first
    await harness.reconcile(after=2 * MINUTE)
    assert harness.status["attempts"][0]["reason"] == "AttemptTimeout"
    await harness.pod_becomes("terminated", phase="Failed", exitCode=143, **ENDED)
    assert harness.status["phase"] == "TimedOut"
    assert "longer than 1m (timeouts.attempt)" in harness.status["error"]["message"]


@pytest.mark.parametrize(
    ("how", "phase"),
    [
        pytest.param("deleted", "Retrying", id="it is tried again as it was begun"),
        pytest.param("replaced", "Retrying", id="also where the new one of that name has no retries"),
        pytest.param("deleted, and the operator restarted", "Failed", id="what isn't known any more can't be tried again"),
    ],
)
async def test_retries_after_the_template_is_gone(how: str, phase: str):
    harness = await running(retries={"user": 3})
    lose_template(harness, how)
    await harness.pod_becomes("terminated", phase="Failed", exitCode=1, message=failure_summary(kind="RECOVERABLE"), **ENDED)
    await harness.reconcile()
    assert (harness.status["phase"], harness.status["attempts"][0]["error"]["code"]) == (phase, "USER:RuntimeError")
    if phase == "Retrying":
        await harness.reconcile(after=MINUTE)
        assert "divide-0f9d2c4e-a1" in harness.cluster.pods


async def test_what_has_not_begun_does_not_begin_without_its_template():
    harness = Harness(taskRef={"name": "divider"}, suspend=True)
    harness.controller.watch_handlers.on_template(template())
    await harness.reconcile()
    harness.controller.watch_handlers.on_template_deleted(template())
    await harness.change(suspend=False)
    for _ in range(3):
        await harness.reconcile(after=MINUTE)
    assert (harness.status["phase"], harness.status["error"]["code"]) == ("Failed", "InvalidSpec")
    assert harness.cluster.pods == {}


async def test_exit_code_0_alone_is_no_success_where_nobody_knows_what_was_promised():
    """A pod that an older operator made, and no template."""
    harness = await running()
    del harness.cluster.pods[POD]["metadata"]["annotations"][labels.STARTED_WITH]
    harness.restart()
    await harness.pod_becomes("terminated", phase="Succeeded", exitCode=0, **ENDED)
    await harness.reconcile()
    assert (harness.status["phase"], harness.status["error"]["code"]) == ("Failed", "OutputsNotFound")


def stored_in(prefix: str) -> Config:
    return parse_config(CONFIGURATION | {"storage": {"metadataPrefix": prefix}, "retries": {"user": 1, "backoff": {"initial": "1s"}}})


async def begun_in(prefix: str, *, then: str, store: Any = None, **spec: Any) -> Harness:
    """An execution whose first attempt runs, and an operator that has restarted with another prefix."""
    harness = Harness(store=store, **spec)
    harness.controller.configure(stored_in(prefix))
    await harness.reconcile()
    await harness.pod_becomes("running", phase="Running", **STARTED)
    harness.restart()
    harness.controller.configure(stored_in(then))
    return harness


async def test_another_prefix_after_a_restart_moves_nothing_that_has_begun():
    harness = await begun_in("s3://old", then="s3://new")
    await harness.pod_becomes("terminated", phase="Succeeded", exitCode=0, message=TOO_LARGE, **ENDED)
    assert harness.status["outputsUri"] == "s3://old/default/divide-0f9d2c4e/0/outputs.pb"
    assert harness.status["inputsUri"] == "s3://old/default/divide-0f9d2c4e/inputs.pb"


async def test_after_a_restart_with_another_prefix_the_store_is_read_where_the_attempt_wrote():
    store = Left(Evidence(outputs_found=True, outputs={"o0": 5.0}), below="s3://old/")
    harness = await begun_in("s3://old", then="s3://new", store=store, executor={"mode": "Image"})
    await harness.pod_becomes("terminated", phase="Succeeded", exitCode=0, **ENDED)
    await harness.reconcile()
    assert (harness.status["phase"], harness.status["outputs"]) == ("Succeeded", {"o0": 5.0})


async def test_further_attempts_write_where_the_first_did_also_after_a_restart_with_another_prefix():
    harness = await begun_in("s3://old", then="s3://new")
    await harness.pod_becomes("terminated", phase="Failed", exitCode=1, message=failure_summary(kind="RECOVERABLE"), **ENDED)
    await harness.reconcile(after=MINUTE)
    second = copy.deepcopy(harness.cluster.pods["divide-0f9d2c4e-a1"])
    assert "s3://old/default/divide-0f9d2c4e/1" in second["spec"]["containers"][0]["args"]
    assert "s3://new" not in json.dumps(second)
