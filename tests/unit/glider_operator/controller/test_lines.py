"""Who waits behind `maxConcurrent` gets its turn, whatever becomes of those before it."""

from __future__ import annotations

import copy
from contextlib import suppress
from datetime import timedelta
from typing import Any

from glider_core.config import parse_config
from glider_core.kube.errors import NotFound
from glider_operator.controller.cluster import Cluster
from glider_operator.controller.controller import Controller
from glider_operator.queue import RetryLater
from tests.unit.glider_core.builders import CONFIGURATION, SECOND, T0, container_status, execution_body, success_summary
from tests.unit.glider_operator.controller.fakes import FakeCluster

NEEDS_A_SECRET = {"env": [{"name": "X", "valueFrom": {"secretKeyRef": {"name": "late", "key": "k"}}}]}


class WithoutSecrets(FakeCluster):
    async def send(self, request: Any) -> dict[str, Any]:
        if (request.verb, request.resource) == ("get", "secrets"):
            raise NotFound("late")
        return await super().send(request)


class Line:
    """Executions of which `most` may run at once, the older first."""

    def __init__(self, *, most: int) -> None:
        self.cluster, self.now = WithoutSecrets(), T0
        self.controller = Controller(Cluster(self.cluster), parse_config(CONFIGURATION | {"maxConcurrent": most}), clock=lambda: self.now)

    async def add(self, *names: str, **spec: Any) -> None:
        for name in names:
            number = len(self.cluster.executions)
            body = execution_body(name=name, uid=f"{number:08}-1111", **copy.deepcopy(spec))
            body["metadata"] |= {"creationTimestamp": f"2026-01-31T12:00:{number:02}Z", "resourceVersion": str(100 + number)}
            self.cluster.executions[name] = body
            self.controller.watch_handlers.on_execution(copy.deepcopy(body))
            await self.work()

    async def work(self, *, after: timedelta = 10 * SECOND) -> None:
        """What the queue's workers do, and nobody is looked at who wasn't woken."""
        self.now += after
        queue = self.controller.queue
        while (key := queue._ready.take()) is not None:
            del queue._queued_at[key]
            with suppress(RetryLater):
                await self.controller.reconcile(key)
            queue._ready.done(key[0])

    async def cancel(self, name: str, *, then_ends: str) -> None:
        """Somebody cancels `name`; and before that is looked at, the pod of another ends."""
        body = self.cluster.executions[name]
        self.cluster._version += 1
        body["metadata"]["resourceVersion"] = str(self.cluster._version)
        body["spec"]["cancel"] = True
        self.controller.watch_handlers.on_execution(copy.deepcopy(body))
        await self.end(then_ends)

    async def end(self, name: str) -> None:
        """Its pod ends well."""
        pod = next(pod for pod in self.cluster.pods.values() if pod["metadata"]["name"].startswith(name + "-"))
        done = container_status("terminated", exitCode=0, message=success_summary(o0=5.0))
        pod["status"] = {"phase": "Succeeded", "containerStatuses": [done]}
        self.controller.watch_handlers.on_pod(copy.deepcopy(pod))
        await self.work()

    @property
    def with_a_pod(self) -> set[str]:
        return {name.partition("-")[0] for name in self.cluster.pods}

    def reason(self, name: str) -> str:
        return str(self.cluster.executions[name]["status"]["conditions"][0]["reason"])


async def test_an_execution_that_cant_have_its_pod_takes_no_place():
    line = Line(most=1)
    await line.add("x", **NEEDS_A_SECRET)
    assert line.reason("x") == "SecretNotFound"
    await line.add("good")
    assert line.with_a_pod == {"good"}


async def test_nor_does_it_keep_those_behind_it_waiting_when_its_turn_comes():
    line = Line(most=1)
    await line.add("a")
    await line.add("x", **NEEDS_A_SECRET)
    await line.add("good")
    await line.work()
    assert (line.reason("x"), line.reason("good")) == ("ConcurrencyLimit", "ConcurrencyLimit")
    await line.end("a")
    assert line.with_a_pod == {"a", "good"}
    await line.controller.recorder.flush()
    assert "SecretNotFound" in line.cluster.events


async def test_one_that_is_deleted_and_kept_by_a_finalizer_leaves_the_line():
    line = Line(most=1)
    await line.add("a", "first", "second")
    body = line.cluster.executions["first"]
    line.cluster._version += 1
    body["metadata"] |= {"deletionTimestamp": "2026-01-31T12:05:00Z", "finalizers": ["x/y"], "resourceVersion": str(line.cluster._version)}
    line.controller.watch_handlers.on_execution(copy.deepcopy(body))
    await line.work()
    assert (body["status"]["phase"], line.reason("first")) == ("Aborted", "Deleted")
    await line.end("a")
    assert line.with_a_pod == {"a", "second"}


async def test_one_that_ends_instead_of_asking_hands_its_turn_on():
    line = Line(most=1)
    await line.add("a", "first", "second")
    await line.cancel("first", then_ends="a")
    assert line.with_a_pod == {"a", "second"}
