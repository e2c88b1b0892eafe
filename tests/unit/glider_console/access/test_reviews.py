"""What a viewer may is what the API server answers, a moment ago at most."""

from __future__ import annotations

from typing import Any

import pytest

from glider_client.access.rights import Right
from glider_client.cluster.config import ClientConfig
from glider_client.cluster.errors import ForbiddenError, UnauthorizedError
from glider_console.access.identities import Identities
from glider_console.access.reviews import REQUIRED, Reviews
from glider_console.access.viewer import Viewer

LIST, DELETE = Right(verb="list", namespace="ml"), Right(verb="delete", namespace="ml")


def viewer(name: str) -> Viewer:
    return Viewer(key=name, name=name, entrance="token", config=ClientConfig(server="https://api"))


ADA, BOB = viewer("ada"), viewer("bob")


class ApiServer:
    """Answers reviews: who has which rights."""

    def __init__(self) -> None:
        self.granted = {("ada", "list")}
        self.asked: list[tuple[str, str]] = []
        self.refuses = False
        self._viewer = ADA

    async def ask(self, viewer: Viewer, question: Any) -> Any:
        self._viewer = viewer
        return question(self)

    def create(self, path: str, document: Any) -> Any:
        if self.refuses:
            raise UnauthorizedError("expired")
        if path.endswith("/selfsubjectreviews"):
            self.asked.append((self._viewer.name, "who"))
            return {"status": {"userInfo": {"username": self._viewer.name}}}
        verb = document["spec"]["resourceAttributes"]["verb"]
        self.asked.append((self._viewer.name, verb))
        return {"status": {"allowed": (self._viewer.name, verb) in self.granted}}


async def test_each_viewer_has_their_own_rights_and_is_asked_about_once():
    server = ApiServer()
    reviews = Reviews(server.ask)
    for _ in range(2):
        assert await reviews.allowed(ADA, LIST)
        assert not await reviews.allowed(BOB, LIST)
    assert server.asked == [("ada", "list"), ("bob", "list")]


async def test_what_is_not_allowed_is_refused_with_a_next_step():
    with pytest.raises(ForbiddenError, match=r"ada may not delete taskexecutions in the namespace ml\. Ask .* for a Role"):
        await Reviews(ApiServer().ask).require(ADA, DELETE)


async def test_what_a_request_needed_is_noted_for_its_stream():
    needed: set[Right] = set()
    token = REQUIRED.set(needed)
    await Reviews(ApiServer().ask).require(ADA, LIST)
    REQUIRED.reset(token)
    assert needed == {LIST}


async def test_a_stream_is_checked_by_fresh_answers():
    server = ApiServer()
    reviews = Reviews(server.ask)
    assert await reviews.all_hold(ADA, [LIST])
    server.granted.clear()
    assert not await reviews.all_hold(ADA, [LIST])
    assert await reviews.all_hold(ADA, [])


async def test_a_credential_has_a_name_until_the_api_server_refuses_it():
    server = ApiServer()
    identities = Identities(server.ask)
    assert await identities.name_of(ADA) == "ada"
    server.refuses = True
    assert await identities.name_of(ADA) == "ada"
    assert await identities.name_of(ADA, fresh=True) is None


async def test_a_refused_credential_is_asked_about_once():
    server = ApiServer()
    server.refuses = True
    identities = Identities(server.ask)
    assert [await identities.name_of(BOB) for _ in range(3)] == [None] * 3
    server.refuses = False
    assert await identities.name_of(BOB) is None, "for a moment"


async def test_nobody_is_not_a_name():
    identities = Identities(ApiServer().ask)
    assert await identities.name_of(viewer("system:anonymous")) is None
