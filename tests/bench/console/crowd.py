"""Executions as a busy cluster has them, straight into the API server, and their changes at a rate."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import orjson

from glider_core.api import labels
from tests.bench.operator.load import server_of
from tests.faults.api import MERGE_PATCH

NAMESPACE = "bench-console"
EXECUTIONS = f"/apis/{labels.API_VERSION}/namespaces/{NAMESPACE}/{labels.EXECUTIONS}"
_AT_ONCE = 16
_JSON = "application/json"
_PHASES = ("Succeeded", "Succeeded", "Succeeded", "Running", "Queued", "Failed")
_TIMES = {"start": 40, "load": 1200, "download": 300, "execute": 95_000, "upload": 700}
_TRACEBACK = "Traceback (most recent call last):\n" + '  File "/app/train.py", line 41, in train\n    model.fit(frame)\n' * 8


class Crowd:
    """The executions of a namespace."""

    def __init__(self, session: aiohttp.ClientSession, host: str) -> None:
        self._session, self._host = session, host
        self._changes = 0

    async def create(self, count: int) -> None:
        """So many, each with its status."""
        numbers = iter(range(count))

        async def work() -> None:
            for number in numbers:
                await self._send("POST", EXECUTIONS, document(number), _JSON)
                await self.report(number)

        await asyncio.gather(*(work() for _ in range(_AT_ONCE)))

    async def report(self, number: int, *, turn: int = 0) -> None:
        """The status of one, as an operator writes it; another one each turn."""
        await self._send("PATCH", f"{EXECUTIONS}/{name_of(number)}/status", {"status": status_of(number + turn)}, MERGE_PATCH)

    async def change(self, count: int, *, per_second: float, seconds: float) -> float:
        """Changes of the first so many executions. Returns how many there were a second."""
        began = time.monotonic()
        turns = iter(range(int(per_second * seconds)))

        async def work() -> None:
            for turn in turns:
                await asyncio.sleep(max(0.0, began + turn / per_second - time.monotonic()))
                self._changes += 1
                await self.report(self._changes * 37 % count, turn=self._changes)

        await asyncio.gather(*(work() for _ in range(_AT_ONCE)))
        return per_second * seconds / (time.monotonic() - began)

    async def _send(self, method: str, path: str, body: dict[str, Any], content_type: str) -> None:
        headers = {"Content-Type": content_type}
        async with self._session.request(method, self._host + path, data=orjson.dumps(body), headers=headers) as response:
            assert response.status < 300, await response.text()


@asynccontextmanager
async def crowd(kubeconfig: Path) -> AsyncIterator[Crowd]:
    """The executions of the namespace, which is created."""
    host, context = server_of(kubeconfig)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context, limit=0)) as session:
        body = orjson.dumps({"metadata": {"name": NAMESPACE}})
        async with session.post(f"{host}/api/v1/namespaces", data=body, headers={"Content-Type": _JSON}) as response:
            assert response.status == 201, await response.text()
        yield Crowd(session, host)


def name_of(number: int) -> str:
    return f"train-model-{number:05}"


def document(number: int) -> dict[str, Any]:
    return {
        "apiVersion": labels.API_VERSION,
        "kind": labels.EXECUTION_KIND,
        "metadata": {"name": name_of(number), "labels": {"team": f"team-{number % 7}", "stage": "prod", "run": f"r-{number // 50}"}},
        "spec": {
            "taskRef": {"name": f"train-model-{number % 5:010x}"},
            "inputs": {"epochs": number % 30, "rate": 0.1, "data": f"s3://bucket/data/{number}.parquet"},
            "resources": {"requests": {"cpu": "1", "memory": "2Gi"}},
        },
    }


def status_of(turn: int) -> dict[str, Any]:
    phase = _PHASES[turn % len(_PHASES)]
    ended = phase in ("Succeeded", "Failed")
    error = {"code": "USER:ValueError", "reason": "UserError", "kind": "NON_RECOVERABLE", "origin": "USER"}
    attempt: dict[str, Any] = {
        "number": turn % 2,
        "podName": f"train-{turn}",
        "podUid": f"uid-{turn}",
        "nodeName": f"node-{turn % 40}",
        "startTime": "2026-11-29T10:00:00Z",
        "completionTime": "2026-11-29T10:01:37Z" if ended else None,
        "usage": {"peakMemoryBytes": 900_000_000 + turn, "cpuSeconds": 93.5, "timings": _TIMES},
    }
    return {
        "phase": phase,
        "conditions": [
            {
                "type": "Succeeded",
                "status": {"Succeeded": "True", "Failed": "False"}.get(phase, "Unknown"),
                "reason": "UserError" if phase == "Failed" else phase,
                "message": f"Attempt {turn} of this execution is {phase.lower()}.",
                "lastTransitionTime": "2026-11-29T10:01:37Z",
            }
        ],
        "startTime": "2026-11-29T09:59:50Z",
        "completionTime": "2026-11-29T10:01:37Z" if ended else None,
        "outputsUri": f"s3://bucket/metadata/{turn}/outputs.pb",
        "attempts": [attempt],
        "error": {**error, "message": f"{_TRACEBACK}ValueError: column {turn} is empty"} if phase == "Failed" else None,
    }
