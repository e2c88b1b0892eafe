"""Probes and metrics, asked for over HTTP."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from glider_operator.server.http import Site


def free_address() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


@pytest.mark.parametrize(("unready", "status", "text"), [("", 200, "ok\n"), ("may not list pods", 503, "may not list pods\n")])
async def test_ready_or_why_not(unready, status, text):
    address = free_address()
    site = Site(health_address=address, metrics_address=address, unready=lambda: unready)
    await site.start()
    try:
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://{address}/readyz") as answer:
                assert (answer.status, await answer.text()) == (status, text)
            async with session.get(f"http://{address}/healthz") as answer:
                assert answer.status == 200
            async with session.get(f"http://{address}/metrics") as answer:
                shown = await answer.text()
    finally:
        await site.close()
    assert "glider_workqueue_depth" in shown
    assert f"\nglider_ready {0.0 if unready else 1.0}\n" in shown


@asynccontextmanager
async def served_at(address: str, **arguments: Any) -> AsyncIterator[None]:
    site = Site(**{"health_address": address, "metrics_address": address, "unready": lambda: "", **arguments})
    await site.start()
    try:
        yield
    finally:
        await site.close()


async def answer(url: str, *, source: str | None = None, **headers: str) -> tuple[int, str]:
    connector = aiohttp.TCPConnector(local_addr=(source, 0) if source else None)
    async with aiohttp.ClientSession(connector=connector) as session, session.get(url, headers=headers) as response:
        return response.status, await response.text()


@pytest.mark.parametrize(
    ("address", "by"),
    [
        pytest.param(":{port}", ["127.0.0.1", "[::1]"], id="no host is all addresses, of IPv4 and IPv6"),
        pytest.param("[::]:{port}", ["127.0.0.1", "[::1]"], id="so is IPv6's word for all"),
        pytest.param("0.0.0.0:{port}", ["127.0.0.1"], id="IPv4 alone"),
        pytest.param("[::1]:{port}", ["[::1]"], id="one address of IPv6"),
        pytest.param("127.0.0.1:{port}", ["127.0.0.1"], id="one of IPv4"),
        pytest.param("localhost:{port}", ["127.0.0.1"], id="a name"),
    ],
)
async def test_it_is_served_at_the_given_address(address, by):
    port = free_address().rpartition(":")[2]
    async with served_at(address.format(port=port)):
        for host in by:
            assert await answer(f"http://{host}:{port}/readyz") == (200, "ok\n")


async def test_an_address_that_cannot_be_had_is_named():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = "127.0.0.1:{1}".format(*taken.getsockname())
        with pytest.raises(OSError, match=f"can't listen at {address}"):
            async with served_at(address):
                pass


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]"])
async def test_debug_is_shown_to_who_asks_from_inside(host):
    port = free_address().rpartition(":")[2]
    async with served_at(f":{port}"):
        status, text = await answer(f"http://{host}:{port}/debug")
        assert (status, json.loads(text)) == (200, {})


@pytest.mark.parametrize(
    ("host", "source", "headers"),
    [
        pytest.param("127.0.0.1", "127.0.0.6", {}, id="Istio's proxy, which has an address of its own"),
        pytest.param("127.0.0.2", None, {}, id="who reaches it by another address of the pod"),
        pytest.param("127.0.0.1", None, {"X-Forwarded-For": "10.0.0.7"}, id="a proxy that says for whom it asks"),
        pytest.param("127.0.0.1", None, {"via": "1.1 mesh"}, id="or that it is one"),
    ],
)
async def test_debug_is_not_shown_to_who_comes_by_a_proxy_of_the_pod(host, source, headers):
    port = free_address().rpartition(":")[2]
    async with served_at(f":{port}"):
        status, text = await answer(f"http://{host}:{port}/debug", source=source, **headers)
        assert (status, text) == (403, "only by the loopback interface: kubectl port-forward\n")


@pytest.mark.parametrize(
    ("path", "served"),
    [("/healthz", (True, False)), ("/readyz", (True, False)), ("/metrics", (False, True)), ("/debug", (True, True))],
)
async def test_each_address_serves_what_it_is_for(path, served):
    health, metrics = free_address(), free_address()
    async with served_at(health, metrics_address=metrics):
        found = [(await answer(f"http://{address}{path}"))[0] for address in (health, metrics)]
    assert found == [200 if one else 404 for one in served]


async def test_metrics_can_be_served_nowhere():
    address = free_address()
    async with served_at(address, metrics_address=None):
        assert (await answer(f"http://{address}/metrics"))[0] == 404


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        pytest.param({}, 401, id="no token"),
        pytest.param({"Authorization": "Bearer wrong"}, 401, id="another token"),
        pytest.param({"Authorization": "Bearer "}, 401, id="an empty one"),
        pytest.param({"Authorization": "Basic secret"}, 401, id="another scheme"),
        pytest.param({"Authorization": "Bearer secret"}, 200, id="the token"),
    ],
)
async def test_metrics_take_the_token_where_there_is_one(tmp_path: Path, authorization, status):
    address, token = free_address(), tmp_path / "token"
    token.write_text("secret\n")
    async with served_at(address, metrics_token=token):
        assert (await answer(f"http://{address}/metrics", **authorization))[0] == status
        assert (await answer(f"http://{address}/readyz"))[0] == 200
        token.unlink()
        assert await answer(f"http://{address}/metrics", **authorization) == (
            401,
            "the operator can't read the file with the bearer token\n",
        )


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"GET /metrics HT", id="half a line"),
        pytest.param(b"GET /metrics HTTP/1.1\r\nHost: x\r\nX-A: ", id="half of the headers"),
        pytest.param(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /hea", id="half of another request"),
    ],
)
async def test_half_a_request_is_not_waited_for(sent):
    address = free_address()
    host, _, port = address.rpartition(":")
    async with served_at(address, idle=0.05), asyncio.timeout(10):
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(sent)
        await reader.read()  # to the end of the connection
        writer.close()
