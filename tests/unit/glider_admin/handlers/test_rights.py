"""What the front does by its own right, or shows from its caches, is only for callers who have that right themselves."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import pytest
from flyteidl.admin import execution_pb2, task_pb2
from flyteidl.core import identifier_pb2, literals_pb2

from glider_admin.access.caller import Caller
from glider_admin.cache.cache import Cache
from glider_admin.errors import RefusedError
from glider_admin.front import Call, Front
from glider_admin.handlers.launches import create_execution
from glider_admin.handlers.tasks import create_task, task_entries
from glider_admin.messages.identifiers import Place
from glider_admin.settings import Settings
from glider_client.access.rights import Right
from glider_client.access.way import Way
from glider_client.cluster.config import ClientConfig
from glider_client.cluster.errors import ForbiddenError
from tests.unit.glider_admin.cache.test_objects import template

PLACE = Place(project="p", domain="development")
NAMESPACE = "p-development"
NAMED = {"project": "p", "domain": "development", "name": "flows.add", "version": "v1"}
TASK = identifier_pb2.Identifier(resource_type=identifier_pb2.TASK, **NAMED)


class Reviews:
    """Allows these verbs on everything; `meanwhile` is called with the right before each answer."""

    def __init__(self, verbs: Collection[str], meanwhile: Callable[[Right], None] = lambda right: None) -> None:
        self._verbs, self._meanwhile = verbs, meanwhile

    async def allowed(self, caller: Caller, right: Right) -> bool:
        self._meanwhile(right)
        return right.verb in self._verbs and right.group != ""

    async def require(self, caller: Caller, right: Right) -> None:
        if not await self.allowed(caller, right):
            raise ForbiddenError(f"{caller.user} may not {right}")


class Files:
    """Writes nothing to the store: nobody in this file may have it written."""

    def path_in(self, uri: str) -> None:
        return None

    def uploads(self, namespace: str) -> Any:
        raise AssertionError("the store was asked for")


def call(reviews: Reviews) -> Call:
    config = ClientConfig(server="http://127.0.0.1:1")
    parts: Any = {"clusters": None, "identities": None, "reviews": reviews, "files": Files()}
    front = Front(settings=Settings(), cache=Cache(Way(config)), **parts)
    return Call(front=front, caller=Caller(key="k", user="ada", config=config))


def stored(*, name: str = "") -> dict[str, Any]:
    made = template("flows.add", "v1", name=name, namespace=NAMESPACE)
    return {**made, "spec": {**made["spec"], "interface": {"inputs": {"x": {"simple": "STRING"}}}}}


async def test_large_inputs_arent_put_into_the_store_for_somebody_who_may_only_read() -> None:
    ada = call(Reviews({"get", "list"}))
    ada.front.cache.templates.saw(stored())
    text = literals_pb2.Literal(scalar={"primitive": {"string_value": "x" * (200 << 10)}})
    request = execution_pb2.ExecutionCreateRequest(project="p", domain="development", spec={"launch_plan": TASK})
    request.inputs.literals["x"].CopyFrom(text)
    with pytest.raises(ForbiddenError, match="ada may not create taskexecutions"):
        await create_execution(ada, request)


def registered() -> task_pb2.TaskCreateRequest:
    request = task_pb2.TaskCreateRequest(id=TASK)
    request.spec.template.type = "python-task"
    request.spec.template.container.image = "another"
    request.spec.template.container.args.append("pyflyte-execute")
    return request


async def test_what_differs_from_a_version_that_is_there_is_shown_to_those_alone_who_may_read_it() -> None:
    for verbs, refused in (({"create"}, ForbiddenError), ({"get"}, ForbiddenError), ({"create", "get"}, RefusedError)):
        ada = call(Reviews(verbs))
        ada.front.cache.templates.saw(stored(name="by-hand"))
        with pytest.raises(refused):
            await create_task(ada, registered())


async def test_a_list_of_tasks_has_none_that_was_deleted_while_the_caller_was_reviewed() -> None:
    def delete(right: Right) -> None:
        if right.resource == "configmaps":
            ada.front.cache.templates.deleted(stored())

    ada = call(Reviews({"list"}, meanwhile=delete))
    ada.front.cache.templates.saw(stored())
    for watcher in ada.front.cache._watchers:
        watcher.listed.set()
    assert await task_entries(ada, PLACE) == []
