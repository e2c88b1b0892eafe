"""Executions without a name: which number they get among those that the same request has made before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from glider_admin.access.caller import Caller
from glider_admin.cache.cache import Cache
from glider_admin.front import Call, Front
from glider_admin.handlers.creating import create
from glider_admin.messages.originals import FLYTE_ANSWER, FLYTE_REQUEST, RECEIVED, SENT
from glider_admin.messages.requests import unnamed
from glider_admin.settings import Settings
from glider_client.access.way import Way
from glider_client.cluster.config import ClientConfig
from glider_client.cluster.errors import AlreadyExistsError, NotFoundError
from tests.unit.glider_admin.cache.test_objects import execution

KEY = "key"


class Clusters:
    """An API server that has these executions."""

    def __init__(self, *executions: dict[str, Any]) -> None:
        self.there = {one["metadata"]["name"]: one for one in executions}
        self.read: list[str] = []

    async def ask(self, caller: Caller, question: Callable[[Any], Any]) -> Any:
        return question(self)

    def create(self, path: str, document: Mapping[str, Any]) -> Any:
        name = document["metadata"]["name"]
        if name in self.there:
            raise AlreadyExistsError("there is one")
        self.there[name] = made(name, answer=SENT)
        return self.there[name]

    def get(self, path: str) -> Any:
        name = path.rpartition("/")[2]
        self.read.append(name)
        if name not in self.there:
            raise NotFoundError("there is none")
        return self.there[name]


def made(name: str, *, answer: str, ago: int = 0) -> dict[str, Any]:
    document = execution(name)
    at = (datetime.now(UTC) - timedelta(seconds=ago)).strftime("%Y-%m-%dT%H:%M:%SZ")
    document["metadata"] |= {"creationTimestamp": at, "annotations": {FLYTE_REQUEST: KEY, FLYTE_ANSWER: answer}}
    return document


async def created(clusters: Clusters, *, cached: bool) -> int:
    """The number of the execution that a request without a name gets."""
    config = ClientConfig(server="http://127.0.0.1:1")
    parts: Any = {"clusters": clusters, "identities": None, "reviews": None, "files": None}
    front = Front(settings=Settings(repeat_seconds=600), cache=Cache(Way(config)), **parts)
    for watcher in front.cache._watchers:
        watcher.listed.set()
    for document in clusters.there.values() if cached else ():
        front.cache.executions.saw(document)
    call = Call(front=front, caller=Caller(key="k", user="ada", config=config))
    found = await create(
        call, lambda name: {"metadata": {"name": name, "namespace": "lab", "annotations": {}}}, namespace="lab", name="", key=KEY
    )
    return [unnamed(KEY, number) for number in range(10)].index(found["metadata"]["name"])


@pytest.mark.parametrize("cached", [True, False], ids=["in the cache", "only by the API server"])
@pytest.mark.parametrize(
    ("before", "number"),
    [
        pytest.param([], 0, id="the first one"),
        pytest.param([("Sent", 5)], 0, id="the same call again"),
        pytest.param([("Sent", 3600)], 1, id="an equal one, long after"),
        pytest.param([("Received", 5)], 1, id="an equal one, of a caller who has the answer"),
        pytest.param([("Sent", 3600), ("Received", 5), ("Sent", 5)], 2, id="after others, the same call again"),
        pytest.param([("Sent", 7200), ("Sent", 3600), ("Received", 5)], 3, id="after others, another one"),
    ],
)
async def test_a_request_without_a_name_makes_one_execution_each_time_that_it_is_meant(
    before: list[tuple[str, int]], number: int, cached: bool
) -> None:
    assert {SENT, RECEIVED} == {"Sent", "Received"}
    clusters = Clusters(*(made(unnamed(KEY, place), answer=answer, ago=ago) for place, (answer, ago) in enumerate(before)))
    assert await created(clusters, cached=cached) == number
    assert len(clusters.there) == max(len(before), number + 1)


async def test_old_ones_cost_the_api_server_nothing() -> None:
    clusters = Clusters(*(made(unnamed(KEY, number), answer=SENT, ago=3600) for number in range(5)))
    assert await created(clusters, cached=True) == 5
    assert clusters.read == []
