"""Lists of what is kept: the API server is asked for metadata, and for the contents of the page alone."""

from __future__ import annotations

import asyncio
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flyteidl.admin import common_pb2, launch_plan_pb2, workflow_pb2
from flyteidl.core import identifier_pb2

from glider_admin.access.caller import Caller
from glider_admin.cache.cache import Cache
from glider_admin.entities.kept import KIND_LABEL, EntityKind, config_map
from glider_admin.front import Call, Front
from glider_admin.handlers import names
from glider_admin.handlers.launch_plans import list_active_launch_plans, list_launch_plans
from glider_admin.handlers.workflows import list_workflows
from glider_admin.listing import pages
from glider_admin.settings import Settings
from glider_client.access.way import Way
from glider_client.cluster.config import ClientConfig
from glider_client.cluster.errors import NotFoundError
from glider_core.kube.requests import METADATA

PLACE = {"project": "p", "domain": "development"}
NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
LIST = common_pb2.ResourceListRequest
IDS = common_pb2.NamedEntityIdentifierListRequest
WORKFLOW, LAUNCH_PLAN = EntityKind.WORKFLOW, EntityKind.LAUNCH_PLAN


class ApiServer:
    """The ConfigMaps of one namespace. `fetched`: of which a content was sent; `at_once`: of how many at most."""

    def __init__(self, *documents: dict[str, Any]) -> None:
        self._documents = {document["metadata"]["name"]: document for document in documents}
        self._lock, self._now = threading.Lock(), 0
        self.fetched: list[str] = []
        self.lists = self.at_once = 0
        self.gone: set[str] = set()

    async def ask(self, caller: Caller, question: Callable[[Any], Any]) -> Any:
        return await asyncio.to_thread(question, self)

    def pages(self, path: str, *, query: Mapping[str, str], accept: str, size: int) -> Iterator[dict[str, Any]]:
        assert accept == METADATA, "no content is asked for"
        label, _, kind = query["labelSelector"].partition(",")[0].partition("=")
        found = [one["metadata"] for one in self._documents.values() if one["metadata"]["labels"][label] == kind]
        for start in range(0, len(found), size):
            self.lists += 1
            yield {"items": [{"metadata": one} for one in found[start : start + size]]}

    def get(self, path: str) -> dict[str, Any]:
        name = path.rpartition("/")[2]
        with self._lock:
            self._now += 1
            self.at_once = max(self.at_once, self._now)
        try:
            document = self._documents[name]
            self.fetched.append(document["metadata"]["annotations"]["glider.dev/flyte-name"])
            if self.fetched[-1] in self.gone:
                raise NotFoundError("deleted meanwhile")
            return document
        finally:
            with self._lock:
                self._now -= 1


def made(kind: EntityKind, name: str, number: int = 0, *, content: bytes | None = None) -> dict[str, Any]:
    own = identifier_pb2.Identifier(name=name, version="v1", **PLACE)
    specs: Any = {
        WORKFLOW: workflow_pb2.WorkflowSpec(template={"nodes": [{"id": "n0"}]}, description={"short_description": f"about {name}"}),
        LAUNCH_PLAN: launch_plan_pb2.LaunchPlanSpec(workflow_id={"name": f"of-{name}"}),
    }
    document = config_map(
        kind,
        identifier=own,
        namespace="p-development",
        content=specs[kind].SerializeToString() if content is None else content,
        digest="",
        obstacles="",
        now=NOW + timedelta(seconds=number),
        workflow=f"of-{name}" if kind is LAUNCH_PLAN else "",
    )
    assert document["metadata"]["labels"][KIND_LABEL] == kind
    return {**document, "metadata": {**document["metadata"], "creationTimestamp": "2026-11-29T12:00:30Z"}}


def call(server: ApiServer) -> Call:
    config = ClientConfig(server="http://127.0.0.1:1")
    parts: Any = {"clusters": server, "identities": None, "reviews": None, "files": None}
    front = Front(settings=Settings(), cache=Cache(Way(config)), **parts)
    return Call(front=front, caller=Caller(key="k", user="ada", config=config))


def many(kind: EntityKind, count: int = 60) -> list[dict[str, Any]]:
    return [made(kind, f"app.n{number:02}", number % 30) for number in range(count)]


@pytest.mark.parametrize("kind", [WORKFLOW, LAUNCH_PLAN], ids=str)
async def test_names_are_listed_without_any_content(kind: EntityKind) -> None:
    server = ApiServer(*many(WORKFLOW), *many(LAUNCH_PLAN))
    rpc = {WORKFLOW: "ListWorkflowIds", LAUNCH_PLAN: "ListLaunchPlanIds"}[kind]
    listed = await names.HANDLERS[rpc](call(server), IDS(limit=100, **PLACE))  # type: ignore[arg-type]
    assert [one.name for one in listed.entities] == [f"app.n{number:02}" for number in range(60)]
    assert (server.fetched, server.lists) == ([], 2)


