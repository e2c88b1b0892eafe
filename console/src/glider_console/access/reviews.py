"""What a viewer may: the API server answers it, by a SelfSubjectAccessReview with the viewer's own credential."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Collection
from contextvars import ContextVar
from typing import Any

from glider_client.access.answers import LASTS, Answers
from glider_client.access.rights import Right
from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import ForbiddenError
from glider_console.access.viewer import Viewer

__all__ = ["LASTS", "REQUIRED", "Ask", "Reviews", "refusal_of"]

_REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"

#: Runs a function of a viewer's cluster, outside of the event loop.
Ask = Callable[[Viewer, Callable[[Cluster], Any]], Awaitable[Any]]

#: The rights that the current request was granted: a stream needs them for as long as it lasts.
REQUIRED: ContextVar[set[Right] | None] = ContextVar("REQUIRED", default=None)


class Reviews:
    """Asks what viewers may. `ask` runs a function of a viewer's cluster; `clock` is in seconds."""

    def __init__(self, ask: Ask, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._ask = ask
        self._answers: Answers[tuple[str, Right], bool] = Answers(clock=clock)

    async def allowed(self, viewer: Viewer, right: Right, *, fresh: bool = False) -> bool:
        """Whether `viewer` has `right`; by an answer of the last seconds unless it has to be a `fresh` one.

        Raises:
            ClusterError: the API server doesn't answer, or refuses the credential.
        """
        return await self._answers.get((viewer.key, right), lambda: self._review(viewer, right), fresh=fresh)

    async def require(self, viewer: Viewer, right: Right) -> None:
        """Nothing, if `viewer` has `right`. A stream that needed it ends soon after it was taken away.

        Raises:
            ForbiddenError: they don't.
            ClusterError: the API server doesn't answer, or refuses the credential.
        """
        if not await self.allowed(viewer, right):
            raise ForbiddenError(refusal_of(viewer, right))
        if (required := REQUIRED.get()) is not None:
            required.add(right)

    async def all_hold(self, viewer: Viewer, rights: Collection[Right]) -> bool:
        """Whether `viewer` has all these `rights` now.

        Raises:
            ClusterError: the API server doesn't answer, or refuses the credential.
        """
        for right in rights:
            if not await self.allowed(viewer, right, fresh=True):
                return False
        return True

    async def _review(self, viewer: Viewer, right: Right) -> bool:
        review = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": right.attributes()},
        }
        answer = await self._ask(viewer, lambda cluster: cluster.create(_REVIEWS, review))
        return bool((answer.get("status") or {}).get("allowed"))


def refusal_of(viewer: Viewer, right: Right) -> str:
    """Why `viewer` can't do what needs `right`, and what to do."""
    who = viewer.name or "You"
    return f"{who} may not {right}. Ask whoever administers the cluster for a Role with that right."
