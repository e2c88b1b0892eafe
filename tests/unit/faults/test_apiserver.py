"""The proxy that stands between operator and API server in tests: what it passes on, and each fault as a client sees it.

The API server is played here, since a real one need not be asked what a proxy in front of it does; the tests that use the
proxy have a real one.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from tests.faults.apiserver.calls import parse_call
from tests.faults.apiserver.proxy import ApiServerProxy
from tests.faults.apiserver.rules import (
    Answer,
    Cut,
    Delay,
    Drop,
    EventFault,
    EventRule,
    Fault,
    Gone,
    Hold,
    Late,
    Overtaken,
    Repeat,
    Reset,
    Rule,
    calls,
)

PODS = "/api/v1/namespaces/ns/pods"
STATUS = "/apis/glider.dev/v1alpha1/namespaces/ns/taskexecutions/x/status"


class Upstream:
    """An API server that takes everything and tells of some pods to whom watches, until it is `over` if the watch goes on."""

    def __init__(self) -> None:
        self.pods = 3
        self.goes_on = False
        self.over = asyncio.Event()
        self.received: list[str] = []
        self.url = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.received.append(f"{request.method} {request.path_qs}")
        if "watch" not in request.query:
            return web.json_response(
                {"kind": "Pod", "said": (await request.read()).decode()}, status=201 if request.method == "POST" else 200
            )
        stream = web.StreamResponse()
        await stream.prepare(request)
        for number in range(self.pods):
            event = {"type": "ADDED", "object": {"metadata": {"name": f"pod-{number}"}}}
            await stream.write(json.dumps(event).encode() + b"\n")
        if self.goes_on:
            await self.over.wait()
        return stream


class Client:
    """What the operator is to the proxy."""

    def __init__(self, proxy: ApiServerProxy, session: aiohttp.ClientSession) -> None:
        self.proxy = proxy
        self._session = session
        user = json.loads(proxy.kubeconfig.read_text())["users"][0]["user"]
        self._headers = {"Authorization": f"Bearer {user['token']}"}

    async def send(self, method: str, path: str, body: Any = None) -> tuple[int, Any, dict[str, str]]:
        async with self._session.request(method, self.proxy.url + path, json=body, headers=self._headers) as response:
            return response.status, await response.json(), dict(response.headers)

    async def watch(self, *, told: asyncio.Event | None = None) -> list[str]:
        """Names of the pods, and types of what is none, in the order of their events; `told` is set at each."""
        events = []
        async with self._session.get(f"{self.proxy.url}{PODS}?watch=true", headers=self._headers) as response:
            async for line in response.content:
                events.append(json.loads(line))
                if told is not None:
                    told.set()
        return [event["object"]["metadata"].get("name") or f"{event['type']} {event['object']['code']}" for event in events]


@pytest.fixture
async def upstream() -> AsyncIterator[Upstream]:
    server = Upstream()
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", server.answer)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield server
    await runner.cleanup()


@pytest.fixture
async def client(upstream: Upstream, tmp_path: Path) -> AsyncIterator[Client]:
    kubeconfig = {
        "clusters": [{"name": "c", "cluster": {"server": upstream.url}}],
        "users": [{"name": "u", "user": {}}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "x",
    }
    upstream_file = tmp_path / "kubeconfig"
    upstream_file.write_text(json.dumps(kubeconfig))
    proxy = ApiServerProxy(upstream_file, folder=tmp_path)
    await asyncio.to_thread(proxy.__enter__)
    async with aiohttp.ClientSession() as session:
        yield Client(proxy, session)
    await asyncio.to_thread(proxy.__exit__, None, None, None)


@pytest.mark.parametrize(
    ("method", "path", "query", "body", "expected"),
    [
        pytest.param(
            "POST", PODS, {}, {"metadata": {"name": "p"}}, ("create", "pods", "ns", "p"), id="a creation has its name in its body"
        ),
        pytest.param("GET", f"{PODS}/p", {}, None, ("get", "pods", "ns", "p"), id="a read"),
        pytest.param("GET", "/api/v1/pods", {"watch": "true"}, None, ("watch", "pods", "", ""), id="a watch of all namespaces"),
        pytest.param("GET", PODS, {"limit": "1"}, None, ("list", "pods", "ns", ""), id="a list"),
        pytest.param("PATCH", STATUS, {}, {}, ("patch", "taskexecutions/status", "ns", "x"), id="a subresource is part of the resource"),
        pytest.param("DELETE", f"{PODS}/p", {}, None, ("delete", "pods", "ns", "p"), id="a deletion"),
        pytest.param("GET", "/api/v1/namespaces/ns", {}, None, ("get", "namespaces", "", "ns"), id="a namespace is in none"),
        pytest.param("GET", "/apis/glider.dev", {}, None, ("list", "", "", ""), id="discovery is of no resource"),
    ],
)
def test_a_request_is_a_call_in_kubernetes_own_terms(method: str, path: str, query: dict[str, str], body: Any, expected: tuple[str, ...]):
    call = parse_call(1, method, path, query, json.dumps(body).encode() if body is not None else b"")
    assert (call.verb, call.resource, call.namespace, call.name) == expected


async def test_what_no_rule_is_about_goes_through_and_is_counted(client: Client, upstream: Upstream):
    status, answer, _ = await client.send("POST", f"{PODS}?dryRun=All", {"metadata": {"name": "p"}})
    assert (status, json.loads(answer["said"])) == (201, {"metadata": {"name": "p"}})
    assert await client.watch() == ["pod-0", "pod-1", "pod-2"]
    assert upstream.received == [f"POST {PODS}?dryRun=All", f"GET {PODS}?watch=true"]
    assert client.proxy.counts() == {("create", "pods"): 1, ("watch", "pods"): 1}
    assert [(exchange.call.name, exchange.status) for exchange in client.proxy.writes()] == [("p", 201)]


async def test_only_the_kubeconfigs_own_token_opens_it(client: Client, upstream: Upstream):
    async with aiohttp.ClientSession() as stranger, stranger.get(client.proxy.url + PODS) as response:
        assert response.status == 401
    assert not upstream.received


@pytest.mark.parametrize("after", [False, True], ids=["before the API server gets it", "after the API server did it"])
@pytest.mark.parametrize(("status", "retry_after"), [(409, None), (410, None), (429, 7), (500, None), (503, None)])
async def test_an_answer_in_place_of_the_api_servers_own(
    client: Client, upstream: Upstream, status: int, retry_after: int | None, after: bool
):
    client.proxy.rules = [Rule(where=calls(), fault=Answer(status=status, reason="Because", retry_after=retry_after, after=after))]
    answered, document, headers = await client.send("PATCH", STATUS, {})
    assert (answered, document["code"], document["reason"]) == (status, status, "Because")
    assert headers.get("Retry-After") == (str(retry_after) if retry_after else None)
    assert len(upstream.received) == after
    assert client.proxy.exchanges[0].status == (200 if after else None)


@pytest.mark.parametrize("after", [False, True], ids=["before the API server gets it", "after the API server did it"])
async def test_a_reset_calls_the_test_first(client: Client, upstream: Upstream, after: bool):
    seen: list[int] = []
    client.proxy.rules = [Rule(where=calls(), fault=Reset(after=after, then=lambda: seen.append(len(upstream.received))))]
    with pytest.raises((aiohttp.ClientError, ConnectionError)):
        await client.send("PATCH", STATUS, {})
    assert seen == [int(after)]


@pytest.mark.parametrize("after", [False, True], ids=["before the API server gets it", "after the API server did it"])
async def test_held_calls_wait_for_the_test_and_are_reset(client: Client, upstream: Upstream, after: bool):
    client.proxy.rules = [Rule(where=calls(), fault=Hold(after=after))]
    waiting = [asyncio.ensure_future(client.send("PATCH", STATUS, {})) for _ in range(2)]
    await asyncio.to_thread(client.proxy.wait_until_held, 2, timeout=10)
    assert len(upstream.received) == 2 * after
    await asyncio.to_thread(client.proxy.release)
    ends = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(end, aiohttp.ClientError | ConnectionError) for end in ends)
    with pytest.raises(TimeoutError, match="0 of 1 calls"):
        client.proxy.wait_until_held(1, timeout=0)


@pytest.mark.parametrize("after", [False, True], ids=["the call", "the answer"])
async def test_a_delay_changes_nothing_else(client: Client, after: bool):
    client.proxy.rules = [Rule(where=calls(), fault=Delay(seconds=0.01, after=after))]
    assert (await client.send("PATCH", STATUS, {}))[0] == 200


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        pytest.param({"nth": 2}, [200, 503, 200], id="the second"),
        pytest.param({"first": 2}, [503, 503, 200], id="the first two"),
        pytest.param({}, [503, 503, 503], id="each"),
    ],
)
async def test_a_rule_says_which_of_the_calls_that_it_finds(client: Client, times: dict[str, int], expected: list[int]):
    fault: Fault = Answer(status=503)
    client.proxy.rules = [Rule(where=calls(verb="patch", name="x"), fault=fault, **times)]
    assert (await client.send("GET", PODS))[0] == 200
    assert [(await client.send("PATCH", STATUS, {}))[0] for _ in range(3)] == expected


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        pytest.param(Drop(), ["pod-0", "pod-2"], id="lost"),
        pytest.param(Repeat(), ["pod-0", "pod-1", "pod-1", "pod-2"], id="twice"),
        pytest.param(Late(0.05), ["pod-0", "pod-1", "pod-2"], id="late"),
        pytest.param(Overtaken(), ["pod-0", "pod-2", "pod-1"], id="overtaken by the next"),
        pytest.param(Gone(), ["pod-0", "ERROR 410"], id="the watch is too old"),
    ],
)
async def test_events_of_a_watch(client: Client, fault: EventFault, expected: Sequence[str]):
    client.proxy.event_rules = [EventRule(resource="pods", name="pod-1", fault=fault)]
    assert await client.watch() == expected
    client.proxy.event_rules = [EventRule(resource="pods", name="pod-*", nth=4, fault=fault)]
    assert await client.watch() == ["pod-0", "pod-1", "pod-2"]


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        pytest.param(4, ["pod-1", "pod-0", "pod-3", "pod-2"], id="in pairs"),
        pytest.param(3, ["pod-1", "pod-0", "pod-2"], id="and the last comes though nothing overtakes it"),
    ],
)
async def test_events_that_are_all_overtaken_come_in_another_order(client: Client, upstream: Upstream, count: int, expected: list[str]):
    upstream.pods = count
    client.proxy.event_rules = [rule := EventRule(fault=Overtaken())]
    assert await client.watch() == expected
    assert client.proxy.met(rule) == count


async def test_a_rule_can_ask_about_the_object_and_tells_how_often_its_fault_happened(client: Client):
    rule = EventRule(about=lambda pod: pod["metadata"]["name"] > "pod-0", nth=2, fault=Drop())
    client.proxy.event_rules = [rule]
    assert await client.watch() == ["pod-0", "pod-1"]
    assert client.proxy.met(rule) == 1
    client.proxy.rules = [refused := Rule(where=calls(verb="patch"), first=2, fault=Answer(status=503))]
    for _ in range(3):
        await client.send("PATCH", STATUS, {})
    assert client.proxy.met(refused) == 2


async def test_all_watches_are_cut(client: Client, upstream: Upstream):
    upstream.goes_on = True
    told = asyncio.Event()
    watching = asyncio.ensure_future(client.watch(told=told))
    await told.wait()
    await asyncio.to_thread(client.proxy.cut_watches)
    with pytest.raises(aiohttp.ClientError):
        await watching
    upstream.over.set()


async def test_a_call_whose_caller_has_gone_arrives_all_the_same(client: Client, upstream: Upstream):
    client.proxy.rules = [Rule(where=calls(), fault=Delay(seconds=0.3, deterred=False))]
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(client.send("PATCH", STATUS, {}), timeout=0.1)
    assert not upstream.received
    await asyncio.to_thread(client.proxy.wait_until_arrived, timeout=10)
    assert upstream.received == [f"PATCH {STATUS}"]


async def test_a_watch_that_is_cut(client: Client):
    client.proxy.event_rules = [EventRule(type="ADDED", nth=2, fault=Cut())]
    with pytest.raises(aiohttp.ClientError):
        await client.watch()
