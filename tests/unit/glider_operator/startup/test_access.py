"""A listed namespace that may not be watched is named, and keeps none of the others from being served."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from glider_core.kube.errors import Forbidden, KubeError, NotFound, Rejected, Unavailable
from glider_core.kube.requests import Request
from glider_operator.controller.cluster import Cluster
from glider_operator.startup.access import Access, AccessChangedError, NoAccessError, find_access, follow_access


class Rights:
    """An API server of which each namespace answers with an error, or well."""

    def __init__(self, **refusals: KubeError) -> None:
        self.refusals: dict[str, KubeError] = dict(refusals)
        self.asked = asyncio.Event()

    async def send(self, request: Request) -> dict[str, Any]:
        self.asked.set()
        await asyncio.sleep(0)
        for namespace, error in self.refusals.items():
            if f"/namespaces/{namespace}/" in request.path or namespace == "everywhere":
                raise error
        return {}


def may_not() -> Forbidden:
    return Forbidden("pods is forbidden")


async def test_all_that_is_listed_is_served():
    assert await find_access(Cluster(Rights()), ("a", "b")) == Access(served=("a", "b"))


async def test_without_a_list_everything_is_and_has_to_be():
    assert await find_access(Cluster(Rights()), ()) == Access()
    with pytest.raises(NoAccessError, match=r"may not list taskexecutions.*forbidden"):
        await find_access(Cluster(Rights(everywhere=may_not())), ())


async def test_a_namespace_that_may_not_be_watched_is_named_and_left_out(caplog):
    access = await find_access(Cluster(Rights(b=may_not())), ("a", "b", "c"))
    assert access.served == ("a", "c")
    assert access.remark == "without namespace b: may not list taskexecutions: pods is forbidden"
    assert "not watching namespace b" in caplog.text


async def test_where_none_may_be_watched_each_is_named():
    with pytest.raises(NoAccessError, match=r"namespace a: .*; namespace b: .*"):
        await find_access(Cluster(Rights(a=may_not(), b=may_not())), ("a", "b"))


@pytest.mark.parametrize(
    ("error", "message"),
    [
        pytest.param(NotFound("none"), "are the CRDs installed", id="no CRDs"),
        pytest.param(Rejected("no such field"), "are the CRDs .* those of this version", id="older CRDs"),
        pytest.param(Unavailable("no answer"), "may not list taskexecutions: no answer", id="no API server"),
    ],
)
async def test_what_is_no_question_of_rights_leaves_nobody_out(error, message):
    with pytest.raises(NoAccessError, match=message):
        await find_access(Cluster(Rights(b=error)), ("a", "b"))


async def changed(rights: Rights, access: Access, *, then: Any) -> str:
    """What `follow_access` ends with, if `then` happens after it has asked once."""
    following = asyncio.create_task(follow_access(Cluster(rights), access, every=0.001, confirmed=0.001))
    async with asyncio.timeout(10):
        await rights.asked.wait()
        then()
        with pytest.raises(AccessChangedError) as found:
            await following
    return str(found.value)


async def test_one_that_may_be_watched_again_is_taken_up():
    rights = Rights(b=may_not())
    access = await find_access(Cluster(rights), ("a", "b"))
    assert await changed(rights, access, then=rights.refusals.clear) == "namespace b may be watched now"


async def test_one_that_may_not_any_more_is_left_out():
    rights = Rights()
    access = await find_access(Cluster(rights), ("a", "b"))
    assert await changed(rights, access, then=lambda: rights.refusals.update(b=may_not())) == "namespace b may not be watched any more"


@pytest.mark.parametrize(
    "refusals",
    [
        pytest.param({"a": may_not(), "b": may_not()}, id="all at once, as while the API server is upgraded"),
        pytest.param({"b": Unavailable("no answer")}, id="no answer"),
    ],
)
async def test_what_says_nothing_of_one_namespace_changes_nothing(refusals):
    rights = Rights()
    access = await find_access(Cluster(rights), ("a", "b"))
    rights.refusals.update(refusals)
    following = asyncio.create_task(follow_access(Cluster(rights), access, every=0, confirmed=0))
    for _ in range(20):
        rights.asked.clear()
        await rights.asked.wait()
    assert not following.done()
    following.cancel()
