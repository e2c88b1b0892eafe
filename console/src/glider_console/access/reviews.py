"""What a viewer may: the API server answers it, by a SelfSubjectAccessReview with the viewer's own credential.

An answer is kept for a moment, since one page asks the same several times; what was revoked is gone after that.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any

from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import ForbiddenError
from glider_console.access.rights import Right
from glider_console.access.viewer import Viewer

#: How long an answer is used, in seconds.
LASTS = 15.0
_MOST = 10_000
_REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"

#: Runs a function of a viewer's cluster, outside of the event loop.
Ask = Callable[[Viewer, Callable[[Cluster], Any]], Awaitable[Any]]


class Reviews:
    """Asks what viewers may. `ask` runs a function of a viewer's cluster; `clock` is in seconds."""

    def __init__(self, ask: Ask, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._ask = ask
        self._clock = clock
        self._known: dict[tuple[str, Right], tuple[float, bool]] = {}

    async def allowed(self, viewer: Viewer, right: Right) -> bool:
        """Whether `viewer` has `right`.

        Raises:
            ClusterError: the API server doesn't answer, or refuses the credential.
        """
        known = self._known.get((viewer.key, right))
        if known is not None and self._clock() < known[0]:
            return known[1]
        review = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": right.attributes()},
        }
        answer = await self._ask(viewer, lambda cluster: cluster.create(_REVIEWS, review))
        allowed = bool((answer.get("status") or {}).get("allowed"))
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[viewer.key, right] = (self._clock() + LASTS, allowed)
        return allowed

    async def require(self, viewer: Viewer, right: Right) -> None:
        """Nothing, if `viewer` has `right`.

        Raises:
            ForbiddenError: they don't.
            ClusterError: the API server doesn't answer, or refuses the credential.
        """
        if not await self.allowed(viewer, right):
            who = viewer.name or "You"
            raise ForbiddenError(f"{who} may not {right}. Ask whoever administers the cluster for a Role with that right.")
