"""A child belongs to the eager execution whose pod the caller's token is bound to, and to none otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from glider_admin.access.caller import Caller
from glider_admin.cache.cache import Cache
from glider_admin.front import Call, Front
from glider_admin.handlers.parents import POD_NAME, POD_UID, Belonging, belonging, parent_of
from glider_admin.settings import Settings
from glider_client.access.way import Way
from glider_client.cluster.config import ClientConfig
from glider_client.cluster.errors import UnavailableError
from glider_core.api.execution import parse_execution
from glider_core.render.attempt import pod_name
from tests.unit.glider_admin.cache.test_objects import execution, template

CONFIG = ClientConfig(server="http://127.0.0.1:1")
UID = "0f9d2c4e-1111-2222-3333-444455556666"
OTHER = "0f9d2c4e-9999-2222-3333-444455556666"
LONG = "a-parent-with-a-name-that-is-cut-in-the-name-of-its-pod"
EAGER = {"taskRef": None, "task": {"eager": True}}


def parent(name: str = "parent", *, uid: str = UID, **spec: Any) -> dict[str, Any]:
    found = execution(name, **(EAGER | spec))
    found["metadata"]["uid"] = uid
    return found


def caller(pod: str, *, uid: str = "pod-1", user: str = "system:serviceaccount:lab:default") -> Caller:
    extra = {POD_NAME: (pod,), POD_UID: (uid,)} if pod else {}
    return Caller(key="k", user=user, extra=extra, config=CONFIG)


def pod_of(document: Mapping[str, Any], attempt: int = 0) -> str:
    return pod_name(parse_execution(document), attempt)


def listed_cache() -> Cache:
    cache = Cache(Way(CONFIG))
    for watcher in cache._watchers:
        watcher.listed.set()
    return cache


def found(who: Caller, *documents: Mapping[str, Any], templates: tuple[Mapping[str, Any], ...] = ()) -> str | None:
    """The name of the parent."""
    cache = listed_cache()
    for document in documents:
        cache.executions.saw(document)
    for document in templates:
        cache.templates.saw(document)
    owner = parent_of(who, cache, namespace="lab")
    return None if owner is None else str(owner["metadata"]["name"])


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(parent(), id="by the task that stands in it"),
        pytest.param(parent(LONG), id="with a long name"),
        pytest.param(parent(task=None, taskRef={"name": "t"}), id="by its template"),
        pytest.param(parent(task={}, eager=True), id="by its own field"),
        pytest.param(parent(cancel=True), id="though it is to end: the operator ends the child, too"),
    ],
)
def test_the_pod_of_an_eager_execution_makes_its_children(document: dict[str, Any]) -> None:
    eager = template("app.fan", "v1", name="t")
    eager["spec"]["eager"] = True
    assert found(caller(pod_of(document, 3)), execution("other"), document, templates=(eager,)) == document["metadata"]["name"]


@pytest.mark.parametrize(
    "who",
    [
        pytest.param(caller(""), id="a token that is bound to no pod"),
        pytest.param(caller("web-7c9f"), id="a pod of something else"),
        pytest.param(caller("another-0f9d2c4e-a0"), id="a pod with another execution's name"),
        pytest.param(caller(pod_of(parent()), user="system:serviceaccount:elsewhere:default"), id="a pod of another namespace"),
        pytest.param(caller(pod_of(parent()), user="ada"), id="a person"),
    ],
)
def test_no_one_elses_children_belong_to_it(who: Caller) -> None:
    assert found(who, parent()) is None


@pytest.mark.parametrize(
    "document",
    [pytest.param(parent(task={}), id="its task isn't"), pytest.param(parent(eager=False), id="the execution isn't, and it wins")],
)
def test_what_an_execution_starts_that_is_not_eager_is_not_its_own(document: dict[str, Any]) -> None:
    assert found(caller(pod_of(document)), document) is None


def test_a_pod_of_that_name_that_the_status_does_not_know_is_another() -> None:
    document = parent() | {"status": {"attempts": [{"number": 0, "podUid": "pod-0"}, {"number": 1, "podUid": "pod-1"}]}}
    assert found(caller(pod_of(document, 0)), document) is None
    assert found(caller(pod_of(document, 1)), document) == "parent"
    assert found(caller(pod_of(document, 2)), document) == "parent", "an attempt that isn't on record yet"


def test_a_child_is_for_the_operator_that_has_its_parent() -> None:
    document = parent()
    document["metadata"]["labels"] = {"glider.dev/instance-id": "blue", "team": "one"}
    assert child_of(document).labels == {"glider.dev/instance-id": "blue"}
    assert child_of(parent()).labels == {}
    assert [owner["uid"] for owner in child_of(parent()).owners] == [UID]


def child_of(document: Mapping[str, Any]) -> Belonging:
    """What is in the metadata of what its pod starts."""
    cache = listed_cache()
    cache.executions.saw(document)
    parts: Any = {"clusters": None, "identities": None, "reviews": None, "files": None}
    front = Front(settings=Settings(), cache=cache, **parts)
    return belonging(Call(front=front, caller=caller(pod_of(document))), "lab")


def test_while_executions_are_being_listed_a_pods_call_has_to_come_again_and_nobody_elses() -> None:
    cache = Cache(Way(CONFIG))
    with pytest.raises(UnavailableError):
        parent_of(caller(pod_of(parent())), cache, namespace="lab")
    assert parent_of(caller("web-7c9f"), cache, namespace="lab") is None


def test_of_two_with_uids_that_begin_alike_the_name_decides() -> None:
    assert found(caller(pod_of(parent("b", uid=OTHER))), parent("a"), parent("b", uid=OTHER)) == "b"
