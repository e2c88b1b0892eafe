"""Uploads through the front: whose turn it is, by senders who may have any number of tokens, and what is refused."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.requests import Request

from glider_admin.access.caller import Caller, key_of
from glider_admin.data.seals import Capability, Seals
from glider_admin.web.uploads import UnfitError, checked, status_of, upload
from glider_client.cluster import errors as cluster
from glider_client.cluster.config import ClientConfig

SEALS = Seals(b"k" * 32)
NEVER = 1 << 40


class Turns:
    """Whose turns have been asked for."""

    def __init__(self) -> None:
        self.senders: list[str] = []

    @asynccontextmanager
    async def turn(self, sender: str) -> AsyncIterator[None]:
        self.senders.append(sender)
        yield


class Identities:
    """All tokens are ada's."""

    async def caller_of(self, token: str) -> Caller:
        return Caller(key=key_of(token), user="ada", config=ClientConfig(server="http://127.0.0.1:1"))


class Clusters:
    """An API server that takes everything."""

    async def ask(self, caller: Caller, question: Callable[[Any], Any]) -> Any:
        return question(SimpleNamespace(create=lambda path, document, accept: document))


async def put(token: str, turns: Turns) -> int:
    """The status of an upload by whoever has the token."""
    most = {"most": 100, "expires": NEVER}
    sealed = SEALS.seal(Capability(token=token, namespace="lab", identity="r1", md5="", **most))
    front = SimpleNamespace(files=SimpleNamespace(seals=SEALS), identities=Identities(), clusters=Clusters())
    app = SimpleNamespace(state=SimpleNamespace(front=front, uploads=turns))
    scope = {"type": "http", "method": "PUT", "path": "/", "headers": [], "app": app, "path_params": {"sealed": sealed}}

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"data", "more_body": False}

    return (await upload(Request(scope, receive))).status_code


@pytest.mark.parametrize("tokens", [("one", "one"), ("one", "another")], ids=["one token", "two tokens"])
async def test_turns_are_the_users_whatever_their_tokens(tokens: tuple[str, str]) -> None:
    turns = Turns()
    assert [await put(token, turns) for token in tokens] == [200, 200]
    assert turns.senders == ["ada", "ada"]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        pytest.param(cluster.UnauthorizedError("why"), 403, id="the token is refused by now"),
        pytest.param(cluster.ForbiddenError("why"), 403, id="the sender may not"),
        pytest.param(cluster.NoNamespaceError("why"), 404, id="there is no such namespace"),
        pytest.param(cluster.ConflictError("why"), 409, id="another file is there"),
        pytest.param(cluster.InvalidObjectError("why"), 422, id="a policy refuses it, or the namespace is being deleted"),
        pytest.param(cluster.UnavailableError("why"), 503, id="not now"),
        pytest.param(cluster.UnreachableError("why"), 503, id="the API server doesn't answer"),
    ],
)
def test_what_the_api_server_refuses_has_the_status(error: cluster.ClusterError, status: int) -> None:
    assert status_of(error) == status


def capability(*, md5: str) -> Capability:
    return Capability(token="t", namespace="team-a", identity="i", md5=md5, most=10, expires=0)


def test_a_body_is_what_the_address_is_for() -> None:
    empty = hashlib.md5(b"", usedforsecurity=False).hexdigest()
    assert checked(bytearray(), capability(md5=empty)) == b""
    assert checked(bytearray(b"any"), capability(md5="")) == b"any"
    with pytest.raises(UnfitError, match=f"expected {empty}, found"):
        checked(bytearray(b"a"), capability(md5=empty))
