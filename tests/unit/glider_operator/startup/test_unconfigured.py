"""An operator that starts beside a configuration that can't be used waits, says why, and goes on once it can."""

from __future__ import annotations

import asyncio
import os
import signal

import aiohttp
import yaml

from glider_core.config.loading import health_address_of
from glider_operator.startup.own_pod import OwnPod
from glider_operator.startup.unconfigured import wait_for_configuration
from tests.unit.glider_core.builders import CONFIGURATION, T0
from tests.unit.glider_operator.controller.fakes import FakeCluster
from tests.unit.glider_operator.server.test_http import free_address


async def test_it_is_alive_and_not_ready_until_the_file_is_mended(tmp_path):
    path, address = tmp_path / "config.yaml", free_address()
    path.write_text(yaml.safe_dump(CONFIGURATION | {"podRetention": {"failed": "3days"}}))
    refused: asyncio.Queue[str] = asyncio.Queue()
    waiting = asyncio.create_task(
        wait_for_configuration(path, last_good=tmp_path / "last-good", address=address, refuse=refused.put, interval=0.01)
    )
    async with asyncio.timeout(10):
        why = await refused.get()
        assert "podRetention.failed: expected a duration" in why
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://{address}/healthz") as answer:
                assert answer.status == 200
            async with session.get(f"http://{address}/readyz") as answer:
                assert (answer.status, await answer.text()) == (503, f"{why}\n")
        path.write_text(yaml.safe_dump(CONFIGURATION | {"retries": {"user": 7}}))
        file = await waiting
    assert file is not None and file.config.retries.user == 7 and file.problem == ""
    assert refused.empty()


async def test_a_signal_to_stop_ends_the_wait(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("none: {}")

    async def stop(_: str) -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    async with asyncio.timeout(10):
        assert await wait_for_configuration(path, last_good=tmp_path / "last-good", address=free_address(), refuse=stop) is None


def test_the_probes_are_answered_where_the_file_says_even_if_the_rest_of_it_is_wrong():
    assert health_address_of(b"health: {healthProbeBindAddress: ':9000'}\nretires: {}") == ":9000"
    assert health_address_of(b"health: {healthProbeBindAddress: nowhere}") == ":8081"
    assert health_address_of(b"a: [") == ":8081"


async def test_the_event_is_about_the_operators_own_pod():
    events = []

    class Recorder(FakeCluster):
        async def send(self, request):
            events.append((request.path, request.body))
            return {}

    pod = OwnPod.from_environment({"POD_NAMESPACE": "glider-system", "POD_NAME": "glider-1", "POD_UID": "u"})
    assert pod is not None
    await pod.warn(Recorder(), reason="ConfigurationRefused", message="it is wrong", now=T0)
    [(path, event)] = events
    assert path == "/api/v1/namespaces/glider-system/events"
    assert event["involvedObject"] == {"apiVersion": "v1", "kind": "Pod", "namespace": "glider-system", "name": "glider-1", "uid": "u"}
    assert (event["type"], event["reason"], event["message"]) == ("Warning", "ConfigurationRefused", "it is wrong")


def test_outside_of_a_cluster_there_is_no_pod():
    assert OwnPod.from_environment({"POD_NAMESPACE": "glider-system"}) is None
