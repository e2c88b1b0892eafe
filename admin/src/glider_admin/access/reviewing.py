"""Sends reviews to the API server with the front's own credential: so many at once, and what refuses them is never the caller's fault.

Whoever sends many wrong tokens would have as many of them reviewed otherwise.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from anyio import Semaphore

from glider_admin.errors import Code, RefusedError
from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import CredentialsError, ForbiddenError, UnauthorizedError

logger = logging.getLogger(__name__)

#: Runs a function of the front's own cluster, outside of the event loop.
Ask = Callable[[Callable[[Cluster], Any]], Awaitable[Any]]
#: Reviews at once, and those that may wait for their turn.
_AT_ONCE, _WAITING = 8, 400


class Reviewing:
    """Sends reviews of one kind. `ask` runs a function of the front's own cluster."""

    def __init__(self, ask: Ask, *, group: str, kind: str, at_once: int = _AT_ONCE, waiting: int = _WAITING) -> None:
        self._ask = ask
        self._version, self._kind = f"{group}/v1", kind
        self._path = f"/apis/{group}/v1/{kind.lower()}s"
        self._turns = Semaphore(at_once)
        self._waiting, self._most = 0, at_once + waiting

    async def status(self, spec: Mapping[str, Any]) -> Mapping[str, Any]:
        """What the API server answers to `spec`.

        Raises:
            RefusedError: too many are waiting, or the front itself is refused.
            ClusterError: the API server doesn't answer.
        """
        if self._waiting >= self._most:
            raise RefusedError(Code.RESOURCE_EXHAUSTED, "The front is checking too many callers at once. Try again in some seconds.")
        self._waiting += 1
        try:
            async with self._turns:
                return await self._sent({"apiVersion": self._version, "kind": self._kind, "spec": dict(spec)})
        finally:
            self._waiting -= 1

    async def _sent(self, review: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            return (await self._ask(lambda cluster: cluster.create(self._path, dict(review)))).get("status") or {}
        except (UnauthorizedError, ForbiddenError, CredentialsError) as error:
            # as UNAUTHENTICATED it would start the client's login, which changes nothing
            logger.error("the front can't check its callers by a %s: %s", self._kind, error)
            why = f"The front itself may not create a {self._kind}. Its service account needs the ClusterRole system:auth-delegator."
            raise RefusedError(Code.UNAVAILABLE, why) from error
