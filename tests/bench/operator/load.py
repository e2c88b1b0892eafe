"""Creates the objects, all at once or at a rate, and watches what becomes of them and of their pods.

Everything is timed by one clock, where its event arrives: Kubernetes' own times are whole seconds.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import orjson
from kubernetes import client, config

from tests.bench.operator.contenders import PODS, Contender

_AT_ONCE = 32
_JSON = {"Content-Type": "application/json"}
PATIENCE = 400.0


@dataclass(kw_only=True, slots=True)
class Times:
    """When what happened, by the object's name."""

    created: dict[str, float] = field(default_factory=dict)
    pod: dict[str, float] = field(default_factory=dict)
    pod_ended: dict[str, float] = field(default_factory=dict)
    over: dict[str, float] = field(default_factory=dict)
    pods: set[str] = field(default_factory=set)

    def start_latencies(self) -> list[float]:
        """From each object's creation to its pod's."""
        return [self.pod[name] - created for name, created in self.created.items() if name in self.pod]

    def end_latencies(self) -> list[float]:
        """From the end of each object's container to the object's own."""
        return [over - self.pod_ended[name] for name, over in self.over.items() if name in self.pod_ended]

    def rate(self, times: dict[str, float]) -> float:
        """How many a second, from the first creation to the last of `times`."""
        return len(times) / (max(times.values()) - min(self.created.values()))


async def run(
    kubeconfig: Path, contender: Contender, namespace: str, *, count: int, per_second: float | None, patience: float = PATIENCE
) -> Times:
    """Creates so many objects and returns when all are over."""
    times = Times()
    host, context = server_of(kubeconfig)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context, limit=0)) as session:
        watched = {PODS.format(namespace=namespace): lambda event: _saw_pod(times, event)}
        if contender.path != PODS:
            watched[contender.collection(namespace)] = lambda event: _saw_object(times, contender, event)
        watches = [asyncio.create_task(_watch(session, host + path, note)) for path, note in watched.items()]
        await asyncio.sleep(0.5)
        url = host + contender.collection(namespace)
        await _create_all(session, url, contender, times, count=count, per_second=per_second)
        await _wait_until_over(times, contender, watches, count=count, patience=patience)
        for watch in watches:
            watch.cancel()
    return times


async def _create_all(
    session: aiohttp.ClientSession, url: str, contender: Contender, times: Times, *, count: int, per_second: float | None
) -> None:
    slots = asyncio.Semaphore(_AT_ONCE)

    async def create(name: str) -> None:
        async with slots:
            times.created[name] = time.monotonic()
            async with session.post(url, data=orjson.dumps(contender.document(name)), headers=_JSON) as response:
                assert response.status == 201, await response.text()

    started = time.monotonic()
    creations = []
    for number in range(count):
        if per_second is not None:
            await asyncio.sleep(max(0.0, started + number / per_second - time.monotonic()))
        creations.append(asyncio.create_task(create(f"x-{number}")))
    await asyncio.gather(*creations)


async def _wait_until_over(times: Times, contender: Contender, watches: list[asyncio.Task[None]], *, count: int, patience: float) -> None:
    if contender.path == PODS:
        times.over = times.pod_ended
    deadline = time.monotonic() + patience
    while len(times.over) < count:
        for watch in watches:
            if watch.done():
                watch.result()
        if time.monotonic() > deadline:
            raise TimeoutError(f"{contender.name}: {len(times.over)} of {count} are over after {patience:.0f} s")
        await asyncio.sleep(0.05)


async def _watch(session: aiohttp.ClientSession, url: str, note: Callable[[Any], None]) -> None:
    """Notes what there is and what happens to it; again from the start when the API server ends the watch of who is too slow for it."""
    timeout = aiohttp.ClientTimeout(total=None)
    while True:
        async with session.get(url, params={"watch": "true", "resourceVersion": "0"}, timeout=timeout) as response:
            async for line in response.content:
                note(orjson.loads(line))  # what this process takes, everybody waits for


def _saw_pod(times: Times, event: Any) -> None:
    body = event["object"]
    owners = body["metadata"].get("ownerReferences")
    name = owners[0]["name"] if owners else body["metadata"]["name"]
    times.pods.add(body["metadata"]["uid"])
    times.pod.setdefault(name, time.monotonic())
    if body["status"]["phase"] == "Succeeded":
        times.pod_ended.setdefault(name, time.monotonic())


def _saw_object(times: Times, contender: Contender, event: Any) -> None:
    if contender.is_over(event["object"]):
        times.over.setdefault(event["object"]["metadata"]["name"], time.monotonic())


def server_of(kubeconfig: Path) -> tuple[str, ssl.SSLContext]:
    """The API server's address, and how to talk TLS to it."""
    configuration = client.Configuration()
    config.load_kube_config(str(kubeconfig), client_configuration=configuration)
    context = ssl.create_default_context(cafile=configuration.ssl_ca_cert)
    if configuration.cert_file:
        context.load_cert_chain(configuration.cert_file, configuration.key_file)
    return str(configuration.host), context
