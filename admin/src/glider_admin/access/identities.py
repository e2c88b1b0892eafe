"""Whose a token is: the API server answers it by a TokenReview, with the front's own credential."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from glider_admin.access.caller import Caller, key_of
from glider_admin.access.lasting import REFUSED, lasting_of_token
from glider_client.access.answers import Answers, Lasting
from glider_client.cluster.client import Cluster
from glider_client.cluster.config import ClientConfig, Impersonation, User
from glider_client.cluster.errors import UnauthorizedError

_REVIEWS = "/apis/authentication.k8s.io/v1/tokenreviews"

#: Runs a function of the front's own cluster, outside of the event loop.
Ask = Callable[[Callable[[Cluster], Any]], Awaitable[Any]]


class Identities:
    """Asks whose tokens are. `ask` runs a function of the front's own cluster; `server` is the cluster without a credential."""

    def __init__(self, ask: Ask, *, server: ClientConfig) -> None:
        self._ask, self._server = ask, server
        self._answers: Answers[str, tuple[Caller | None, Lasting]] = Answers(lasts=lambda answer: answer[1])

    def __len__(self) -> int:
        return len(self._answers)

    @property
    def nobody(self) -> Caller:
        """Who calls without a credential."""
        return Caller(key="", user="system:anonymous", config=self._server)

    async def caller_of(self, token: str) -> Caller:
        """The user whose token that is.

        Raises:
            UnauthorizedError: the API server refuses it.
            ClusterError: the API server doesn't answer.
        """
        caller, _ = await self._answers.get(key_of(token), lambda: self._review(token))
        if caller is None:
            raise UnauthorizedError("The API server refuses the token: it is wrong, or it has expired. Get another one.")
        return caller

    async def _review(self, token: str) -> tuple[Caller | None, Lasting]:
        review = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": {"token": token}}
        status = (await self._ask(lambda cluster: cluster.create(_REVIEWS, review))).get("status") or {}
        if not status.get("authenticated"):
            return None, REFUSED
        user = status.get("user") or {}
        name = str(user.get("username") or "")
        caller = Caller(
            key=key_of(token),
            user=name,
            uid=str(user.get("uid") or ""),
            groups=tuple(user.get("groups") or ()),
            extra={key: tuple(values) for key, values in (user.get("extra") or {}).items()},
            config=replace(self._server, user=User(token=token), impersonation=Impersonation(), user_name=name),
        )
        return caller, lasting_of_token(token, now=time.time())
