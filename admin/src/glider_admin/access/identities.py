"""Whose a token is: the API server answers it by a TokenReview, with the front's own credential."""

from __future__ import annotations

import time
from dataclasses import replace

from glider_admin.access.caller import Caller, key_of
from glider_admin.access.claims import claims_of, fault_of
from glider_admin.access.lasting import REFUSED, lasting_of_token
from glider_admin.access.reviewing import Ask, Reviewing
from glider_client.access.answers import Answers, Lasting
from glider_client.cluster.config import ClientConfig, Impersonation, User
from glider_client.cluster.errors import UnauthorizedError


class Identities:
    """Asks whose tokens are. `ask` runs a function of the front's own cluster; `server` is the cluster without a credential."""

    def __init__(self, ask: Ask, *, server: ClientConfig) -> None:
        self._reviewing, self._server = Reviewing(ask, group="authentication.k8s.io", kind="TokenReview"), server
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
            RefusedError: the front can't ask now.
            ClusterError: the API server doesn't answer.
        """
        caller, _ = await self._answers.get(key_of(token), lambda: self._review(token))
        if caller is None:
            fault = fault_of(claims_of(token), now=time.time())
            raise UnauthorizedError(f"The API server refuses the token: {fault}. Get another one, such as by kubectl create token.")
        return caller

    async def _review(self, token: str) -> tuple[Caller | None, Lasting]:
        status = await self._reviewing.status({"token": token})
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
