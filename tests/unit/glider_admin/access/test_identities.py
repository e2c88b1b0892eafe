"""Whose a token is: asked for once, so many at once, and without a fault of the front's becoming the caller's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from glider_admin.access.identities import Identities
from glider_admin.access.reviewing import Reviewing
from glider_admin.errors import Code, RefusedError
from glider_client.cluster.config import ClientConfig
from glider_client.cluster.errors import CredentialsError, ForbiddenError, UnauthorizedError
from tests.unit.glider_admin.access.test_lasting import token

SERVER = ClientConfig(server="http://127.0.0.1:1")


class Server:
    """Knows the token of ada, and answers once it may."""

    def __init__(self, *, fault: Exception | None = None) -> None:
        self.may_answer, self._fault = asyncio.Event(), fault
        self.may_answer.set()
        self.asked, self.at_once, self.most_at_once = 0, 0, 0

    async def ask(self, question: Callable[[Any], Any]) -> Any:
        self.asked, self.at_once = self.asked + 1, self.at_once + 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await self.may_answer.wait()
            return question(self)
        finally:
            self.at_once -= 1

    def create(self, path: str, review: Any) -> Any:
        assert path == "/apis/authentication.k8s.io/v1/tokenreviews"
        if self._fault is not None:
            raise self._fault
        if review["spec"]["token"] != "of-ada":
            return {"status": {"error": "invalid bearer token"}}
        return {"status": {"authenticated": True, "user": {"username": "ada", "uid": "u", "groups": ["g"], "extra": {"e": ["x"]}}}}


async def test_a_token_has_a_user_and_is_asked_about_once() -> None:
    identities = Identities((server := Server()).ask, server=SERVER)
    callers = [await identities.caller_of("of-ada") for _ in range(3)]
    assert (callers[0].user, callers[0].uid, callers[0].groups, dict(callers[0].extra)) == ("ada", "u", ("g",), {"e": ("x",)})
    assert callers[0].config.user.token == "of-ada"
    assert server.asked == 1


async def test_a_caller_never_shows_its_token() -> None:
    caller = await Identities(Server().ask, server=SERVER).caller_of("of-ada")
    assert "of-ada" not in repr(caller)
    assert caller.key not in ("of-ada", "")


async def test_a_wrong_token_is_asked_about_once() -> None:
    identities = Identities((server := Server()).ask, server=SERVER)
    for _ in range(3):
        with pytest.raises(UnauthorizedError, match="it expired at 1970"):
            await identities.caller_of(token({"exp": 5}))
    assert server.asked == 1


async def test_many_wrong_tokens_at_once_wait_for_their_turn_and_then_are_refused() -> None:
    server = Server()
    server.may_answer.clear()
    reviewing = Reviewing(server.ask, group="authentication.k8s.io", kind="TokenReview", at_once=2, waiting=3)
    sent = [asyncio.create_task(reviewing.status({"token": str(number)})) for number in range(9)]
    refused = []
    for task in sent[5:]:
        with pytest.raises(RefusedError) as error:
            await task
        refused.append(error.value.code)
    assert refused == [Code.RESOURCE_EXHAUSTED] * 4
    server.may_answer.set()
    await asyncio.gather(*sent[:5])
    assert (server.asked, server.most_at_once) == (5, 2)
    assert await reviewing.status({"token": "of-ada"}), "there is room again"


@pytest.mark.parametrize(
    "fault", [UnauthorizedError("no"), ForbiddenError("no"), CredentialsError("no")], ids=lambda fault: type(fault).__name__
)
async def test_that_the_front_itself_is_refused_isnt_the_callers_fault(fault: Exception) -> None:
    with pytest.raises(RefusedError, match="system:auth-delegator") as refused:
        await Identities(Server(fault=fault).ask, server=SERVER).caller_of("of-ada")
    assert refused.value.code is Code.UNAVAILABLE
