"""Answers of the API server that go on, with a viewer's credential.

A stand-in answers in place of the API server, since a refused credential and a break can't be provoked at a place in a stream.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from anyio import to_thread

from glider_client.access.way import Way
from glider_client.cluster.client import Cluster
from glider_client.cluster.config import ClientConfig, Impersonation, User
from glider_client.cluster.errors import ClusterConfigError, ForbiddenError, UnauthorizedError, UnreachableError

LOG = "/api/v1/namespaces/ml/pods/a/log"
TOKEN, NOBODY = User(token="secret"), Impersonation()
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def server(handler: Handler) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_get("/{path:.*}", handler)
    async with TestServer(app) as running:
        yield str(running.make_url("")).rstrip("/")


def config(address: str, *, user: User = TOKEN, acting: Impersonation = NOBODY) -> ClientConfig:
    return ClientConfig(server=address, user=user, user_name="ann", impersonation=acting)


async def read(way: Way, **query: str) -> bytes:
    async with way.open(LOG, query=query, silence=5.0) as response:
        return await response.read()


async def test_a_request_has_the_viewers_credential_and_as_whom_they_act() -> None:
    seen: list[web.Request] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(request)
        return web.Response(body=b"a\n")

    async with server(answer) as address:
        acting = Impersonation(user="bob", groups=("team-a", "team-b"))
        assert await read(Way(config(address, acting=acting), environment={}), container="a b") == b"a\n"
    assert seen[0].path_qs == f"{LOG}?container=a+b"
    assert seen[0].headers["Authorization"] == "Bearer secret"
    assert (seen[0].headers["Impersonate-User"], seen[0].headers.getall("Impersonate-Group")) == ("bob", ["team-a", "team-b"])


async def test_a_name_is_in_utf8_whichever_client_asks() -> None:
    seen: list[tuple[str, str]] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append((request.headers["Impersonate-User"], request.headers["Impersonate-Group"]))
        return web.json_response({})

    async with server(answer) as address:
        acting = config(address, acting=Impersonation(user="äda", groups=("Ωs",)))
        await read(Way(acting, environment={}))
        await to_thread.run_sync(lambda: Cluster(acting, environment={}).get("/version"))
    assert seen == [("äda", "Ωs")] * 2


async def test_a_token_of_a_file_is_read_again_where_it_was_refused(tmp_path: Path) -> None:
    token, tokens = tmp_path / "token", []
    token.write_text("old")

    async def answer(request: web.Request) -> web.Response:
        tokens.append(request.headers["Authorization"])
        token.write_text("new")
        return web.Response(status=200 if tokens[-1] == "Bearer new" else 401, body=b"a\n")

    async with server(answer) as address:
        assert await read(Way(config(address, user=User(token_file=token)), environment={})) == b"a\n"
    assert tokens == ["Bearer old", "Bearer new"]


@pytest.mark.parametrize(
    ("status", "message", "kind"),
    [
        pytest.param(401, "Unauthorized", UnauthorizedError, id="the credential is refused"),
        pytest.param(403, 'User "ann" cannot get resource "pods/log"', ForbiddenError, id="the viewer may not"),
    ],
)
async def test_a_refusal_is_an_error_for_people(status: int, message: str, kind: type[Exception]) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.json_response({"kind": "Status", "message": message, "code": status}, status=status)

    async with server(answer) as address:
        with pytest.raises(kind, match="ann"):
            await read(Way(config(address), environment={}))


async def test_a_break_within_the_answer_is_no_end() -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"a\n")
        assert request.transport is not None
        request.transport.abort()
        return response

    async with server(answer) as address:
        with pytest.raises(UnreachableError, match="no answer from http://"):
            await read(Way(config(address), environment={}))


async def test_nobody_answers() -> None:
    with pytest.raises(UnreachableError, match=r"no answer from http://127\.0\.0\.1:1: "):
        await read(Way(config("http://127.0.0.1:1"), environment={}))


def test_a_socks_proxy_is_refused_by_name() -> None:
    with pytest.raises(ClusterConfigError, match="SOCKS"):
        Way(ClientConfig(server="https://a.example", proxy="socks5://b.example"), environment={})
