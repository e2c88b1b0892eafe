"""When this operator may act: always, or while it holds the Lease.

A standby watches as well, so that its caches are filled when it becomes the leader. Before it acts it lists everything once more:
its caches are then at least as new as the former leader's last write.
"""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path

from kubernetes import client

from glider_core.config import Config
from glider_core.kube.throttle import TokenBucket
from glider_core.kube.transport import HttpTransport
from glider_operator.leaderelection.elector import Elector
from glider_operator.leaderelection.fence import Fence
from glider_operator.telemetry import metrics
from glider_operator.telemetry.kube_metrics import OBSERVER

#: Kubernetes' own, in every pod with a service account.
_NAMESPACE_FILE = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")


class Leadership:
    """This process in the election, with API calls of its own that nothing else delays; or always the leader without an election."""

    def __init__(self, config: Config, kubernetes: client.Configuration, *, home: str | None) -> None:
        election = config.leader_election
        self.fence = Fence()
        self._elector: Elector | None = None
        if election.leader_elect:
            renew = election.renew_deadline.total_seconds()
            self._transport = HttpTransport(
                kubernetes, throttle=TokenBucket(qps=10, burst=10), connections=2, observer=OBSERVER, timeout=(renew / 2, renew / 2)
            )
            self._elector = Elector(
                self._transport,
                election,
                identity=f"{os.uname().nodename}_{uuid.uuid4()}",
                name=config.lease_name,
                namespace=election.resource_namespace or home or "default",
                fence=self.fence,
            )
        else:
            self.fence.extend(float("inf"))

    @property
    def problem(self) -> str:
        """Why there can be no election; empty where there can."""
        return self._elector.problem if self._elector is not None else ""

    @property
    def leader(self) -> str:
        """The leader, as last seen; empty without an election."""
        return self._elector.holder if self._elector is not None else ""

    async def lead(self, begin: Callable[[], Awaitable[None]]) -> None:
        """Wait for the leadership, call `begin`, and go on until it is lost.

        Raises:
            LeadershipLost: another one may lead by now.
        """
        metrics.LEADER.set(0)
        if self._elector is None:
            await begin()
            metrics.LEADER.set(1)
            await asyncio.get_running_loop().create_future()
            return
        await self._elector.acquire()
        metrics.LEADER.set(1)
        keeping = asyncio.create_task(self._elector.keep())
        beginning = asyncio.ensure_future(begin())
        try:
            await asyncio.wait([keeping, beginning], return_when=asyncio.FIRST_COMPLETED)
            if beginning.done():
                beginning.result()
            await keeping
        finally:
            metrics.LEADER.set(0)
            beginning.cancel()
            keeping.cancel()

    async def release(self) -> None:
        """Release the leadership, so that the next one acts at once. No write may be in flight any more."""
        if self._elector is not None:
            await self._elector.release()

    async def close(self) -> None:
        """Close all connections."""
        if self._elector is not None:
            await self._transport.close()


def own_namespace() -> str | None:
    """The namespace of the operator's pod, or the one that POD_NAMESPACE names; PodTemplates of the whole cluster are there."""
    if named := os.environ.get("POD_NAMESPACE"):
        return named
    return _NAMESPACE_FILE.read_text().strip() if _NAMESPACE_FILE.exists() else None
