"""What probes, /debug, statsd and logs say."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from datetime import timedelta

import aiohttp
import pytest
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from glider_core.config import Config
from glider_core.config.model import OperatorStatsd
from glider_operator.controller.cluster import Cluster
from glider_operator.controller.controller import Controller
from glider_operator.queue.work_queue import SLOW
from glider_operator.server.debug import overview
from glider_operator.server.gauges import refresh_gauges
from glider_operator.server.http import Site
from glider_operator.server.probes import STUCK_DEAD, STUCK_UNREADY, Health
from glider_operator.telemetry import metrics
from glider_operator.telemetry.statsd import Statsd
from tests.unit.glider_core.builders import T0, execution_body
from tests.unit.glider_operator.controller.fakes import FakeCluster
from tests.unit.glider_operator.server.test_http import free_address
from tests.unit.glider_operator.telemetry.test_logs import json_line


@pytest.mark.parametrize(
    ("stuck", "silent", "unready", "dead"),
    [
        pytest.param(0, "", False, False, id="well"),
        pytest.param(STUCK_UNREADY + 1, "", True, False, id="stuck for longer than calls take"),
        pytest.param(STUCK_DEAD + 1, "", True, True, id="stuck for good: a restart would help"),
        pytest.param(0, "pods", True, False, id="a silent watch: kopf connects again by itself"),
    ],
)
def test_ready_and_alive(stuck, silent, unready, dead):
    health = Health(stuck_for=lambda: stuck, silent=lambda: silent)
    assert (bool(health.unready()), bool(health.dead())) == (unready, dead)


async def test_a_blocked_loop_is_logged_with_the_place(caplog, monkeypatch):
    monkeypatch.setattr("glider_operator.server.probes._HELD_UP", 0.3)
    health = Health(stuck_for=lambda: 0, silent=lambda: "")
    watching = asyncio.create_task(health.watch())
    await asyncio.sleep(0.3)
    hold_up(1.5)
    await asyncio.sleep(0.3)
    watching.cancel()
    assert health.lag() > 1
    logged = "\n".join(record.getMessage() for record in caplog.records)
    assert "in hold_up" in logged
    assert "the event loop was 1." in logged


def hold_up(seconds: float) -> None:
    time.sleep(seconds)


async def test_a_queue_whose_workers_hang_does_not_move():
    controller = Controller(Cluster(FakeCluster()), Config(), clock=lambda: T0)

    async def hang(_):
        await asyncio.sleep(60)

    controller.queue._handler = hang
    assert controller.queue.stuck_for() == 0
    controller.queue.start()
    for number in range(100):
        controller.queue.add(("n", str(number)))
    await asyncio.sleep(0.2)
    assert 0.1 < controller.queue.stuck_for() < 5
    assert len(controller.queue.working()) == 64, "half of all, since it is one namespace"
    await controller.queue.close()


def test_debug_says_what_each_live_execution_waits_for():
    asyncio.run(_debug())


async def _debug() -> None:
    controller = Controller(Cluster(FakeCluster()), Config(), clock=lambda: T0)
    controller.watch_handlers.on_execution(execution_body(taskRef={"name": "later"}))
    controller.watch_handlers.on_execution(execution_body(name="over", uid="u2", status={"phase": "Failed"}, ttlSecondsAfterFinished=60))
    await controller.reconcile(("default", "divide"))
    shown = json.loads(json.dumps(overview(controller)))
    assert shown["executions"] == {"known": 2, "live": 1}
    [entry] = shown["live"]
    assert (entry["execution"], entry["phase"]) == ("default/divide", "Pending")
    assert entry["requeuedIn"] > 0
    assert shown["queue"]["readyByNamespace"] == {"default": 1}
    assert overview(controller, namespace="other")["live"] == []
    assert overview(controller, most=0)["live"] == []
    refresh_gauges(controller)
    assert metrics.EXECUTIONS.labels("Pending")._value.get() == 1
    assert metrics.EXECUTIONS.labels("finished")._value.get() == 1


async def test_debug_begins_with_what_fails_again_and_again():
    controller = Controller(Cluster(FakeCluster()), Config(), clock=lambda: T0)
    for number in range(10):
        controller.watch_handlers.on_execution(execution_body(name=f"e{number}", uid=f"u{number}"))
    controller.queue._failures[("default", "e7")] = 3
    controller.queue._failures[("default", "e4")] = 5
    shown = [entry["execution"] for entry in overview(controller, most=3)["live"]]
    assert shown[:2] == ["default/e4", "default/e7"]
    assert len(shown) == 3


async def test_probes_and_debug_over_http():
    address = free_address()
    site = Site(
        health_address=address,
        metrics_address=address,
        unready=lambda: "",
        dead=lambda: "stuck",
        debug=lambda namespace, name, most: {"asked": [namespace, name, most]},
    )
    await site.start()
    try:
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://{address}/healthz") as answer:
                assert (answer.status, await answer.text()) == (503, "stuck\n")
            async with session.get(f"http://{address}/debug?namespace=a&limit=5") as answer:
                assert await answer.json() == {"asked": ["a", "", 5]}
            async with session.get(f"http://{address}/debug?limit={'9' * 5000}") as answer:
                assert await answer.json() == {"asked": ["", "", 1000]}
    finally:
        await site.close()


async def test_statsd_gets_what_was_added_since_the_last_time():
    registry = CollectorRegistry()
    counter = Counter("glider_things_total", "", ["kind", "result"], registry=registry)
    gauge = Gauge("glider_depth", "", registry=registry)
    histogram = Histogram("glider_wait_seconds", "", registry=registry)
    Gauge("python_else", "", registry=registry).set(5)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(5)
        config = OperatorStatsd(host="127.0.0.1", port=server.getsockname()[1], interval=timedelta(seconds=1))
        statsd = Statsd(config, registry=registry)
        counter.labels("a b", "ok").inc(2)
        gauge.set(7)
        histogram.observe(0.5)
        await statsd.send()
        first = server.recv(2000).decode().splitlines()
        counter.labels("a b", "ok").inc(3)
        gauge.set(0)
        await statsd.send()
        second = server.recv(2000).decode().splitlines()
    expected = ["glider.depth:7|g", "glider.things_total.a_b.ok:2|c", "glider.wait_seconds_count:1|c", "glider.wait_seconds_sum:0.5|c"]
    assert sorted(first) == expected
    assert sorted(second) == ["glider.depth:0|g", "glider.things_total.a_b.ok:3|c"]


async def test_statsd_gets_the_gauges_that_prometheus_gets_and_all_their_digits():
    controller = Controller(Cluster(FakeCluster()), Config(), clock=lambda: T0)
    controller.watch_handlers.on_execution(execution_body())
    now, tiny = Gauge("glider_now", "", registry=None), Gauge("glider_tiny", "", registry=None)
    now.set(1795690123.25)
    tiny.set(1e-7)
    registry = CollectorRegistry()
    for metric in (metrics.EXECUTIONS, now, tiny):
        registry.register(metric)
    lines = list(Statsd(OperatorStatsd(host="x"), registry=registry, refresh=lambda: refresh_gauges(controller)).lines())
    assert {"glider.executions.Pending:1|g", "glider.now:1795690123.25|g", "glider.tiny:0.0000001|g"} <= set(lines)


@pytest.mark.parametrize("host", ["::1", "[::1]", "localhost"])
async def test_statsd_is_reached_over_ipv6_too(host):
    registry = CollectorRegistry()
    Gauge("glider_depth", "", registry=registry).set(7)
    family, at = (socket.AF_INET, "127.0.0.1") if host == "localhost" else (socket.AF_INET6, "::1")
    with socket.socket(family, socket.SOCK_DGRAM) as server:
        server.bind((at, 0))
        server.settimeout(5)
        await Statsd(OperatorStatsd(host=host, port=server.getsockname()[1]), registry=registry).send()
        assert server.recv(2000) == b"glider.depth:7|g"


async def test_statsd_that_is_not_there_is_no_error():
    for host in ("no such host.invalid", "never..a.name"):
        await Statsd(OperatorStatsd(host=host), registry=CollectorRegistry()).send()


async def test_a_reconcile_that_takes_too_long_is_logged_once_while_it_runs(caplog, monkeypatch):
    monkeypatch.setattr("glider_operator.server.probes._BEAT", 0.01)
    reconciles = {("team-a", "hangs"): SLOW + 1, ("team-a", "quick"): 0.1}
    health = Health(stuck_for=lambda: 0, silent=lambda: "", working=lambda: reconciles)
    watching = asyncio.create_task(health.watch())
    await asyncio.sleep(0.1)
    assert caplog.messages == ["team-a/hangs: the reconcile has been running for 46 s"]
    assert json_line(caplog.records[0])["execution"] == "team-a/hangs"
    reconciles[("team-a", "hangs")] = 0.1  # another look at it
    await asyncio.sleep(0.05)
    reconciles[("team-a", "hangs")] = SLOW + 2
    await asyncio.sleep(0.05)
    watching.cancel()
    assert len(caplog.messages) == 2
