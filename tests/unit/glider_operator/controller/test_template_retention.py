"""The deletion of templates: what happens between the decision and the call."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from glider_core.config import Config
from glider_core.config.parsing import parse_config
from glider_core.kube.errors import Conflict, KubeError
from glider_core.kube.requests import Request
from glider_operator.cache.caches import Caches
from glider_operator.controller.template_retention import DELETED, TemplateRetainer

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


class Server:
    """An API server with two versions of a task, of which the older one's deletion has been announced, and `live` executions."""

    def __init__(self, *, live: str = "", refusal: KubeError | None = None) -> None:
        self._live, self._refusal = live, refusal
        self.writes: list[Request] = []

    async def send(self, request: Request) -> dict[str, Any]:
        if request.writes:
            self.writes.append(request)
            if self._refusal is not None:
                raise self._refusal
            return {}
        if request.resource == "tasktemplates":
            return {"metadata": {}, "items": [template("old", age=60), template("new", age=1)]}
        execution = {
            "metadata": {"namespace": "lab", "name": "a"},
            "spec": {"taskRef": {"name": self._live}},
            "status": {"phase": "Running"},
        }
        return {"metadata": {}, "items": [execution] if self._live else []}


def template(name: str, *, age: int) -> dict[str, Any]:
    created = (NOW - timedelta(days=age)).strftime("%Y-%m-%dT%H:%M:%SZ")
    metadata = {"namespace": "lab", "name": name, "uid": f"uid-of-{name}", "resourceVersion": "7", "creationTimestamp": created}
    annotations = {"glider.dev/deleted-after": "2026-11-28T00:00:00Z"} if name == "old" else {}
    return {"metadata": {**metadata, "labels": {"glider.dev/task-hash": "x"}, "annotations": annotations}}


def config(**retention: Any) -> Config:
    document = {"apiVersion": "glider.dev/v1alpha1", "kind": "Configuration", "clientConnection": {"qps": 10_000, "burst": 10_000}}
    return parse_config({**document, "templateRetention": retention})


async def retain(server: Any, settings: Config | None = None) -> float:
    """How many were counted as deleted."""
    settings = settings or config(unusedFor="720h")
    counted = DELETED.labels("lab")
    before = counted._value.get()
    retainer = TemplateRetainer(server, Caches(), namespaces=[None], config=lambda: settings, may_begin=lambda: True, now=lambda: NOW)
    await retainer.retain()
    return float(counted._value.get() - before)


async def test_only_the_state_that_was_judged_is_deleted() -> None:
    server = Server()
    assert await retain(server) == 1
    [deletion] = server.writes
    assert deletion.path.endswith("/namespaces/lab/tasktemplates/old")
    assert deletion.body["preconditions"] == {"uid": "uid-of-old", "resourceVersion": "7"}


async def test_a_deletion_is_announced_on_the_template_and_by_an_event() -> None:
    class Unannounced(Server):
        async def send(self, request: Request) -> dict[str, Any]:
            answer = await super().send(request)
            for item in answer.get("items", ()):
                item["metadata"].pop("annotations", None)
            return answer

    server = Unannounced()
    assert await retain(server) == 0
    note, posted = server.writes
    assert note.body["metadata"] == {
        "uid": "uid-of-old",
        "annotations": {"glider.dev/last-used": None, "glider.dev/deleted-after": "2026-12-06T12:00:00Z"},
    }
    event = posted.body
    assert (event["reason"], event["involvedObject"]["name"]) == ("Unused", "old")
    assert event["message"] == (
        "Nobody has used this template for 60d: it is deleted after 2026-12-06T12:00:00Z. The label glider.dev/keep=true keeps it."
    )


async def test_one_that_an_execution_has_named_since_stays() -> None:
    server = Server(live="old")
    assert await retain(server) == 0
    assert server.writes == []


@pytest.mark.parametrize("refusal", [Conflict("it has changed"), KubeError("not now")])
async def test_one_that_could_not_be_deleted_isnt_counted(refusal: KubeError) -> None:
    assert await retain(Server(refusal=refusal)) == 0


async def test_nothing_is_deleted_where_the_setting_is_off() -> None:
    server = Server()
    assert await retain(server, config(keepVersions=1)) == 0
    assert server.writes == []
