"""kopf's session: the kubernetes client's credentials, and answers that kopf can decode.

So kopf talks to the same cluster as the operator, as the same user.

kopf decodes each line of a watch and each page of a list with the standard library, and what that raises ends the watch and with it
the process. A single object that is nested 1,500 deep raises RecursionError, in each page and again after each restart.
"""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import kopf
from kubernetes import client

from glider_core.kube.credentials import certificates, renew
from glider_core.kube.jsonbytes import without_depths
from glider_core.kube.pages import decoded_page


@dataclass(frozen=True, kw_only=True)
class Session(kopf.AiohttpSession):
    """kopf's connections, which somebody listens to; equal where the credentials are, since kopf doesn't try refused ones again."""

    info: kopf.ConnectionInfo
    files: tuple[object, ...] = ()
    aiohttp_session: aiohttp.ClientSession = field(compare=False)


def session_of(info: kopf.ConnectionInfo, *, trace: aiohttp.TraceConfig, configuration: client.Configuration | None = None) -> Session:
    """What kopf itself makes of `info`, with `trace`, and with answers that its decoder bears.

    Each call has a connection of its own, since there are few, and goes by the certificates of `configuration` as they are then.
    """
    context = info.as_ssl_context()
    connector = aiohttp.TCPConnector(limit=0, ssl=context, force_close=True)
    traces = [trace] if configuration is None else [trace, _renewing(context, configuration)]
    session = aiohttp.ClientSession(connector=connector, headers=info.as_http_headers(), trace_configs=traces, response_class=Answer)
    files = certificates(configuration) if configuration is not None else ()
    return Session(server=info.server, info=info, files=files, aiohttp_session=session)


def _renewing(context: ssl.SSLContext, configuration: client.Configuration) -> aiohttp.TraceConfig:
    known = certificates(configuration)

    async def renewed(*_: object) -> None:
        nonlocal known
        if (found := certificates(configuration)) != known:
            with contextlib.suppress(OSError):  # they are being written
                renew(context, configuration)
                known = found

    trace = aiohttp.TraceConfig()
    trace.on_request_start.append(renewed)
    return trace


def connection_info(configuration: client.Configuration) -> kopf.ConnectionInfo:
    """What kopf needs to know of `configuration`. kopf asks again when its token is refused, so a fresh one is read each time."""
    header = configuration.get_api_key_with_prefix("BearerToken") or ""
    scheme, _, token = header.rpartition(" ")
    return kopf.ConnectionInfo(
        server=configuration.host,
        ca_path=configuration.ssl_ca_cert,
        insecure=not configuration.verify_ssl,
        username=configuration.username or None,
        password=configuration.password or None,
        scheme=scheme or None,
        token=token or None,
        certificate_path=configuration.cert_file,
        private_key_path=configuration.key_file,
    )


class Answer(aiohttp.ClientResponse):
    """An answer to one of kopf's calls."""

    async def start(self, connection: Any) -> Answer:
        """As aiohttp does, with a body that kopf can read line by line."""
        await super().start(connection)
        self.content: Any = Lines(self.content)
        return self

    async def json(self, **_: Any) -> Any:
        """The document, decoded as everywhere else: kopf keeps all objects of its first lists until it has seen all kinds."""
        return decoded_page(await self.read())


class Lines:
    """The body of a response; `iter_chunked` gives whole lines, each of which can be decoded."""

    def __init__(self, content: aiohttp.StreamReader) -> None:
        self._content = content

    def __getattr__(self, name: str) -> Any:
        return getattr(self._content, name)

    async def iter_chunked(self, size: int) -> AsyncIterator[bytes]:
        """Whole lines; the last may have no end."""
        rest = b""
        async for piece in self._content.iter_chunked(size):
            *lines, rest = (rest + piece).split(b"\n")
            if lines:
                yield b"".join(without_depths(line) + b"\n" for line in lines)
        if rest:
            yield without_depths(rest)
