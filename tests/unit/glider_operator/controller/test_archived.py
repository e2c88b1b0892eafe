"""An execution's life with a history: what comes into it, and what waits for it."""

from __future__ import annotations

import asyncio
import copy
from typing import Any

import pytest

from glider_core.config import Config, parse_config
from glider_operator.archive.writing import HistoryWriter
from glider_operator.controller.cluster import Cluster
from glider_operator.controller.controller import Controller
from tests.unit.glider_core.builders import CONFIGURATION, MINUTE, SECOND, UID, success_summary, task_document
from tests.unit.glider_operator.archive.stores import Workshop
from tests.unit.glider_operator.controller.harness import KEY, POD, Harness

SUCCEEDED: dict[str, Any] = {"exitCode": 0, "message": success_summary(o0=5.0), "finishedAt": "2026-01-31T12:00:05Z"}
BUCKET = {"storage": {"metadataPrefix": "s3://b/meta"}}


class Archived(Harness):
    """One with a history in a folder."""

    def __init__(self, workshop: Workshop, config: Config, **spec: Any) -> None:
        self.workshop, self.config = workshop, config
        super().__init__(**spec)

    def restart(self) -> None:
        self.controller = Controller(
            Cluster(self.cluster),
            self.config,
            clock=lambda: self.now,
            history=lambda: HistoryWriter(self.workshop.storage, self.workshop.prefix),
        )
        for pod in self.cluster.pods.values():
            self.controller.watch_handlers.on_pod(copy.deepcopy(pod))
        self.controller.watch_handlers.on_execution(copy.deepcopy(self.cluster.executions["divide"]))

    async def archive(self) -> None:
        assert self.controller.archiver is not None
        await self.controller.archiver.archive()

    async def succeed(self) -> None:
        await self.reconcile()
        await self.pod_becomes("terminated", phase="Succeeded", **SUCCEEDED)


@pytest.fixture
def workshop(tmp_path) -> Workshop:
    return Workshop(tmp_path)


def harness(workshop: Workshop, *, settings: dict[str, Any] | None = None, **spec: Any) -> Archived:
    return Archived(workshop, parse_config(CONFIGURATION | (settings or {})), **spec)


async def test_all_of_its_life_is_archived(workshop):
    made = harness(workshop, settings=BUCKET, taskRef={"name": "divider"})
    template = {
        "apiVersion": "glider.dev/v1alpha1",
        "kind": "TaskTemplate",
        "metadata": {"namespace": "default", "name": "divider", "uid": "t", "resourceVersion": "7", "labels": {"team": "a"}},
        "spec": task_document(),
    }
    made.controller.watch_handlers.on_template(template)
    await made.succeed()
    await made.archive()
    record = workshop.record()
    assert record.execution["status"]["phase"] == "Succeeded"
    assert record.template is not None
    assert (record.template["metadata"]["labels"], record.template["spec"]) == ({"team": "a"}, task_document())
    assert record.resolved is not None
    assert record.resolved["storage"] == {"metadataPrefix": "s3://b/meta"}
    assert [pod["metadata"]["name"] for pod in record.pods] == [POD]
    assert [event["reason"] for event in record.events] == ["Created", "Succeeded"]
    assert record.storage.metadata == f"s3://b/meta/default/divide-{UID[:8]}"


async def test_it_isnt_deleted_before_it_is_archived(workshop):
    made = harness(workshop, ttlSecondsAfterFinished=0)
    workshop.storage.fails = lambda uri: True
    await made.succeed()
    await made.archive()
    await made.reconcile(after=6 * MINUTE)
    assert made.cluster.events[-1] == "WaitsForHistory"
    await made.reconcile(after=60 * MINUTE)
    assert made.cluster.events.count("WaitsForHistory") == 1
    assert "divide" in made.cluster.executions
    assert made.controller.caches.executions.get(KEY) is not None
    workshop.storage.fails = lambda uri: False
    made.restart()
    await made.archive()
    await made.reconcile(after=SECOND)
    assert "divide" not in made.cluster.executions
    assert workshop.uids() == [UID]


async def test_one_that_the_store_doesnt_take_is_reported_and_stays(workshop):
    made = harness(workshop, ttlSecondsAfterFinished=0)
    workshop.storage.is_odd = lambda uri: uri.endswith(".json.zst")
    await made.succeed()
    await made.archive()
    await made.reconcile()
    assert made.cluster.events[-1] == "NotArchived"
    assert "divide" in made.cluster.executions


async def test_its_deletion_is_due_as_soon_as_it_is(workshop):
    made = harness(workshop, ttlSecondsAfterFinished=0)
    await made.succeed()
    await made.reconcile()
    made.controller.queue.start()
    await made.archive()
    async with asyncio.timeout(5):
        while "divide" in made.cluster.executions:  # noqa: ASYNC110  # the queue's tasks change it
            await asyncio.sleep(0)
    assert "divide" not in made.cluster.executions
    await made.controller.queue.close()


async def test_without_a_ttl_it_isnt_kept_in_memory_for_that(workshop):
    made = harness(workshop)
    await made.succeed()
    made.cluster.pods.clear()
    made.controller.watch_handlers.on_pods_gone({f"uid-of-{POD}"})
    await made.reconcile()
    assert made.controller.caches.executions.get(KEY) is None
    await made.archive()
    assert [pod["metadata"]["name"] for pod in workshop.record().pods] == [POD]


async def test_without_a_history_nothing_waits():
    made = Harness(ttlSecondsAfterFinished=0)
    assert made.controller.archiver is None
    await made.reconcile()
    await made.pod_becomes("terminated", phase="Succeeded", **SUCCEEDED)
    await made.reconcile()
    assert "divide" not in made.cluster.executions
