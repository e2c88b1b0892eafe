"""The HTTP server around the application: uvicorn, with clients bounded in time."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import uvicorn

from glider.wire.jsonform import FieldError
from glider_admin.front import Front
from glider_admin.tls import Certificate
from glider_admin.web.app import create_app
from glider_client.access.listening import HEAD_BYTES, PatientOnce, listen

#: So many requests at once.
_REQUESTS = 500
#: How often, in seconds, a changed certificate is looked for.
_RENEWAL = 10.0


def bound(address: str) -> socket.socket:
    """A socket that listens at `address`.

    Raises:
        FieldError: it can't listen there.
    """
    host, _, port = address.rpartition(":")
    try:
        return listen(host.strip("[]"), int(port))
    except OSError as error:
        raise FieldError("httpAddress", expected="an address of this machine with a free port", found=address) from error


def create_server(front: Front, *, certificate: Certificate | None, grace: int) -> uvicorn.Server:
    """A server that serves `front`'s HTTP port; it doesn't handle signals."""
    config: dict[str, Any] = {"lifespan": "off", "ws": "none", "log_config": None, "access_log": False, "server_header": False}
    config |= {"http": PatientOnce, "h11_max_incomplete_event_size": HEAD_BYTES, "timeout_graceful_shutdown": grace}
    configured = uvicorn.Config(create_app(front), proxy_headers=False, log_level="warning", limit_concurrency=_REQUESTS, **config)
    configured.load()
    if certificate is not None:
        configured.ssl = certificate.context
    return uvicorn.Server(configured)


async def renew(certificate: Certificate) -> None:
    """Look for a changed certificate until cancelled."""
    while True:
        await asyncio.sleep(_RENEWAL)
        await asyncio.to_thread(certificate.renew)
