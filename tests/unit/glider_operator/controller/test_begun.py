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
from tests.unit.glider_operator.controller.scene import POD, Scene

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


async def running(*, store: Any = None, **fields: Any) -> Scene:
    """An execution of a template with these fields, whose first attempt runs."""
    scene = Scene(store=store, taskRef={"name": "divider"})
    scene.controller.watch_handlers.on_template(template(**fields))
    await scene.look()
    await scene.pod_becomes("running", phase="Running", **STARTED)
    return scene


def lose_template(scene: Scene, how: str) -> None:
    """The template goes, and the operator knows it."""
    match how:
        case "deleted":
            scene.controller.watch_handlers.on_template_deleted(template())
        case "replaced":
            scene.controller.watch_handlers.on_template_deleted(template())
            scene.controller.watch_handlers.on_template(template("2", interface={"inputs": {"a": "integer", "b": "integer"}}))
        case "deleted, and the operator restarted":
            scene.restart()


LOST = pytest.mark.parametrize("how", ["nothing", "deleted", "replaced", "deleted, and the operator restarted"])


@LOST
@pytest.mark.parametrize("exit_code", [0, 1])
async def test_what_the_image_left_in_the_store_is_read_although_the_template_is_gone(how: str, exit_code: int):
    store = Left(Evidence(error=ERROR))
    scene = await running(store=store, **IMAGE)
    lose_template(scene, how)
    await scene.pod_becomes("terminated", phase="Succeeded", exitCode=exit_code, **ENDED)
    await scene.look()
    await scene.look()
    assert store.asked == ["s3://bucket/meta/default/divide-0f9d2c4e/0"]
    assert (scene.status["phase"], scene.status["error"]["code"]) == ("Failed", "USER:Boom")


@LOST
async def test_outputs_too_large_for_the_summary_are_found_although_the_template_is_gone(how: str):
    scene = await running(**STORED)
    lose_template(scene, how)
    await scene.pod_becomes("terminated", phase="Succeeded", exitCode=0, message=TOO_LARGE, **ENDED)
    await scene.look()
    assert scene.status["phase"] == "Succeeded"
    assert scene.status["outputsUri"] == "s3://bucket/meta/default/divide-0f9d2c4e/0/outputs.pb"
    assert scene.status["inputsUri"] == "s3://bucket/meta/default/divide-0f9d2c4e/inputs.pb"


@LOST
async def test_outputs_that_were_promised_are_missed_although_the_template_is_gone(how: str):
    scene = await running()
    lose_template(scene, how)
    await scene.pod_becomes("terminated", phase="Succeeded", exitCode=0, **ENDED)
    await scene.look()
    assert (scene.status["phase"], scene.status["error"]["code"]) == ("Failed", "OutputsNotFound")


@LOST
async def test_timeouts_count_although_the_template_is_gone(how: str):
    scene = await running(timeouts={"attempt": "1m"})
    scene.cluster.graceful = True
    lose_template(scene, how)
    await scene.look()  # after a restart the template is looked up first
    await scene.look(after=2 * MINUTE)
    assert scene.status["attempts"][0]["reason"] == "AttemptTimeout"
    await scene.pod_becomes("terminated", phase="Failed", exitCode=143, **ENDED)
    assert scene.status["phase"] == "TimedOut"
    assert "longer than 1m (timeouts.attempt)" in scene.status["error"]["message"]


@pytest.mark.parametrize(
    ("how", "phase"),
    [
        pytest.param("deleted", "Retrying", id="it is tried again as it was begun"),
        pytest.param("replaced", "Retrying", id="also where the new one of that name has no retries"),
        pytest.param("deleted, and the operator restarted", "Failed", id="what isn't known any more can't be tried again"),
    ],
)
async def test_retries_after_the_template_is_gone(how: str, phase: str):
    scene = await running(retries={"user": 3})
    lose_template(scene, how)
    await scene.pod_becomes("terminated", phase="Failed", exitCode=1, message=failure_summary(kind="RECOVERABLE"), **ENDED)
    await scene.look()
    assert (scene.status["phase"], scene.status["attempts"][0]["error"]["code"]) == (phase, "USER:RuntimeError")
    if phase == "Retrying":
        await scene.look(after=MINUTE)
        assert "divide-0f9d2c4e-a1" in scene.cluster.pods


async def test_what_has_not_begun_does_not_begin_without_its_template():
    scene = Scene(taskRef={"name": "divider"}, suspend=True)
    scene.controller.watch_handlers.on_template(template())
    await scene.look()
    scene.controller.watch_handlers.on_template_deleted(template())
    await scene.change(suspend=False)
    for _ in range(3):
        await scene.look(after=MINUTE)
    assert (scene.status["phase"], scene.status["error"]["code"]) == ("Failed", "InvalidSpec")
    assert scene.cluster.pods == {}


async def test_exit_code_0_alone_is_no_success_where_nobody_knows_what_was_promised():
    """A pod that an older operator made, and no template."""
    scene = await running()
    del scene.cluster.pods[POD]["metadata"]["annotations"][labels.STARTED_WITH]
    scene.restart()
    await scene.pod_becomes("terminated", phase="Succeeded", exitCode=0, **ENDED)
    await scene.look()
    assert (scene.status["phase"], scene.status["error"]["code"]) == ("Failed", "OutputsNotFound")


def stored_in(prefix: str) -> Config:
    return parse_config(CONFIGURATION | {"storage": {"metadataPrefix": prefix}, "retries": {"user": 1, "backoff": {"initial": "1s"}}})


async def begun_in(prefix: str, *, then: str, store: Any = None, **spec: Any) -> Scene:
    """An execution whose first attempt runs, and an operator that has restarted with another prefix."""
    scene = Scene(store=store, **spec)
    scene.controller.configure(stored_in(prefix))
    await scene.look()
    await scene.pod_becomes("running", phase="Running", **STARTED)
    scene.restart()
    scene.controller.configure(stored_in(then))
    return scene


async def test_another_prefix_after_a_restart_moves_nothing_that_has_begun():
    scene = await begun_in("s3://old", then="s3://new")
    await scene.pod_becomes("terminated", phase="Succeeded", exitCode=0, message=TOO_LARGE, **ENDED)
    assert scene.status["outputsUri"] == "s3://old/default/divide-0f9d2c4e/0/outputs.pb"
    assert scene.status["inputsUri"] == "s3://old/default/divide-0f9d2c4e/inputs.pb"


async def test_after_a_restart_with_another_prefix_the_store_is_read_where_the_attempt_wrote():
    store = Left(Evidence(outputs_found=True, outputs={"o0": 5.0}), below="s3://old/")
    scene = await begun_in("s3://old", then="s3://new", store=store, executor={"mode": "Image"})
    await scene.pod_becomes("terminated", phase="Succeeded", exitCode=0, **ENDED)
    await scene.look()
    assert (scene.status["phase"], scene.status["outputs"]) == ("Succeeded", {"o0": 5.0})


async def test_further_attempts_write_where_the_first_did_also_after_a_restart_with_another_prefix():
    scene = await begun_in("s3://old", then="s3://new")
    await scene.pod_becomes("terminated", phase="Failed", exitCode=1, message=failure_summary(kind="RECOVERABLE"), **ENDED)
    await scene.look(after=MINUTE)
    second = copy.deepcopy(scene.cluster.pods["divide-0f9d2c4e-a1"])
    assert "s3://old/default/divide-0f9d2c4e/1" in second["spec"]["containers"][0]["args"]
    assert "s3://new" not in json.dumps(second)
