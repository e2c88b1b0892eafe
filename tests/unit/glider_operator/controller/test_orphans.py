"""A pod whose execution is gone goes too, where the garbage collector has missed that."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from glider_core.api.execution import parse_execution
from glider_core.api.observed_pod import parse_pod
from glider_core.kube.errors import NotFound, Unavailable
from glider_core.kube.requests import Request
from glider_operator.cache.executions import ExecutionCache
from glider_operator.cache.pods import PodCache
from glider_operator.controller.cluster import Cluster
from glider_operator.controller.orphans import Orphans
from tests.unit.glider_core.builders import T0, execution_body, make_execution, pod_body
from tests.unit.glider_operator.controller.fakes import FakeCluster

GET, DELETE = ("get", "taskexecutions"), ("delete", "pods")


class Server(FakeCluster):
    """Tells of its executions, too."""

    async def send(self, request: Request) -> dict[str, Any]:
        if (request.verb, request.resource) != GET:
            return await super().send(request)
        self.calls.append(GET)
        if GET in self.failing:
            raise self.failing.pop(GET)
        if (found := self.executions.get(request.path.split("/")[-1])) is None:
            raise NotFound("gone")
        return found


class Place:
    def __init__(self) -> None:
        self.server, self.pods, self.executions = Server(), PodCache(), ExecutionCache()
        self.orphans = Orphans(Cluster(self.server), pods=self.pods, executions=self.executions)
        self.pod = pod_body(make_execution())
        self.server.pods[self.pod["metadata"]["name"]] = copy.deepcopy(self.pod)
        parsed = parse_pod(self.pod)
        assert parsed is not None
        self.pods.update(parsed, now=T0)


@pytest.fixture
def place() -> Place:
    return Place()


async def test_it_goes_at_the_second_look_since_the_garbage_collector_may_be_about_to_take_it(place):
    await place.orphans.collect()
    assert place.server.calls == []
    await place.orphans.collect()
    assert place.server.pods == {}


async def test_so_does_that_of_an_execution_which_was_made_again_under_its_name(place):
    place.server.executions["divide"] = execution_body(uid="another")
    place.executions.update(parse_execution(execution_body(uid="another")))
    for _ in range(2):
        await place.orphans.collect()
    assert place.server.pods == {}


async def test_one_whose_execution_is_known_stays_and_costs_no_call(place):
    place.executions.update(make_execution())
    for _ in range(3):
        await place.orphans.collect()
    assert place.server.calls == []


async def test_one_whose_execution_only_the_api_server_knows_stays(place):
    """Somebody took the label off that we watch it by: another operator may serve it."""
    place.server.executions["divide"] = execution_body()
    for _ in range(3):
        await place.orphans.collect()
    assert DELETE not in place.server.calls
    assert len(place.server.pods) == 1


async def test_nothing_is_deleted_while_the_api_server_does_not_answer(place):
    await place.orphans.collect()
    place.server.failing[GET] = Unavailable("later")
    await place.orphans.collect()
    assert len(place.server.pods) == 1
    await place.orphans.collect()
    assert place.server.pods == {}


async def test_another_pod_of_its_name_stays(place):
    await place.orphans.collect()
    place.server.pods[place.pod["metadata"]["name"]]["metadata"]["uid"] = "another"
    await place.orphans.collect()
    assert len(place.server.pods) == 1
