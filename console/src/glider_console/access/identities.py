"""Whose a credential is: the API server answers it, by a SelfSubjectReview, and refuses one that isn't good any more."""

from __future__ import annotations

import time
from collections.abc import Callable

from glider_client.access.answers import Answers
from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import CredentialsError, ForbiddenError, UnauthorizedError
from glider_console.access.reviews import Ask
from glider_console.access.viewer import Viewer

_REVIEWS = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
_REVIEW = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
_ANONYMOUS = "system:anonymous"
_MOST = 2_000


class Identities:
    """Asks who viewers are. `ask` runs a function of a viewer's cluster; `clock` is in seconds."""

    def __init__(self, ask: Ask, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._ask = ask
        self._answers: Answers[str, str | None] = Answers(most=_MOST, clock=clock)

    async def name_of(self, viewer: Viewer, *, fresh: bool = False) -> str | None:
        """The name of the user whose credential `viewer` has; None where the API server refuses it.

        Raises:
            ClusterError: the API server doesn't answer.
        """
        return await self._answers.get(viewer.key, lambda: self._review(viewer), fresh=fresh)

    async def _review(self, viewer: Viewer) -> str | None:
        try:
            name = await self._ask(viewer, _name)
        except (UnauthorizedError, CredentialsError):
            return None
        return None if name == _ANONYMOUS else name


def _name(cluster: Cluster) -> str:
    try:
        review = cluster.create(_REVIEWS, _REVIEW)
    except ForbiddenError:  # a cluster that has taken system:basic-user away: the credential is good, its owner's name isn't known
        return ""
    return str(((review.get("status") or {}).get("userInfo") or {}).get("username") or "")
