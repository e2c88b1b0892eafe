"""What a sweep finds that the watches missed, and what it leaves to them."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Any

import pytest
from prometheus_client import REGISTRY

from glider_core.kube.errors import NotFound, Unavailable
from glider_core.kube.requests import METADATA, Request
from glider_operator.sweep.kinds import Kind
from glider_operator.sweep.sweeper import RestoredError, Sweeper


class Place:
    """An API server with pods, and a memory of them that is `known`."""

    def __init__(self, pods: dict[str, int], known: dict[str, int]) -> None:
        self.pods, self.known = pods, known
        self.calls: list[str] = []
        self.requests: list[Request] = []
        self.meanwhile: dict[str, int] = {}
        self.fails = False
        self.now = 0.0
        self.version = ""
        self.again: list[str] = []
        self.left: dict[str, int] = {}
        self.unreadable = self.unwanted = self.hidden = frozenset[str]()

    async def send(self, request: Request) -> dict[str, Any]:
        self.requests.append(request)
        if self.fails:
            raise Unavailable("not now")
        if request.verb == "get":
            name = request.path.rpartition("/")[2]
            if name not in self.pods:
                raise NotFound(name)
            return {"metadata": self._metadata(name)}
        query = dict(request.query)
        start, limit = int(query.get("continue", 0)), 2
        names = sorted(self.pods)
        more = {"continue": str(start + limit)} if start + limit < len(names) else {}
        items = [{"metadata": self._metadata(name)} for name in names[start : start + limit]]
        self.known |= self.meanwhile  # the watch goes on
        return {"metadata": more | {"resourceVersion": self.version}, "items": items}

    def _metadata(self, name: str) -> dict[str, Any]:
        return {"namespace": "default", "name": name, "uid": name, "resourceVersion": str(self.pods[name])}

    def saw(self, body: Any) -> None:
        self.calls.append(f"saw {body['metadata']['name']}")
        if body["metadata"]["name"] in self.unreadable:
            raise ValueError("Isoformat is invalid")
        if body["metadata"]["name"] in self.unwanted:
            return
        self.known[body["metadata"]["uid"]] = int(body["metadata"]["resourceVersion"])

    def gone(self, uids: Collection[str]) -> int:
        for uid in sorted(uids):
            self.calls.append(f"gone {uid}")
            if uid not in self.hidden:
                del self.known[uid]
        return len([uid for uid in uids if uid not in self.hidden])

    def sweeper(self, *, interval: float = 60) -> Sweeper:
        kind = Kind(
            resource="pods", selector="a=b", known=lambda: dict(self.known), saw=self.saw, gone=self.gone, left=lambda: dict(self.left)
        )
        live = ["x", "y"]
        return Sweeper(
            self,
            [kind],
            namespaces=(None,),
            interval=interval,
            live=lambda: live,
            requeue=self.again.append,
            patience=0,
            clock=lambda: self.now,
        )


@pytest.mark.parametrize("change", ["gone", "changed"])
def test_corrections_are_counted_from_the_beginning(change):
    Place({}, {}).sweeper()
    assert REGISTRY.get_sample_value("glider_sweep_corrections_total", {"resource": "pods", "kind": change}) is not None


@pytest.mark.parametrize(
    ("pods", "known", "calls"),
    [
        pytest.param({"a": 1, "b": 2, "c": 3}, {"a": 1, "b": 2, "c": 3}, [], id="nothing, where all is known"),
        pytest.param({"a": 1, "b": 2, "c": 3}, {"a": 1, "b": 2}, ["saw c"], id="one that was never reported"),
        pytest.param({"a": 1, "b": 9}, {"a": 1, "b": 2}, ["saw b"], id="one that has changed"),
        pytest.param({"a": 1, "b": 2}, {"a": 1, "b": 5}, [], id="nothing, where memory is ahead of the list"),
        pytest.param({"a": 1}, {"a": 1, "b": 2}, ["gone b"], id="one that isn't there any more"),
        pytest.param({}, {"a": 1, "b": 2}, ["gone a", "gone b"], id="all of them gone"),
    ],
)
async def test_a_sweep_makes_up_for(pods, known, calls):
    place = Place(pods, known)
    assert await place.sweeper().sweep()
    assert place.calls == calls


async def test_what_the_watch_reports_a_moment_later_is_left_to_it():
    place = Place({"a": 5, "b": 2}, {"a": 1})
    place.meanwhile = {"a": 5, "b": 2}
    assert await place.sweeper().sweep()
    assert place.calls == []
    assert [request.verb for request in place.requests] == ["list"]


async def test_one_that_came_while_the_list_was_made_is_not_gone():
    place = Place({"a": 1}, {"a": 1})
    place.meanwhile = {"new": 7}
    await place.sweeper().sweep()
    assert place.calls == []


async def test_one_that_went_before_it_was_fetched_is_left_alone():
    place = Place({"a": 1}, {})
    sweeper = place.sweeper()
    original = place.send

    async def send(request: Request) -> dict[str, Any]:
        if request.verb == "get":
            place.pods.clear()
        return await original(request)

    place.send = send  # type: ignore[method-assign]
    assert await sweeper.sweep()
    assert place.calls == []


async def test_it_lists_metadata_of_what_is_watched_page_by_page_behind_all_other_calls():
    place = Place(dict.fromkeys("abcde", 1), dict.fromkeys("abcde", 1))
    await place.sweeper().sweep()
    assert len(place.requests) == 3
    for request in place.requests:
        assert (request.accept, request.spare, dict(request.query)["labelSelector"]) == (METADATA, True, "a=b")
        assert "resourceVersion" not in dict(request.query), "a list from a cache may be older than memory, and make ghosts of pods"


async def test_a_list_that_is_older_than_what_is_known_makes_nobody_a_ghost():
    place = Place({}, {"a": 7})
    place.version = "6"
    assert not await place.sweeper().sweep()
    place.version = "7"
    assert await place.sweeper().sweep()
    assert place.calls == ["gone a"]


async def test_one_that_the_watch_has_reported_since_is_not_gone():
    place = Place({"a": 1}, {"a": 1, "b": 2})
    place.meanwhile = {"b": 3}  # its label was off while the list was made
    await place.sweeper().sweep()
    assert place.calls == []


async def test_one_that_cant_be_read_keeps_no_other_from_being_delivered():
    place = Place(dict.fromkeys("abc", 1), {})
    place.unreadable = frozenset("a")
    sweeper = place.sweeper()
    async with asyncio.timeout(5):
        await sweeper.catch_up()
    assert place.calls == ["saw a", "saw b", "saw c"]


@pytest.mark.parametrize(
    ("pods", "known", "odd", "times"),
    [
        pytest.param({"a": 1}, {}, "unwanted", 1, id="one that is no attempt, or not any more"),
        pytest.param({"a": 1}, {}, "unreadable", 1, id="one that can't be read"),
        pytest.param({}, {"a": 1}, "hidden", 4, id="one without the label that the watch selects by, and known by look-ups"),
    ],
)
async def test_what_memory_does_not_take_makes_no_watch_silent(pods, known, odd, times):
    place = Place(pods, known)
    setattr(place, odd, frozenset("a"))
    sweeper = place.sweeper()
    for _ in range(4):
        assert await sweeper.sweep()
    assert (len(place.calls), sweeper.silent()) == (times, "")


async def test_what_is_not_selected_any_more_is_known_and_not_gone():
    place = Place({"a": 1}, {"a": 1, "over": 2, "gone": 3})
    kind = Kind(
        resource="pods",
        selector="a=b",
        fields="phase!=over",
        known=lambda: dict(place.known),
        selected=lambda uid: uid != "over",
        saw=place.saw,
        gone=place.gone,
    )
    sweeper = Sweeper(place, [kind], namespaces=(None,), interval=60, live=lambda: [], requeue=place.again.append, patience=0)
    assert await sweeper.sweep()
    assert place.calls == ["gone gone"]
    assert dict(place.requests[0].query)["fieldSelector"] == "phase!=over"


async def test_what_memory_did_not_take_is_fetched_again_when_it_has_changed():
    place = Place({"a": 1}, {})
    place.unwanted = frozenset("a")
    sweeper = place.sweeper()
    await sweeper.sweep()
    place.pods["a"], place.unwanted = 2, frozenset()
    await sweeper.sweep()
    assert place.known == {"a": 2}


async def test_what_the_watch_reports_while_others_are_fetched_is_not_fetched():
    place = Place({f"p{number:03}": 1 for number in range(100)}, {})
    original = place.send

    async def send(request: Request) -> dict[str, Any]:
        if request.verb == "get":
            place.known |= place.pods
        return await original(request)

    place.send = send  # type: ignore[method-assign]
    assert await place.sweeper().sweep(hurry=True)
    assert len(place.calls) < 30


async def test_live_executions_are_requeued_however_long_a_sweep_takes():
    place, looked = Place({}, {}), asyncio.Event()

    async def send(request: Request) -> dict[str, Any]:
        return await asyncio.get_running_loop().create_future()

    place.send = send  # type: ignore[method-assign]
    sweeper = place.sweeper(interval=0.01)
    sweeper._requeue = lambda key: looked.set() if key == "y" else None
    running = asyncio.create_task(sweeper.run())
    async with asyncio.timeout(5):
        await looked.wait()
    running.cancel()


async def test_a_failed_sweep_takes_nothing_for_gone():
    place = Place({}, {"a": 1})
    place.fails = True
    assert not await place.sweeper().sweep()
    assert place.calls == []


async def test_a_watch_that_misses_changes_three_times_is_silent_until_it_reports_again():
    place = Place({"a": 1}, {})
    sweeper = place.sweeper()
    for version in (2, 3):
        place.pods["a"] = version
        await sweeper.sweep()
        assert sweeper.silent() == ""
    place.pods["a"] = 4
    await sweeper.sweep()
    assert sweeper.silent() == "pods"
    await sweeper.sweep()
    assert sweeper.silent() == ""


async def test_sweeps_that_dont_come_to_their_end_for_three_intervals_are_overdue():
    now = 0.0
    place = Place({}, {})
    kind = Kind(resource="pods", selector="", known=lambda: {}, saw=place.saw, gone=place.gone)
    sweeper = Sweeper(place, [kind], namespaces=(None,), interval=60, live=lambda: [], requeue=place.again.append, clock=lambda: now)
    now = 1_000.0
    assert sweeper.overdue() == "", "a standby doesn't sweep"
    running = asyncio.create_task(sweeper.run())
    await asyncio.sleep(0)
    now += 180
    assert sweeper.overdue() == ""
    place.fails = True
    await sweeper.sweep()
    now += 1
    assert sweeper.overdue() == "no sweep has finished for 181 s: not now"
    place.fails = False
    await sweeper.sweep()
    assert sweeper.overdue() == ""
    assert sweeper.state() == {"lastSweepAgo": 0.0, "problem": None, "foundSomethingInARow": {}}
    running.cancel()


@pytest.mark.parametrize(
    ("known", "left"),
    [pytest.param({"a": 5}, {}, id="of one that is cached"), pytest.param({}, {"a": 5}, id="of one that was deleted")],
)
async def test_an_older_state_in_a_later_list_is_of_a_restored_etcd(known: dict[str, int], left: dict[str, int]):
    place = Place({"a": 3}, known)
    place.left, place.version = left, "1000"
    with pytest.raises(RestoredError, match="pods default/a is listed with version 3, and version 5 is known"):
        await place.sweeper().sweep()
    assert place.calls == []


async def test_a_list_that_stays_older_is_of_a_restored_etcd_and_one_that_was_old_for_a_moment_is_not():
    place = Place({"a": 3}, {"a": 5})
    place.version, sweeper = "4", place.sweeper(interval=60)
    for place.now in (0.0, 170.0):
        assert not await sweeper.sweep()
    place.pods, place.version = {"a": 5}, "5"
    assert await sweeper.sweep()
    place.pods, place.version = {"a": 3}, "4"
    for place.now in (300.0, 470.0):
        assert not await sweeper.sweep()
    place.now = 481.0
    with pytest.raises(RestoredError, match="the list of pods is as of version 4, and version 5 is known already"):
        await sweeper.sweep()


async def test_a_restored_etcd_ends_the_sweeps():
    place = Place({"a": 3}, {"a": 5})
    place.version = "1000"
    with pytest.raises(RestoredError):
        await asyncio.wait_for(place.sweeper(interval=0.01).run(), 10)
