"""Sends requests to the API server, on the event loop: threads' wake-ups would cost as much as the requests themselves.

Bodies are dicts and answers bytes: the client's typed models would cost more CPU than the whole reconcile. The API server's address
and the credentials come from the kubernetes client. The work queue retries: nothing here hides a 429 and its Retry-After.
"""

from __future__ import annotations

import asyncio
import re
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, TypeAlias

import aiohttp
import yarl
from kubernetes import client

from glider_core.kube.credentials import Credentials, route
from glider_core.kube.errors import Forbidden, KubeError, Unauthorized, Unavailable, error_of
from glider_core.kube.jsonbytes import encoded
from glider_core.kube.observer import Observer
from glider_core.kube.pages import decoded_page
from glider_core.kube.requests import Request
from glider_core.kube.throttle import TokenBucket

#: How long connecting and then each wait for bytes may take, in seconds; a call as a whole takes no longer than both.
_TIMEOUT = (10.0, 30.0)
#: The API server's own is 90 s: the client must close an idle connection first, or it would send a request into a closed one.
_KEEP_ALIVE = 60.0
#: The API server's name for a client with an expired certificate, where it accepts requests without one.
_NOBODY = "system:anonymous"
#: The part of aiohttp's message about certificates: the address of an object.
_CONTEXT = re.compile(r" ssl:<[^>]*>")

Answer: TypeAlias = tuple[int, Mapping[str, str], bytes]
AsyncResponse: TypeAlias = AbstractAsyncContextManager[aiohttp.ClientResponse]


class Transport(Protocol):
    """Sends requests to an API server."""

    async def send(self, request: Request) -> dict[str, Any]:
        """The answer to `request`, or a KubeError."""


class StreamingTransport(Transport, Protocol):
    """One that can open watches, too."""

    async def stream(self, request: Request, *, take: Callable[[bytes], None], silence: float) -> None:
        """Call `take` with the answer to `request`, piece by piece until it ends; the first piece is empty: the answer has begun.

        Raises:
            KubeError: it was refused, it broke off, or no byte came for `silence` seconds.
        """


