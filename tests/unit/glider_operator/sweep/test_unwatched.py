"""Objects that aren't watched are listed: all of them, however odd or large, and those that no longer exist."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from glider_core.kube.errors import Expired, KubeError, Unavailable
from glider_core.kube.requests import JSON, Request
from glider_operator.sweep.kinds import Unwatched
from glider_operator.sweep.unwatched import UnwatchedLister


class Place:
    """An API server that lists `there`, two a page, and a memory that knows `known`. `errors` answer calls, one each."""

    def __init__(self, there: str, *, known: dict[str, int] | None = None, errors: dict[int, KubeError] | None = None) -> None:
        self.there, self.known, self.errors = there, known or {}, errors or {}
        self.calls: list[str] = []
        self.requests: list[Request] = []
        self.odd = ""
        self.version = ""
        unwatched = Unwatched(
            resource="things", selector="a=b", fields="phase=over", known=lambda: dict(self.known), saw=self.saw, gone=self.gone
        )
        self.lister = UnwatchedLister(self, unwatched, namespaces=(None,), interval=0.05)

    async def send(self, request: Request) -> dict[str, Any]:
        self.requests.append(request)
        if (error := self.errors.pop(len(self.requests), None)) is not None:
            raise error
        start = int(dict(request.query).get("continue", 0))
        more = {"continue": str(start + 2)} if start + 2 < len(self.there) else {}
        items = [{"metadata": {"namespace": "n", "name": one, "uid": one}, "spec": {}} for one in self.there[start : start + 2]]
        return {"metadata": {"resourceVersion": self.version, **more}, "items": items}

    def saw(self, body: Any) -> None:
        self.calls.append(f"saw {body['metadata']['name']}")
        assert "spec" in body
        if body["metadata"]["name"] in self.odd:
            raise ValueError("Isoformat is invalid")

    def gone(self, uid: str) -> None:
        self.calls.append(f"gone {uid}")


async def test_it_delivers_all_page_by_page_however_odd_one_is():
    place = Place("abc")
    place.odd = "b"
    assert not place.lister.listed
    assert await place.lister.list()
    assert place.calls == ["saw a", "saw b", "saw c"]
    assert place.lister.listed
    for request in place.requests:
        assert (request.accept, request.spare) == (JSON, True)
        assert {"labelSelector": "a=b", "fieldSelector": "phase=over"}.items() <= dict(request.query).items()


async def test_what_is_known_and_not_there_any_more_is_gone():
    place = Place("abc", known={"a": 1, "x": 2})
    assert await place.lister.list()
    assert place.calls[-1] == "gone x"
    assert place.calls.count("gone a") == 0


@pytest.mark.parametrize("since", [{"x": 3}, {}], ids=["it has changed", "it was forgotten"])
async def test_but_not_what_there_is_news_of_since(since):
    place = Place("abc", known={"x": 2})
    saw = place.saw

    def changes(body: Any) -> None:
        place.known = since
        saw(body)

    place.lister._unwatched = replace(place.lister._unwatched, saw=changes)
    assert await place.lister.list()
    assert "gone x" not in place.calls


async def test_a_list_that_is_older_than_what_is_known_changes_nothing():
    place = Place("a", known={"x": 7})
    place.version = "6"
    assert not await place.lister.list()
    assert place.calls == []


async def test_where_the_first_pages_time_is_too_long_ago_it_goes_on_from_there():
    place = Place("abcde", errors={2: Expired("too old", go_on="2")})
    assert await place.lister.list()
    assert place.calls == [f"saw {one}" for one in "abcde"]


async def test_where_it_cant_go_on_it_is_no_list():
    place = Place("abc", known={"x": 1}, errors={2: Expired("too old")})
    assert not await place.lister.list()
    assert "gone x" not in place.calls
    assert place.lister.state() == {"listedAgo": None, "problem": "too old"}


async def test_it_is_tried_until_it_comes_to_its_end_and_again_from_time_to_time():
    place = Place("a", errors={1: Unavailable("not now"), 2: Unavailable("not now")})
    saw, thrice = place.saw, asyncio.Event()

    def counts(body: Any) -> None:
        saw(body)
        if len(place.calls) == 3:
            thrice.set()

    place.lister._unwatched = replace(place.lister._unwatched, saw=counts)
    running = asyncio.create_task(place.lister.run())
    async with asyncio.timeout(5):
        await thrice.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert place.lister.state()["problem"] is None
