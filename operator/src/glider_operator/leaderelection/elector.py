"""Takes the Lease, renews it, and releases it.

A leader that can't renew it in time stops writing `renewDeadline` after its last renewal began, while the others wait for
`leaseDuration` after they saw that renewal: requests that were sent by then have the time in between to arrive.
"""

from __future__ import annotations

import asyncio
import logging
import math
import random
from collections.abc import Callable
from datetime import UTC, datetime

from glider_core.api.elapsed import elapsed
from glider_core.config.leading import LeaderElection
from glider_core.kube import requests
from glider_core.kube.errors import AlreadyExists, Conflict, KubeError, NotFound
from glider_core.kube.transport import Transport
from glider_operator.leaderelection.fence import Fence
from glider_operator.leaderelection.lease import Seen, new_lease, released, taken

logger = logging.getLogger(__name__)


class LeadershipLost(Exception):
    """The Lease couldn't be renewed in time."""


class Elector:
    """`identity`'s part in the election by the Lease `name` in `namespace`. `fence` is open while it leads.

    Attributes:
        problem: why the last try to read or write the Lease failed; empty if it didn't.
    """

    def __init__(
        self,
        transport: Transport,
        config: LeaderElection,
        *,
        identity: str,
        name: str,
        namespace: str,
        fence: Fence,
        clock: Callable[[], float] = elapsed,
    ) -> None:
        self._transport = transport
        self._config = config
        self._identity = identity
        self._name = name
        self._namespace = namespace
        self._fence = fence
        self._clock = clock
        self._seen: Seen | None = None
        self.problem = ""

    @property
    def holder(self) -> str:
        """The leader, as last seen."""
        return self._seen.holder if self._seen is not None else ""

    async def acquire(self) -> None:
        """Return once this one leads."""
        while True:
            if await self._try():
                logger.info("acquired the Lease as %s", self._identity)
                return
            await asyncio.sleep(self._config.retry_period.total_seconds() * random.uniform(1, 1.2))

    async def keep(self) -> None:
        """Renew the Lease until that fails.

        Raises:
            LeadershipLost: another one may lead by now.
        """
        while self._fence.open:
            await asyncio.sleep(self._config.retry_period.total_seconds())
            if not await self._try() and self.holder not in ("", self._identity):
                break
        self._fence.close()
        raise LeadershipLost(f"lost the Lease {self._namespace}/{self._name}: {self.holder or 'nobody'} holds it now")

    async def release(self) -> None:
        """Release the Lease if this operator holds it, so that the next one leads at once. Nothing may be written after that."""
        leads = self._fence.open
        self._fence.close()
        if not leads:
            return
        try:
            if await self._release():
                logger.info("released the Lease")
        except KubeError as error:
            logger.warning("could not release the Lease: %s", error)

    async def _release(self) -> bool:
        """Return whether the Lease was held and is released now. A cancelled renewal may have succeeded: then it is newer than seen."""
        for again in (True, True, False):
            assert self._seen is not None
            if self._seen.holder != self._identity:
                return False
            document = released(self._seen.document, now=datetime.now(UTC))
            try:
                await self._transport.send(requests.update_lease(self._namespace, self._name, document))
                return True
            except Conflict:
                if not again:
                    raise
                await self._look()
        return False

    async def _try(self) -> bool:
        """Try once to take or renew the Lease. Return whether this operator holds it."""
        began = self._clock()
        try:
            async with asyncio.timeout(self._config.renew_deadline.total_seconds()):
                ours = await self._write(began)
        except (KubeError, TimeoutError) as error:
            problem = f"could not acquire the Lease {self._namespace}/{self._name}: {str(error) or 'no answer in time'}"
            if problem != self.problem:
                logger.warning("%s", problem)
            self.problem = problem
            return False
        self.problem = ""
        if ours:
            self._fence.extend(began + self._config.renew_deadline.total_seconds())
        return ours

    async def _write(self, now: float) -> bool:
        """Write this operator into the Lease, if it is free. Return whether that was done."""
        if self._seen is None or not (self._fence.open and self._seen.holder == self._identity):
            await self._look()
        assert self._seen is not None
        if not self._seen.free(self._identity, now=self._clock()):
            return False
        duration = math.ceil(self._config.lease_duration.total_seconds())
        document = taken(self._seen.document, self._identity, duration=duration, now=datetime.now(UTC))
        try:
            answer = await self._transport.send(requests.update_lease(self._namespace, self._name, document))
        except (Conflict, NotFound):
            await self._look()
            return False
        self._seen = Seen(document=answer, at=now)
        return True

    async def _look(self) -> None:
        """Read the Lease; create one without a holder where there is none."""
        try:
            document = await self._transport.send(requests.get_lease(self._namespace, self._name))
        except NotFound:
            try:
                document = await self._transport.send(requests.create_lease(self._namespace, new_lease(self._name, self._namespace)))
            except AlreadyExists:
                document = await self._transport.send(requests.get_lease(self._namespace, self._name))
        now = self._clock()
        self._seen = Seen(document=document, at=now) if self._seen is None else self._seen.updated(document, now=now)
