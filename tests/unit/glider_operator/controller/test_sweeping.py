"""What sweeps make of odd objects, with the operator's own memory."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from glider_core.api.execution import is_finished
from glider_core.api.observed_pod import parse_pod
from glider_core.api.phases import FINISHED, LIVE
from glider_core.api.policies import Policies
from glider_core.config import Config
from glider_core.kube.errors import NotFound
from glider_core.kube.requests import JSON, Request
from glider_operator.controller.cluster import Cluster
from glider_operator.controller.controller import Controller
from glider_operator.controller.sweeping import build_sweeps
from tests.unit.glider_core.builders import T0, execution_body, pod_body


class Objects:
    """An API server that lists and reads what it was given, by resource."""

    def __init__(self, config: Config | None = None, /, **objects: list[dict[str, Any]]) -> None:
        config = config or Config()
        self.objects = objects
        self.controller = Controller(Cluster(self), config, clock=lambda: T0)
        self.sweeps = build_sweeps(self.controller, self, config)
        self.sweeps.sweeper._patience = 0

    async def send(self, request: Request) -> dict[str, Any]:
        there = self.objects.get(request.resource, [])
        if request.verb == "list":
            over = {LIVE: False, FINISHED: True}.get(dict(request.query).get("fieldSelector", ""))
            chosen = [one for one in there if over is None or is_finished(one) is over]
            items = copy.deepcopy(chosen) if request.accept == JSON else [{"metadata": one["metadata"]} for one in chosen]
            return {"metadata": {"resourceVersion": "9999"}, "items": items}
        for one in there:
            if one["metadata"]["name"] == request.path.split("/")[-1]:
                return copy.deepcopy(one)
        raise NotFound(request.path)

    async def sweep(self, times: int) -> str:
        for _ in range(times):
            assert await self.sweeps.sweeper.sweep()
        return self.sweeps.sweeper.silent()


ENDED = {"phase": "Succeeded", "completionTime": "2026-01-31T11:59:00Z"}
TTL = {"ttlSecondsAfterFinished": 3_600}


@pytest.mark.parametrize(
    ("spec", "pods", "config", "known"),
    [
        pytest.param({}, [], Config(), False, id="has nothing that is still to be done"),
        pytest.param({}, [pod_body(phase="Succeeded")], Config(), True, id="has a pod"),
        pytest.param(TTL, [], Config(), True, id="has a TTL"),
        pytest.param({}, [], replace(Config(), policies=Policies(ttl=timedelta(hours=1))), True, id="has the configuration's TTL"),
    ],
)
async def test_an_execution_that_is_over_is_remembered_as_long_as_it_is_needed(spec, pods, config, known):
    execution = execution_body(status=ENDED, **spec)
    cluster = Objects(config, taskexecutions=[execution], pods=pods)
    assert await cluster.sweeps.sweeper.sweep()
    assert len(cluster.controller.caches.executions) == 0, "it isn't watched"
    assert await cluster.sweeps.finished.list()
    assert (len(cluster.controller.caches.executions) == 1) is known
    assert await cluster.sweep(4) == "", "nor missed"
    assert (len(cluster.controller.caches.executions) == 1) is known


async def test_an_execution_that_somebody_else_ended_is_looked_at_because_of_its_pods():
    cluster = Objects(Config(), taskexecutions=[execution_body()], pods=[pod_body(phase="Running")])
    assert await cluster.sweep(1) == ""
    ended = execution_body(status=ENDED)
    ended["metadata"]["resourceVersion"] = "5000"
    cluster.objects["taskexecutions"] = [ended]
    assert await cluster.sweep(1) == ""
    assert len(cluster.controller.caches.executions) == 0
    assert len(list(cluster.controller.caches.pods.all())) == 1
    assert await cluster.sweeps.finished.list()
    assert cluster.controller.caches.executions.finished() == (("default", "divide"),)


async def test_a_pod_that_is_left_without_an_owner_makes_no_watch_silent():
    orphan = pod_body()
    del orphan["metadata"]["ownerReferences"]
    assert await Objects(pods=[orphan]).sweep(4) == ""


async def test_nor_does_one_that_runs_without_its_label():
    cluster = Objects(taskexecutions=[execution_body()])
    pod = parse_pod(pod_body(phase="Running"))
    assert pod is not None
    for _ in range(5):
        silent = await cluster.sweep(1)
        cluster.controller.caches.pods.found(pod, now=T0)  # as the look after it does
    assert silent == ""


async def test_an_execution_with_a_time_that_is_none_is_known_like_the_others():
    odd = execution_body(name="a-odd", uid="odd", status={"phase": "Running", "startTime": "2026-01-31T12:00:00+99:00"})
    cluster = Objects(taskexecutions=[odd, execution_body()])
    await cluster.sweep(1)
    assert {name for (_, name), _ in cluster.controller.caches.executions.live()} == {"a-odd", "divide"}


async def test_the_living_are_looked_at_again_but_for_those_that_failed_and_come_by_themselves():
    cluster = Objects()
    for number in range(3):
        cluster.controller.watch_handlers.on_execution(execution_body(name=f"e{number}", uid=f"uid-{number}"))
    queue = cluster.controller.queue
    queue._come_again(("default", "e1"), at_least=30.0, lasting=True)
    assert sorted(cluster.sweeps.sweeper._live()) == [("default", "e0"), ("default", "e2")]


async def test_what_has_ended_before_the_sweep_could_fetch_it_makes_no_watch_silent():
    cluster = Objects(pods=[pod_body(phase="Succeeded")])
    asked = cluster.send

    async def ends_once_it_is_listed(request: Request) -> dict[str, Any]:
        answer = await asked(request)
        if (request.verb, request.resource) == ("list", "taskexecutions"):
            cluster.objects["taskexecutions"] = [execution_body(status=ENDED)]
        return answer

    cluster.send = ends_once_it_is_listed  # type: ignore[method-assign]
    for _ in range(4):
        cluster.objects["taskexecutions"] = [execution_body()]
        assert await cluster.sweep(1) == ""
        assert len(cluster.controller.caches.executions) == 1, "it has a pod"
        cluster.controller.caches.executions.forget(execution_body()["metadata"]["uid"], left_at=0)
