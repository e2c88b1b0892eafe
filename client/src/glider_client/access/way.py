"""The way to the API server for answers that go on, such as watches and logs: as whoever is served, and without a thread for each.

What is asked and answered at once goes through the client's Cluster.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

import aiohttp
import yarl
from anyio import to_thread
from multidict import CIMultiDict

from glider_client.cluster import errors
from glider_client.cluster.config import ClientConfig
from glider_client.cluster.connections import proxy_of, ssl_context
from glider_client.cluster.credentials import Credentials
from glider_client.cluster.errors import ClusterConfigError, ClusterError
from glider_client.cluster.paths import target_of
from glider_client.cluster.plugins import Credential
from glider_client.cluster.transport import authorization

_CONNECT = 10.0


class Way:
    """The way to one cluster as one user. Every method raises ClusterError."""

    def __init__(self, config: ClientConfig, *, environment: Mapping[str, str] = os.environ) -> None:
        self._config = config
        self._identity = errors.identity_of(config)
        self._credentials = Credentials(config.user)
        self._proxy = proxy_of(config, environment)
        self._known: tuple[Credential, ssl.SSLContext] | None = None
        if self._proxy.startswith("socks"):
            raise ClusterConfigError("streams of the API server can't go through a SOCKS proxy. Use an HTTP proxy for this cluster.")

    @asynccontextmanager
    async def open(
        self, path: str, *, query: Mapping[str, str] = {}, accept: str = "*/*", silence: float | None = None
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """A successful answer; what it isn't, and breaks within it, are errors for people.

        Args:
            path: what is asked for.
            query: the query's fields.
            accept: which form of the answer.
            silence: for how many seconds nothing may come.
        """
        async with self.request(path, query=query, accept=accept, silence=silence) as response:
            if response.status >= 300:
                body = await response.read()
                verb = "watch" if "watch" in query else "get"
                raise errors.error_of(
                    response.status, body, headers=response.headers, verb=verb, target=target_of(path), identity=self._identity
                )
            yield response

    @asynccontextmanager
    async def request(
        self, path: str, *, query: Mapping[str, str] = {}, accept: str = "*/*", silence: float | None = None
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """The answer, whatever its status; after another try where the credential was refused and may be renewed."""
        credential, context = await to_thread.run_sync(self._current)
        try:
            async with self._session(silence) as session:
                async with session.get(self._url(path, query), **self._sent_with(credential, context, accept)) as response:
                    if response.status != 401 or not self._credentials.refused(credential):
                        yield response
                        return
                credential, context = await to_thread.run_sync(self._current)
                async with session.get(self._url(path, query), **self._sent_with(credential, context, accept)) as response:
                    yield response
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise self._unanswered(error) from error

    @asynccontextmanager
    async def websocket(
        self, path: str, *, query: Mapping[str, str] = {}, protocols: tuple[str, ...]
    ) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        """A WebSocket to a subresource that takes them, such as a pod's portforward, by one of `protocols`."""
        credential, context = await to_thread.run_sync(self._current)
        try:
            async with self._session(None) as session:
                sent = self._sent_with(credential, context, "*/*")
                del sent["allow_redirects"]
                async with session.ws_connect(self._url(path, query), protocols=protocols, **sent) as channel:
                    yield channel
        except aiohttp.WSServerHandshakeError as error:
            target = target_of(path)
            raise errors.error_of(
                error.status, b"", headers=error.headers or {}, verb="get", target=target, identity=self._identity
            ) from error
        except (aiohttp.ClientError, OSError) as error:
            raise self._unanswered(error) from error

    def _url(self, path: str, query: Mapping[str, str]) -> yarl.URL:
        return yarl.URL(f"{self._config.server}{path}" + (f"?{urlencode(query)}" if query else ""), encoded=True)

    def _current(self) -> tuple[Credential, ssl.SSLContext]:
        """What to send, and over which TLS: made anew where the client's certificate has changed. Called in a thread: it reads files."""
        credential, known = self._credentials.current(), self._known
        if known is None or (known[0].certificate, known[0].key) != (credential.certificate, credential.key):
            known = (credential, ssl_context(self._config.tls, credential, source=self._config.source))
            self._known = known
        return credential, known[1]

    def _session(self, silence: float | None) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=("Accept-Encoding",),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT, sock_read=silence),
        )

    def _sent_with(self, credential: Credential, context: ssl.SSLContext, accept: str) -> dict[str, Any]:
        headers = CIMultiDict([("Accept", accept), *authorization(credential), *self._config.impersonation.headers()])
        route = {"proxy": self._proxy} if self._proxy else {}
        name = {"server_hostname": self._config.tls.server_name} if self._config.tls.server_name else {}
        return {"headers": headers, "allow_redirects": False, "ssl": context, **route, **name}

    def _unanswered(self, error: Exception) -> ClusterError:
        cause = errors.cause_of(getattr(error, "os_error", error))
        if isinstance(error, aiohttp.ClientProxyConnectionError):
            return errors.through_proxy(self._identity, yarl.URL(self._proxy).with_user(None).human_repr(), cause)
        if isinstance(error, aiohttp.ClientSSLError):
            return errors.untrusted(self._identity, cause)
        return errors.unreachable(self._identity, cause)
