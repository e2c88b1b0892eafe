"""TaskExecutions that are over, straight into the API server: running 50,000 of them would take longer than anybody waits."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import aiohttp

from tests.bench.operator.contenders import Contender
from tests.bench.operator.load import server_of
from tests.faults.api import MERGE_PATCH

_AT_ONCE = 48


async def create_finished(kubeconfig: Path, contender: Contender, namespace: str, *, count: int, status: dict[str, Any]) -> None:
    """Creates so many with the status of one that has ended. No operator may run meanwhile: it would start them."""
    host, context = server_of(kubeconfig)
    url = host + contender.collection(namespace)
    numbers = iter(range(count))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context, limit=0)) as session:

        async def work() -> None:
            for number in numbers:
                name = f"over-{number}"
                await _send(session, "POST", url, contender.document(name), "application/json")
                await _send(session, "PATCH", f"{url}/{name}/status", {"status": status}, MERGE_PATCH)

        await asyncio.gather(*(work() for _ in range(_AT_ONCE)))


async def _send(session: aiohttp.ClientSession, method: str, url: str, body: dict[str, Any], content_type: str) -> None:
    async with session.request(method, url, json=body, headers={"Content-Type": content_type}) as response:
        assert response.status < 300, await response.text()
