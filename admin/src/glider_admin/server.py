"""One process with two ports: gRPC, and HTTP for data."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import grpc.aio
import uvicorn

from glider_admin.access.answered import Answered
from glider_admin.access.identities import Identities
from glider_admin.access.reviews import Reviews
from glider_admin.cache.cache import Cache
from glider_admin.data.files import files_of
from glider_admin.front import Front
from glider_admin.rpc.services import add_services
from glider_admin.settings import Settings
from glider_admin.web.app import create_app
from glider_client.access.clusters import Clusters
from glider_client.access.way import Way
from glider_client.cluster.client import Cluster
from glider_client.cluster.config import ClientConfig, Impersonation, User

T = TypeVar("T")
logger = logging.getLogger(__name__)

#: The seconds that calls may go on for when the process is to end.
_GRACE = 3.0


def front_of(settings: Settings, own: ClientConfig, *, url: str) -> Front:
    """The front that watches, and asks for reviews, with its own credential in `own`, and listens at `url`. Called on the event loop.

    Raises:
        FieldError: the key of uploads can't be used.
    """
    clusters, itself = Clusters(), Cluster(own)

    async def ask(question: Callable[[Cluster], T]) -> T:
        return await asyncio.to_thread(question, itself)

    server = replace(own, user=User(), impersonation=Impersonation(), user_name="")
    return Front(
        settings=settings,
        cache=Cache(Way(own), namespaces=settings.watch_namespaces),
        clusters=clusters,
        identities=Identities(ask, server=server),
        reviews=Reviews(ask),
        files=files_of(settings, own=ask, url=url),
        answered=Answered(seconds=settings.repeat_seconds),
    )


async def serve(settings: Settings, own: ClientConfig) -> None:
    """Serve until a signal comes."""
    listener = listen(settings.http_address)
    front = front_of(settings, own, url=_url(listener))
    most = settings.limits.message_bytes
    options = [("grpc.max_receive_message_length", most), ("grpc.max_send_message_length", most)]
    # clients that are idle may ask whether the connection lives, as flytekit's do
    options += [("grpc.http2.min_ping_interval_without_data_ms", 10_000), ("grpc.keepalive_permit_without_calls", 1)]
    server = grpc.aio.server(options=options)
    add_services(server, front)
    host, _, asked = settings.grpc_address.rpartition(":")
    port = server.add_insecure_port(f"{host or '[::]'}:{asked}")
    config: dict[str, Any] = {"log_level": "warning", "log_config": None, "access_log": False, "proxy_headers": False, "lifespan": "off"}
    web = uvicorn.Server(uvicorn.Config(create_app(front), **config))
    watching = asyncio.create_task(front.cache.run())
    await server.start()
    logger.info("serving gRPC on %s:%d and HTTP on %s:%d", host, port, *listener.getsockname()[:2])
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    serving = asyncio.create_task(web._serve(sockets=[listener]))  # without uvicorn's own handling of signals
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait([stopping, watching], return_when=asyncio.FIRST_COMPLETED)
    if watching.done():
        logger.error("stopping: the watches ended by an unexpected error", exc_info=watching.exception())
    stopping.cancel()
    web.should_exit = True
    await server.stop(_GRACE)
    watching.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await serving
        await watching


def _url(listener: socket.socket) -> str:
    """Where it is reached from this machine, at least."""
    host, port = listener.getsockname()[:2]
    return f"http://{'localhost' if host in ('::', '0.0.0.0') else host}:{port}"


def listen(address: str) -> socket.socket:
    """A socket that listens at host:port; without a host on all addresses of the machine, of IPv6, too.

    Raises:
        OSError: it can't, mostly since the port is in use.
    """
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    if host:
        return socket.create_server((host, int(port)), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    if socket.has_dualstack_ipv6():
        return socket.create_server(("", int(port)), family=socket.AF_INET6, dualstack_ipv6=True)
    return socket.create_server(("", int(port)))