async def test_a_page_of_workflows_asks_for_its_contents_alone_and_a_few_at_once() -> None:
    server = ApiServer(*many(WORKFLOW))
    sort = common_pb2.Sort(key="name", direction=common_pb2.Sort.ASCENDING)
    first = await list_workflows(call(server), LIST(id=PLACE, limit=6, sort_by=sort))
    expected = [f"app.n{number:02}" for number in range(6)]
    assert ([one.id.name for one in first.workflows], first.token) == (expected, "6")
    assert sorted(server.fetched) == expected
    assert server.at_once <= 4
    newest = await list_workflows(call(server), LIST(id={**PLACE, "name": "app.n07"}, limit=1))
    assert [one.id.name for one in newest.workflows] == ["app.n07"]
    assert server.fetched[6:] == ["app.n07"]


async def test_few_contents_are_in_memory_at_once_whoever_asked_and_none_is_unpacked_on_the_event_loop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    threads: set[int] = set()
    decompress = zlib.decompressobj

    def noted(*, wbits: int) -> Any:
        threads.add(threading.get_ident())
        return decompress(wbits=wbits)

    monkeypatch.setattr(zlib, "decompressobj", noted)
    server = ApiServer(*many(LAUNCH_PLAN))
    ada = call(server)
    listed = await asyncio.gather(*(list_launch_plans(ada, LIST(id=PLACE, limit=10)) for _ in range(5)))
    assert [len(one.launch_plans) for one in listed] == [10] * 5
    assert server.at_once <= 4
    assert threads
    assert threading.get_ident() not in threads


async def test_launch_plans_are_filtered_by_their_workflow_before_any_is_read() -> None:
    server = ApiServer(*many(LAUNCH_PLAN))
    listed = await list_launch_plans(call(server), LIST(id=PLACE, filters="eq(workflow.name,of-app.n07)"))
    assert [(one.id.name, one.spec.workflow_id.name) for one in listed.launch_plans] == [("app.n07", "of-app.n07")]
    none = await list_active_launch_plans(call(server), launch_plan_pb2.ActiveLaunchPlanListRequest(limit=9, **PLACE))  # type: ignore[arg-type]
    assert (len(none.launch_plans), server.fetched) == (0, ["app.n07"])


async def test_a_page_has_as_many_as_were_asked_for_beside_what_nobody_can_read_and_what_has_just_gone() -> None:
    odd = [made(WORKFLOW, "app.m00", content=b"\xff\xff"), made(WORKFLOW, "app.m01")]
    server = ApiServer(*many(WORKFLOW), *odd)
    server.gone.add("app.m01")
    sort = common_pb2.Sort(key="name", direction=common_pb2.Sort.ASCENDING)
    page = await list_workflows(call(server), LIST(id=PLACE, limit=2, sort_by=sort))
    assert ([one.id.name for one in page.workflows], page.token) == (["app.n00", "app.n01"], "4")
    after = await list_workflows(call(server), LIST(id=PLACE, limit=1, sort_by=sort, token=page.token))
    assert [one.id.name for one in after.workflows] == ["app.n02"]


async def test_a_page_ends_before_its_contents_are_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    server = ApiServer(*many(LAUNCH_PLAN))
    sort = common_pb2.Sort(key="name", direction=common_pb2.Sort.ASCENDING)
    size = (await list_launch_plans(call(server), LIST(id=PLACE, limit=1, sort_by=sort))).launch_plans[0].ByteSize()
    monkeypatch.setattr(pages, "MOST_BYTES", size * 5 + 1)
    page = await list_launch_plans(call(server), LIST(id=PLACE, limit=50, sort_by=sort))
    assert (len(page.launch_plans), page.token) == (5, "5")
    assert len(server.fetched) <= 1 + 8, "no more than the batch with the one that didn't fit"


async def test_descriptions_are_read_for_the_page_and_launch_plans_have_none() -> None:
    server = ApiServer(*many(WORKFLOW), *many(LAUNCH_PLAN))
    plans = common_pb2.NamedEntityListRequest(resource_type=identifier_pb2.LAUNCH_PLAN, limit=3, **PLACE)  # type: ignore[arg-type]
    assert len((await names.list_named_entities(call(server), plans)).entities) == 3
    assert server.fetched == []
    flows = common_pb2.NamedEntityListRequest(resource_type=identifier_pb2.WORKFLOW, limit=3, **PLACE)  # type: ignore[arg-type]
    described = (await names.list_named_entities(call(server), flows)).entities
    assert [one.metadata.description for one in described] == [f"about app.n0{number}" for number in range(3)]
    assert len(server.fetched) == 3