class HttpTransport:
    """A Transport over HTTP, made while the loop runs.

    Args:
        configuration: where the API server is, and who we are.
        throttle: how often we may call.
        connections: how many calls may be on their way at once.
        fence: called right before each write is sent, over an open connection; raises where the write is not allowed.
        on_answer: called with each answer's `Date`, and with the seconds that the answer took.
        on_write: called with the seconds that a write took, its wait for `throttle` included. Pods are left out: a slow admission
            webhook of one namespace is no measure of the API server.
        observer: counts the calls; None to count none.
        timeout: how long connecting and then each wait for bytes may take, in seconds.
    """

    def __init__(
        self,
        configuration: client.Configuration,
        *,
        throttle: TokenBucket,
        connections: int,
        fence: Callable[[], None] = lambda: None,
        on_answer: Callable[[str | None, float], None] = lambda date, took: None,
        on_write: Callable[[float], None] = lambda seconds: None,
        observer: Observer | None = None,
        timeout: tuple[float, float] = _TIMEOUT,
    ) -> None:
        self._host = configuration.host
        self._throttle = throttle
        self._on_answer = on_answer
        self._on_write = on_write
        self._observer = observer or Observer()
        self._credentials = Credentials(configuration)
        self._route = route(configuration)
        self._free = asyncio.Semaphore(connections)
        self._calls: set[asyncio.Task[Answer]] = set()
        self._ends = False
        self._session = aiohttp.ClientSession(
            connector=_FencedConnector(fence),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": "glider-operator"},
            skip_auto_headers=("Accept-Encoding",),  # to unpack costs more than a network of a cluster saves
            timeout=aiohttp.ClientTimeout(total=sum(timeout), sock_connect=timeout[0], sock_read=timeout[1]),
        )

    async def send(self, request: Request) -> dict[str, Any]:
        """The answer to `request`, or a KubeError."""
        before = time.monotonic()
        await self._throttle.take(spare=request.spare)
        throttled = time.monotonic()
        self._observer.throttled(throttled - before)
        async with self._free:
            if self._ends:
                raise Unavailable("the client is stopping")
            # a task of its own: a write whose sender is cancelled must still come to its end
            call = asyncio.create_task(self._call(request))
            self._calls.add(call)
            call.add_done_callback(self._ended)
            try:
                status, headers, body = await asyncio.shield(call)
            finally:
                if request.writes and request.resource != "pods":
                    self._on_write(time.monotonic() - (throttled if request.spare else before))  # a spare call waits on purpose
        if not 200 <= status < 300:
            raise self._error(status, headers, body)
        return _object_in(body)

    async def stream(self, request: Request, *, take: Callable[[bytes], None], silence: float) -> None:
        """Call `take` with the answer to `request`, piece by piece; not throttled, and not one of the calls that `drain` waits for."""
        code = "error"
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=self._session.timeout.sock_connect, sock_read=silence)
        try:
            async with self._request(request, await self._credentials.headers(), timeout=timeout) as response:
                code = str(response.status)
                if response.status != 200:
                    raise self._error(response.status, response.headers, await response.read())
                take(b"")
                async for piece in response.content.iter_any():
                    take(piece)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise self._unanswered(error) from error
        finally:
            self._observer.answered(request.verb, request.resource, code)

    async def drain(self, *, timeout: float) -> bool:
        """Start no more calls, and wait for those in flight. Return whether all have ended in time."""
        self._ends = True
        if self._calls:
            await asyncio.wait(tuple(self._calls), timeout=timeout)
        return not self._calls

    async def close(self) -> None:
        """Close all connections."""
        self._ends = True
        for call in self._calls:
            call.cancel()
        await self._session.close()

    async def _call(self, request: Request) -> Answer:
        started, code = time.monotonic(), "error"
        try:
            async with self._request(request, await self._credentials.headers(), timeout=self._session.timeout) as response:
                body = await response.read()
                code = str(response.status)
                self._on_answer(response.headers.get("Date"), time.monotonic() - started)
                return response.status, response.headers, body
        except (aiohttp.ClientError, TimeoutError) as error:
            raise self._unanswered(error) from error
        finally:
            self._observer.answered(request.verb, request.resource, code, time.monotonic() - started)

    def _request(self, request: Request, identity: dict[str, str], *, timeout: aiohttp.ClientTimeout) -> AsyncResponse:
        return self._session.request(
            request.method,
            yarl.URL(f"{self._host}{request.target}", encoded=True),
            data=None if request.body is None else encoded(request.body),
            headers=identity | {"Accept": request.accept, "Content-Type": request.content_type},
            allow_redirects=False,
            timeout=timeout,
            ssl=self._credentials.context,
            **self._route,
        )

    def _error(self, status: int, headers: Mapping[str, str], body: bytes) -> KubeError:
        error = error_of(status, body, headers=headers)
        if isinstance(error, Unauthorized) or (isinstance(error, Forbidden) and _NOBODY in str(error)):
            self._credentials.refused()
        return error

    def _unanswered(self, error: Exception) -> Unavailable:
        if isinstance(error, aiohttp.ClientSSLError) or isinstance(error.__cause__, ssl.SSLError):
            self._credentials.refused()
        message = _CONTEXT.sub("", str(error)) or type(error).__name__
        return Unavailable(f"no answer from {self._host}: {message}")

    def _ended(self, call: asyncio.Task[Answer]) -> None:
        self._calls.discard(call)
        if not call.cancelled():
            call.exception()  # the caller may have been cancelled


class _FencedConnector(aiohttp.TCPConnector):
    """Checks the fence for each write once it has a connection: name resolution, connecting and TLS may take up to the timeout.

    A request that aiohttp sends again, because a kept connection turned out to be dead, is checked again.

    Args:
        fence: raises where writes are not allowed.
    """

    def __init__(self, fence: Callable[[], None]) -> None:
        super().__init__(limit=0, keepalive_timeout=_KEEP_ALIVE)
        self._fence = fence

    async def connect(
        self, req: aiohttp.ClientRequest, traces: list[aiohttp.tracing.Trace], timeout: aiohttp.ClientTimeout
    ) -> aiohttp.connector.Connection:
        connection = await super().connect(req, traces, timeout)
        if req.method != "GET":
            try:
                self._fence()
            except BaseException:
                connection.release()
                raise
        return connection


def _object_in(body: bytes) -> dict[str, Any]:
    """The object of a successful answer. A proxy's page isn't one, and then it is unknown whether the call was carried out."""
    try:
        answer = decoded_page(body)
    except ValueError as error:
        raise Unavailable(f"the answer of {len(body)} bytes isn't JSON") from error
    if not isinstance(answer, dict):
        raise Unavailable(f"the answer of {len(body)} bytes isn't an object")
    return answer
