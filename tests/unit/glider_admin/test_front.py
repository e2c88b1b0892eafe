"""What a call reads: the caller's right first, then the cache, then the API server once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from glider_admin.access.caller import Caller
from glider_admin.cache.cache import Cache
from glider_admin.front import Call, Front
from glider_admin.settings import Settings
from glider_client.access.rights import Right
from glider_client.access.way import Way
from glider_client.cluster.config import ClientConfig
from glider_client.cluster.errors import ForbiddenError, NoCrdError, NotFoundError
from glider_core.api.template_names import template_name
from tests.unit.glider_admin.cache.test_objects import execution, template


class Reviews:
    """Allows what it was made with."""

    def __init__(self, *allowed: Right) -> None:
        self._allowed = allowed
        self.asked: list[Right] = []

    async def allowed(self, caller: Caller, right: Right) -> bool:
        self.asked.append(right)
        return right in self._allowed

    async def require(self, caller: Caller, right: Right) -> None:
        if not await self.allowed(caller, right):
            raise ForbiddenError(str(right))


class Clusters:
    """An API server with one answer to each path."""

    def __init__(self, **objects: Any) -> None:
        self._objects = objects
        self.paths: list[str] = []

    async def ask(self, caller: Caller, question: Callable[[Any], Any]) -> Any:
        return question(self)

    def get(self, path: str) -> Any:
        self.paths.append(path)
        found = self._objects.get(path.rpartition("/")[2], NotFoundError("no such object"))
        if isinstance(found, Exception):
            raise found
        return found


READ = Right(verb="get", namespace="lab")


def call(reviews: Reviews, clusters: Clusters) -> Call:
    config = ClientConfig(server="http://127.0.0.1:1")
    parts: Any = {"clusters": clusters, "identities": None, "reviews": reviews, "files": None}
    front = Front(settings=Settings(), cache=Cache(Way(config)), **parts)
    return Call(front=front, caller=Caller(key="k", user="ada", config=config))


async def test_what_the_cache_has_costs_the_api_server_nothing() -> None:
    ada = call(Reviews(READ), clusters := Clusters())
    ada.front.cache.executions.saw(execution("a"))
    assert await ada.execution("lab", "a") == execution("a")
    assert clusters.paths == []


async def test_what_another_replica_made_a_moment_ago_is_asked_for_once() -> None:
    ada = call(Reviews(READ), clusters := Clusters(a=execution("a")))
    assert await ada.execution("lab", "a") == execution("a")
    assert await ada.execution("lab", "b") is None
    assert clusters.paths == [f"/apis/glider.dev/v1alpha1/namespaces/lab/taskexecutions/{name}" for name in "ab"]


async def test_nobody_learns_what_exists_without_the_right() -> None:
    ada = call(Reviews(), clusters := Clusters())
    ada.front.cache.executions.saw(execution("a"))
    for name in ("a", "b"):
        with pytest.raises(ForbiddenError):
            await ada.execution("lab", name)
    assert clusters.paths == []


async def test_a_right_to_one_name_suffices_and_one_to_all_is_asked_for_once() -> None:
    one = Reviews(Right(verb="get", namespace="lab", name="a"))
    ada = call(one, Clusters(a=execution("a")))
    assert await ada.execution("lab", "a") == execution("a")
    everything = Reviews(READ)
    await call(everything, Clusters()).execution("lab", "a")
    assert everything.asked == [READ], "the same review whatever the name, so that it is kept"


async def test_a_template_is_found_by_its_version_or_by_its_name() -> None:
    name = template_name(task="flows.add", version="v2")
    reviews = Reviews(Right(verb="get", resource="tasktemplates", namespace="lab"))
    ada = call(reviews, Clusters(**{name: template("flows.add", "v2")}))
    ada.front.cache.templates.saw(template("flows.add", "v1"))
    assert await ada.template("lab", task="flows.add", version="v1") == template("flows.add", "v1")
    assert await ada.template("lab", task="flows.add", version="v2") == template("flows.add", "v2")
    assert await ada.template_named("lab", name) == template("flows.add", "v2")
    assert await ada.template_named("lab", "other") is None


async def test_a_cluster_without_gliders_api_isnt_one_without_the_object() -> None:
    ada = call(Reviews(READ), Clusters(a=NoCrdError("no such API")))
    with pytest.raises(NoCrdError):
        await ada.execution("lab", "a")
