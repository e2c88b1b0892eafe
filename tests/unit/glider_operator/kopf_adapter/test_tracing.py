"""What kopf's calls show: when everything is listed, and that a watch doesn't follow."""

from __future__ import annotations

import itertools

import aiohttp
import kopf
import pytest
import yarl
from aiohttp import web

from glider_core.kube.watch_state import PATIENCE
from glider_operator.kopf_adapter.handlers import Backoffs, build_settings
from glider_operator.kopf_adapter.login import session_of
from glider_operator.kopf_adapter.tracing import KopfCalls
from glider_operator.telemetry.kube_metrics import REQUESTS, WATCH_RESTARTS
from tests.unit.glider_operator.controller.fakes import Clock
from tests.unit.glider_operator.server.test_http import free_address

EVERYWHERE = "https://api/apis/glider.dev/v1alpha1/taskexecutions"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def calls(clock: Clock) -> KopfCalls:
    return KopfCalls(["taskexecutions"], [None], clock=clock)


def listed(calls: KopfCalls, url: str = EVERYWHERE, *, problem: str = "", more: str = "") -> None:
    calls.ended(yarl.URL(f"{url}?limit=500{more}"), code="503" if problem else "200", problem=problem)


def watched(calls: KopfCalls, url: str = EVERYWHERE, *, problem: str = "") -> None:
    calls.ended(yarl.URL(f"{url}?watch=true"), code="503" if problem else "200", problem=problem)


def watched_from(calls: KopfCalls, version: int, *, clock: Clock) -> float:
    """For how many seconds the watch was held back before it was accepted."""
    asked = yarl.URL(f"{EVERYWHERE}?watch=true&resourceVersion={version}")
    held_back = calls.begins(asked)
    clock.now += held_back
    calls.ended(asked, code="200", problem="")
    return held_back


def problem_of(calls: KopfCalls) -> str:
    return next(filter(None, calls.problems().values()), "")


def restarts(why: str) -> float:
    return WATCH_RESTARTS.labels("taskexecutions", why)._value.get()


def test_all_is_listed_once_the_watch_begins_which_follows_the_list(calls):
    assert problem_of(calls) == "the taskexecutions haven't been listed yet: it hasn't begun"
    listed(calls)
    assert "haven't been listed yet" in problem_of(calls), "there may be more pages"
    watched(calls)
    assert problem_of(calls) == ""


def test_a_list_that_fails_says_why(calls):
    listed(calls, problem="HTTP status 503")
    assert problem_of(calls) == "the taskexecutions haven't been listed yet: HTTP status 503"


def test_a_watch_that_cant_begin_for_a_while_is_reported_until_it_does(calls, clock):
    listed(calls)
    watched(calls)
    watched(calls, problem="HTTP status 503")
    clock.now = PATIENCE - 1
    watched(calls, problem="HTTP status 403")
    assert problem_of(calls) == "", "it may be over soon"
    clock.now = PATIENCE
    assert problem_of(calls) == "no watch of taskexecutions for 30 s: HTTP status 403"
    listed(calls)
    assert problem_of(calls), "a list is no watch"
    watched(calls)
    assert problem_of(calls) == ""


def test_watches_that_are_accepted_and_end_at_once_again_and_again_are_a_problem(calls, clock):
    listed(calls)
    pauses = []
    for _ in range(12):
        pauses.append(watched_from(calls, 1, clock=clock))
        assert problem_of(calls) == "" or clock.now >= PATIENCE
    assert problem_of(calls).endswith(" s: it ended at once, without an event")
    assert max(pauses) > 15, "kopf itself would ask again without any pause"
    watched_from(calls, 1, clock=clock)
    assert problem_of(calls), "it was taken up, but so were those before it"
    clock.now += 1
    assert problem_of(calls) == "", "it lasts"


def test_a_watch_with_an_event_before_it_ended_counts(calls, clock):
    listed(calls)
    for version in range(50):
        assert watched_from(calls, version, clock=clock) == 0
        clock.now += 0.9
        assert problem_of(calls) == ""


def test_each_namespace_has_its_own():
    calls = KopfCalls(["taskexecutions"], ["blue", "green"])
    watched(calls, "https://proxy/k8s/c-1/apis/glider.dev/v1alpha1/namespaces/blue/taskexecutions")
    assert calls.problems() == {
        "blue/taskexecutions": "",
        "green/taskexecutions": "the taskexecutions haven't been listed yet: it hasn't begun",
    }


def test_what_begins_again_is_counted_by_why(calls):
    failed, expired = restarts("failed"), restarts("expired")
    listed(calls)
    watched(calls)
    watched(calls)
    assert (restarts("failed"), restarts("expired")) == (failed, expired), "a watch ends after some minutes, and goes on"
    watched(calls, problem="HTTP status 500")
    listed(calls)
    listed(calls, more="&continue=x")
    assert (restarts("failed"), restarts("expired")) == (failed + 1, expired + 1)


async def test_kopfs_session_is_listened_to():
    async def answer(request: web.Request) -> web.Response:
        return web.json_response({"token": request.headers.get("Authorization")}, status=200 if "watch" in request.query else 500)

    application = web.Application()
    application.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(application)
    await runner.setup()
    address = free_address()
    host, _, port = address.rpartition(":")
    await web.TCPSite(runner, host, int(port)).start()
    calls = KopfCalls(["taskexecutions"], [None])
    session = session_of(kopf.ConnectionInfo(server=f"http://{address}", token="secret"), trace=calls.trace()).aiohttp_session
    server = f"http://{address}/apis/glider.dev/v1alpha1/taskexecutions"
    before = {code: REQUESTS.labels("list", "taskexecutions", code)._value.get() for code in ("500", "error")}
    try:
        async with session.get(server) as response:
            assert (await response.json())["token"] == "Bearer secret"
        assert problem_of(calls).endswith("HTTP status 500")
        with pytest.raises(aiohttp.ClientError):
            await session.get("http://127.0.0.1:1/taskexecutions")
        async with session.get(f"{server}?watch=true"):
            assert problem_of(calls) == ""
    finally:
        await session.close()
        await runner.cleanup()
    after = {code: REQUESTS.labels("list", "taskexecutions", code)._value.get() for code in before}
    assert after == {code: count + 1 for code, count in before.items()}


async def test_credentials_that_were_refused_are_the_same_in_another_session():
    one, same, other = (
        session_of(kopf.ConnectionInfo(server="http://api", token=token), trace=aiohttp.TraceConfig()) for token in ("a", "a", "b")
    )
    try:
        assert one == same
        assert one != other
    finally:
        for session in (one, same, other):
            await session.aiohttp_session.close()


def test_kopf_tries_again_for_ever_and_each_call_from_the_beginning():
    backoffs = build_settings().networking.error_backoffs
    assert isinstance(backoffs, Backoffs)
    for _ in range(2):
        pauses = list(itertools.islice(backoffs, 1_000))
        assert pauses[0] <= 0.5
        assert max(pauses) <= 30
        assert min(pauses[6:]) >= 15
    assert not hasattr(backoffs, "__len__"), "kopf would count how many there are"
