"""How much the part that archives can do by itself: the ends of executions from memory, into an S3 server.

A control plane on a small machine ends fewer executions a second than the operator can archive.
"""

from __future__ import annotations

import asyncio
import copy
import resource
import time
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from glider.wire.summary import Summary, encode_summary
from glider_core.api.observed_pod import parse_pod
from glider_core.config import Config, parse_config
from glider_operator.archive.archiver import Archiver
from glider_operator.archive.documents import Surroundings
from glider_operator.archive.writing import open_writer
from glider_operator.cache.caches import Caches
from tests.resources import divider
from tests.unit.glider_core.builders import CONFIGURATION, execution_body, make_execution, pod_body

_NAMESPACE = "default"
_POLL = 0.02


def run(environment: Mapping[str, str], *, prefix: str, at_once: int, per_second: float, seconds: int) -> None:
    """`at_once`, and then so many a second; prints what that took."""
    asyncio.run(_run(environment, prefix=f"{prefix}/at-once", count=at_once, per_second=None))
    asyncio.run(_run(environment, prefix=f"{prefix}/steady", count=round(per_second * seconds), per_second=per_second))


async def _run(environment: Mapping[str, str], *, prefix: str, count: int, per_second: float | None) -> None:
    config = parse_config(CONFIGURATION | {"storage": {"metadataPrefix": prefix}})
    archiver = _archiver(environment, prefix=prefix, config=config)
    execution, pod = _documents()
    running = [asyncio.create_task(archiver.run()), asyncio.create_task(archiver.compact())]
    lag = asyncio.create_task(_worst_lag())
    began, cpu, behind = time.monotonic(), _cpu(), 0.0
    for number in range(count):
        if per_second is not None:
            await asyncio.sleep(max(0.0, began + number / per_second - time.monotonic()))
        _end(archiver, execution, pod)
        behind = max(behind, archiver.pending.oldest())
    while len(archiver.pending):  # noqa: ASYNC110  # another task's
        await asyncio.sleep(_POLL)
    took, spent = time.monotonic() - began, _cpu() - cpu
    for task in (*running, lag):
        task.cancel()
    worst = await lag
    load = f"{count} at once" if per_second is None else f"{count} at {per_second:g}/s"
    print(
        f"archiving alone, {load}: {count / took:.0f} a second, {spent / count * 1000:.1f} ms of CPU each, at most {behind:.1f} s behind,"
        f" the event loop at most {worst * 1000:.0f} ms late",
        flush=True,
    )
    archiver.close()


def _archiver(environment: Mapping[str, str], *, prefix: str, config: Config) -> Archiver:
    async def nothing(namespace: str, name: str) -> Any:
        return ()

    return Archiver(
        lambda: open_writer(f"{prefix}/.history", environment=environment, node_identity=False),
        Surroundings(find_execution=nothing, find_events=nothing),
        caches=Caches(),
        config=lambda: config,
        now=lambda: datetime.now(UTC),
    )


def _documents() -> tuple[dict[str, Any], dict[str, Any]]:
    """An execution that has ended, and its pod."""
    summary = encode_summary(Summary(outputs={"o0": 0.5})).decode()
    attempt = {"number": 0, "podName": "x-a0", "startTime": "2030-01-01T00:00:00Z", "completionTime": "2030-01-01T00:00:05Z", "exitCode": 0}
    status = {"phase": "Succeeded", "completionTime": "2030-01-01T00:00:05Z", "outputs": {"o0": 0.5}, "attempts": [attempt]}
    execution = execution_body(task=divider(), status=status)
    terminated = {"exitCode": 0, "reason": "Completed", "message": summary, "finishedAt": "2030-01-01T00:00:05Z"}
    pod = pod_body(
        make_execution(task=divider()), phase="Succeeded", containerStatuses=[{"name": "task", "state": {"terminated": terminated}}]
    )
    return execution, pod


def _end(archiver: Archiver, execution: Mapping[str, Any], pod: Mapping[str, Any]) -> None:
    uid = str(uuid.uuid4())
    ended, its_pod = copy.deepcopy(dict(execution)), copy.deepcopy(dict(pod))
    ended["metadata"] |= {"uid": uid, "name": f"run-{uid[:6]}", "namespace": _NAMESPACE}
    its_pod["metadata"]["ownerReferences"][0]["uid"] = uid
    its_pod["metadata"]["uid"] = f"pod-{uid}"
    parsed = parse_pod(its_pod)
    assert parsed is not None
    archiver.pod(parsed, its_pod)
    archiver.ended(ended)


async def _worst_lag() -> float:
    """By how much the event loop was late at worst, until cancelled."""
    worst = 0.0
    try:
        while True:
            before = time.monotonic()
            await asyncio.sleep(_POLL)
            worst = max(worst, time.monotonic() - before - _POLL)
    except asyncio.CancelledError:
        return worst


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
