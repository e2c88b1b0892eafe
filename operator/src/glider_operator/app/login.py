"""The kubernetes client's credentials for kopf, so that both always talk to the same cluster as the same user."""

from __future__ import annotations

from dataclasses import dataclass, field

import aiohttp
import kopf
from kubernetes import client

from glider_operator.app.kopf_answers import Answer


@dataclass(frozen=True, kw_only=True)
class Session(kopf.AiohttpSession):
    """kopf's connections, which somebody listens to; equal where the credentials are, since kopf doesn't try refused ones again."""

    info: kopf.ConnectionInfo
    aiohttp_session: aiohttp.ClientSession = field(compare=False)


def session_of(info: kopf.ConnectionInfo, *, trace: aiohttp.TraceConfig) -> Session:
    """What kopf itself makes of `info`, with `trace`, and with answers that its decoder bears."""
    connector = aiohttp.TCPConnector(limit=0, ssl=info.as_ssl_context())
    session = aiohttp.ClientSession(connector=connector, headers=info.as_http_headers(), trace_configs=[trace], response_class=Answer)
    return Session(server=info.server, info=info, aiohttp_session=session)


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
