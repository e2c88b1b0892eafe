"""What a caller may: the API server answers it by a SubjectAccessReview, with the front's own credential."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from glider_admin.access.caller import Caller
from glider_admin.access.lasting import ALLOWED, REFUSED
from glider_admin.access.reviewing import Ask, Reviewing
from glider_client.access.answers import Answers
from glider_client.access.rights import Right
from glider_client.cluster.errors import ForbiddenError

#: What the API server knows of a user that differs from token to token, and decides nothing.
_OF_TOKEN = "authentication.kubernetes.io/credential-id"


class Reviews:
    """Asks what callers may. `ask` runs a function of the front's own cluster."""

    def __init__(self, ask: Ask) -> None:
        self._reviewing = Reviewing(ask, group="authorization.k8s.io", kind="SubjectAccessReview")
        self._answers: Answers[tuple[Hashable, Right], bool] = Answers(lasts=lambda allowed: ALLOWED if allowed else REFUSED)

    def __len__(self) -> int:
        return len(self._answers)

    async def allowed(self, caller: Caller, right: Right) -> bool:
        """Whether `caller` has `right`; by an answer of the last minute.

        Raises:
            ClusterError: the API server doesn't answer.
        """
        return await self._answers.get((_who(caller), right), lambda: self._review(caller, right))

    async def require(self, caller: Caller, right: Right) -> None:
        """Nothing, if `caller` has `right`.

        Raises:
            ForbiddenError: they don't.
            ClusterError: the API server doesn't answer.
        """
        if not await self.allowed(caller, right):
            step = "Correct the project and the domain, or ask whoever administers the cluster for a Role with that right."
            raise ForbiddenError(f"{caller.user} may not {right}. {step}")

    async def _review(self, caller: Caller, right: Right) -> bool:
        extra = {key: list(values) for key, values in caller.extra.items()}
        who: dict[str, Any] = {"user": caller.user, "uid": caller.uid, "groups": list(caller.groups), "extra": extra}
        spec = {"resourceAttributes": right.attributes(), **{name: value for name, value in who.items() if value}}
        return bool((await self._reviewing.status(spec)).get("allowed"))


def _who(caller: Caller) -> Hashable:
    """What a right is decided by: the user, not the token. A CI has one user, and a token for each job."""
    extra = frozenset((key, values) for key, values in caller.extra.items() if key != _OF_TOKEN)
    return caller.user, caller.uid, caller.groups, extra
