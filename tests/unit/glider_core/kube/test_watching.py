"""What a watcher requests and reports, whatever the API server does meanwhile."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest

from glider_core.kube import watch_state
from glider_core.kube.errors import Expired, Forbidden, Unavailable
from glider_core.kube.requests import Request
from glider_core.kube.watching import Watched, Watcher


def pod(name: str, version: int = 1) -> dict[str, Any]:
    return {"metadata": {"name": name, "uid": f"uid-{name}", "resourceVersion": str(version)}}


def page(*pods: dict[str, Any], version: int = 1, after: str = "") -> dict[str, Any]:
    return {"metadata": {"resourceVersion": str(version), "continue": after}, "items": list(pods)}


def event(kind: str, body: dict[str, Any]) -> bytes:
    return json.dumps({"type": kind, "object": body}).encode() + b"\n"


def bookmark(version: int) -> bytes:
    return event("BOOKMARK", {"metadata": {"resourceVersion": str(version)}})


TOO_OLD = event("ERROR", {"kind": "Status", "code": 410, "message": "too old resource version"})


@dataclass
class Script:
    """An API server that gives these answers to lists, one after the other, and to watches; the last watch goes on for ever.

    A watch's answer is its pieces, with the error that ends it, if one does.
    """

    lists: list[dict[str, Any] | Exception]
    watches: list[Sequence[bytes | Exception]] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    done: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, request: Request) -> dict[str, Any]:
        self.requests.append(request)
        answer = self.lists.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def stream(self, request: Request, *, take: Callable[[bytes], None], silence: float) -> None:
        self.requests.append(request)
        if not self.watches:
            self.done.set()
            take(b"")
            await asyncio.get_running_loop().create_future()
        for piece in self.watches.pop(0):
            if isinstance(piece, Exception):
                raise piece
            take(piece)

    def asked(self) -> list[str]:
        """What was asked for: `list` or `watch <version>`."""
        queries = [(request.verb, dict(request.query)) for request in self.requests]
        return [f"watch {query['resourceVersion']}" if verb == "watch" else "list" for verb, query in queries]


@dataclass
class Listener:
    calls: list[str] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    bad: str = ""

    def saw(self, body: Any) -> None:
        if body["metadata"]["name"] == self.bad:
            raise KeyError("spec")
        self.known.add(body["metadata"]["uid"])
        self.calls.append("saw {name} {resourceVersion}".format_map(body["metadata"]))

    def deleted(self, body: Any) -> None:
        self.known.discard(body["metadata"]["uid"])
        self.calls.append("deleted {name}".format_map(body["metadata"]))

    def gone(self, uids: Any) -> None:
        self.known -= set(uids)
        self.calls += [f"gone {uid}" for uid in sorted(uids)]


def watcher_of(script: Script, listener: Listener, *, namespace: str | None = None, **arguments: Any) -> Watcher:
    watched = Watched(
        resource="pods",
        namespace=namespace,
        selector="a=b",
        saw=listener.saw,
        deleted=listener.deleted,
        known=lambda: listener.known,
        gone=listener.gone,
    )
    return Watcher(script, watched, **arguments)


async def live(script: Script, listener: Listener) -> Watcher:
    """Watches until all of `script` has been played."""
    watcher = watcher_of(script, listener)
    running = asyncio.create_task(watcher.run())
    async with asyncio.timeout(30):
        await asyncio.wait([running, asyncio.create_task(script.done.wait())], return_when=asyncio.FIRST_COMPLETED)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    return watcher


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch_state, "_FIRST_PAUSE", 0.0)


@pytest.mark.parametrize(
    ("lists", "watches", "asked", "calls"),
    [
        pytest.param(
            [page(pod("a"), after="x"), page(pod("b"), version=7)],
            [],
            ["list", "list", "watch 7"],
            ["saw a 1", "saw b 1"],
            id="all pages, and on from the list's version",
        ),
        pytest.param(
            [page(pod("a"))],
            [[event("MODIFIED", pod("a", 2)) + event("ADDED", pod("b", 3)), event("DELETED", pod("a", 4))]],
            ["list", "watch 1", "watch 4"],
            ["saw a 1", "saw a 2", "saw b 3", "deleted a"],
            id="a watch that ends goes on where it was",
        ),
        pytest.param(
            [page()],
            [[event("ADDED", pod("a", 2))[:20], event("ADDED", pod("a", 2))[20:] + bookmark(9)[:5], bookmark(9)[5:]]],
            ["list", "watch 1", "watch 9"],
            ["saw a 2"],
            id="events come in pieces, and bookmarks only say where to go on",
        ),
        pytest.param(
            [page()],
            [[event("ADDED", pod("a", 2)), event("ADDED", pod("b", 3))[:30], Unavailable("reset")]],
            ["list", "watch 1", "watch 2"],
            ["saw a 2"],
            id="what was cut off in the middle is read by the next watch",
        ),
        pytest.param(
            [page(pod("a"), pod("b")), page(pod("b", 5), version=6)],
            [[TOO_OLD]],
            ["list", "watch 1", "list", "watch 6"],
            ["saw a 1", "saw b 1", "saw b 5", "gone uid-a"],
            id="410 in the watch: all is listed again, and what isn't there is gone",
        ),
        pytest.param(
            [page(), page(version=6)],
            [[Expired("too old")]],
            ["list", "watch 1", "list", "watch 6"],
            [],
            id="410 as an answer",
        ),
        pytest.param(
            [page(pod("a"), after="x"), Expired("the continue token is too old"), page(pod("a"), pod("b"), version=6)],
            [],
            ["list", "list", "list", "watch 6"],
            ["saw a 1", "saw a 1", "saw b 1"],
            id="410 between pages: from the first one again, and nothing is gone",
        ),
        pytest.param(
            [Forbidden("not yet"), Unavailable("no etcd"), page(pod("a"))],
            [[Unavailable("down")], [Forbidden("not now")]],
            ["list", "list", "list", "watch 1", "watch 1", "watch 1"],
            ["saw a 1"],
            id="whatever is refused is tried again, and what was listed needs no other list",
        ),
        pytest.param(
            [page()],
            [[b"<html>\n"]],
            ["list", "watch 1", "watch 1"],
            [],
            id="a proxy's page in place of events",
        ),
        pytest.param([page()], [[]], ["list", "watch 1", "watch 1"], [], id="a watch that ends at once"),
    ],
)
async def test_a_watcher(lists, watches, asked, calls):
    script, listener = Script(lists=lists, watches=watches), Listener()
    await live(script, listener)
    assert (script.asked(), listener.calls) == (asked, calls)


async def test_what_was_made_while_all_was_listed_is_not_gone():
    class Late(Listener):
        def saw(self, body: Any) -> None:
            super().saw(body)
            self.known.add("uid-made-meanwhile")

    listener = Late()
    await live(Script(lists=[page(pod("a"))]), listener)
    assert "uid-made-meanwhile" in listener.known


async def test_an_object_that_the_listener_cannot_bear_stops_nobody():
    listener = Listener(bad="b")
    await live(
        Script(lists=[page(pod("a"), pod("b"), pod("c"))], watches=[[event("MODIFIED", pod("b", 2)) + event("ADDED", pod("d", 3))]]),
        listener,
    )
    assert listener.calls == ["saw a 1", "saw c 1", "saw d 3"]


@pytest.mark.parametrize(
    ("namespace", "path"), [(None, "/api/v1/pods"), ("blue", "/api/v1/namespaces/blue/pods")], ids=["everywhere", "in one namespace"]
)
async def test_the_server_selects(namespace, path):
    script = Script(lists=[page(version=7)])
    running = asyncio.create_task(watcher_of(script, Listener(), namespace=namespace).run())
    await script.done.wait()
    running.cancel()
    listed, watched = script.requests
    assert (listed.path, listed.query, listed.accept) == (path, (("limit", "500"), ("labelSelector", "a=b")), "application/json")
    query = dict(watched.query)
    assert 240 <= int(query.pop("timeoutSeconds")) <= 300
    assert (watched.path, query) == (
        path,
        {"watch": "true", "resourceVersion": "7", "allowWatchBookmarks": "true", "labelSelector": "a=b"},
    )


async def test_listed_is_set_when_all_pages_have_been_delivered():
    script, listener = Script(lists=[page(pod("a"), after="x"), Unavailable("down"), page(pod("a"), pod("b"))]), Listener()
    watcher = watcher_of(script, listener)
    running = asyncio.create_task(watcher.run())
    await watcher.listed.wait()
    assert listener.known == {"uid-a", "uid-b"}
    running.cancel()


async def test_a_watch_that_is_away_for_long_is_a_problem():
    @dataclass
    class Slow(Script):
        asked_again: asyncio.Event = field(default_factory=asyncio.Event)
        answers: asyncio.Event = field(default_factory=asyncio.Event)

        async def stream(self, request: Request, *, take: Callable[[bytes], None], silence: float) -> None:
            if not self.watches:
                self.asked_again.set()
                await self.answers.wait()
            await super().stream(request, take=take, silence=silence)

    now = 0.0
    script = Slow(lists=[page()], watches=[[Unavailable("no answer from the API server")]])
    watcher = watcher_of(script, Listener(), clock=lambda: now)
    running = asyncio.create_task(watcher.run())
    await script.asked_again.wait()
    assert watcher.problem() == "", "it may be back soon"
    now = 31.0
    assert watcher.problem() == "no watch of pods for 31 s: no answer from the API server"
    script.answers.set()
    await script.done.wait()
    assert watcher.problem() == "", "it is back"
    running.cancel()


@pytest.mark.parametrize(
    "end",
    [
        pytest.param([], id="it ends as it should"),
        pytest.param([Unavailable("the payload isn't complete")], id="it breaks off"),
        pytest.param([TOO_OLD], id="it says that all has to be listed again"),
    ],
)
async def test_watches_that_are_accepted_and_end_at_once_again_and_again_are_a_problem(end):
    now = 0.0

    @dataclass
    class Cut(Script):
        """Each watch is taken up, and ends; between two of them five seconds go by."""

        async def stream(self, request: Request, *, take: Callable[[bytes], None], silence: float) -> None:
            nonlocal now
            now += 5.0
            problems.append(watcher.problem())
            if self.watches:
                take(b"")
            await super().stream(request, take=take, silence=silence)

    problems: list[str] = []
    script = Cut(lists=[page() for _ in range(12)], watches=[end] * 10)
    watcher = watcher_of(script, Listener(), clock=lambda: now)
    running = asyncio.create_task(watcher.run())
    await script.done.wait()
    running.cancel()
    assert problems[:6] == [""] * 6, "it may be over soon"
    assert problems[8].startswith("no watch of pods for 40 s: ")
    assert watcher.problem(), "the next one was taken up, but so were those before it"
    now += 1.0
    assert watcher.problem() == "", "it lasts"


async def test_a_watch_with_an_event_before_it_ends_counts():
    now = 0.0

    @dataclass
    class Short(Script):
        async def stream(self, request: Request, *, take: Callable[[bytes], None], silence: float) -> None:
            nonlocal now
            now += 5.0
            take(b"")
            await super().stream(request, take=take, silence=silence)

    script = Short(lists=[page()], watches=[[bookmark(version)] for version in range(2, 12)])
    watcher = watcher_of(script, Listener(), clock=lambda: now)
    running = asyncio.create_task(watcher.run())
    await script.done.wait()
    running.cancel()
    assert watcher.problem() == ""
