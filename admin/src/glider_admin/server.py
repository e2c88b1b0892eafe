"""One process with two ports: gRPC, and HTTP for data. It ends in order: first not ready, then without new calls, then without any."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from anyio import CapacityLimiter, to_thread

from glider_admin.access.identities import Identities
from glider_admin.access.reviews import Reviews
from glider_admin.access.turns import Turns
from glider_admin.cache.cache import Cache
from glider_admin.data.files import files_of
from glider_admin.front import Front
from glider_admin.rpc import server as rpc_server
from glider_admin.settings import Settings
from glider_admin.tls import certificate_of
from glider_admin.web import server as web_server
from glider_client.access.clusters import Clusters
from glider_client.access.way import Way
from glider_client.cluster.client import Cluster
from glider_client.cluster.config import ClientConfig, Impersonation, User

T = TypeVar("T")
logger = logging.getLogger(__name__)

#: Questions that are asked at once with the front's own credential.
_THREADS = 24
#: The seconds that calls, and requests after them, may go on for when the process is to end: less than the 30 that a pod has.
_GRACE, _REQUESTS_GRACE = 20, 5


def front_of(settings: Settings, own: ClientConfig, *, url: str) -> Front:
    """The front that watches, and asks for reviews, with its own credential in `own`, and listens at `url`. Called on the event loop.

    Raises:
        FieldError: the key of uploads can't be used.
    """
    clusters, itself = Clusters(), Cluster(own)

    threads = CapacityLimiter(_THREADS)  # of its own: an API server that doesn't answer holds up nothing else, such as the caches

    async def ask(question: Callable[[Cluster], T]) -> T:
        return await to_thread.run_sync(question, itself, abandon_on_cancel=True, limiter=threads)

    server = replace(own, user=User(), impersonation=Impersonation(), user_name="")
    return Front(
        settings=settings,
        cache=Cache(Way(own), namespaces=settings.watch_namespaces),
        clusters=clusters,
        identities=Identities(ask, server=server),
        reviews=Reviews(ask),
        files=files_of(settings, own=ask, url=url),
        turns=Turns(at_once=settings.limits.calls_at_once),
    )


async def serve(settings: Settings, own: ClientConfig) -> None:
    """Serve until a signal comes.

    Raises:
        FieldError: an address can't be listened on, or a file of the settings can't be used.
    """
    certificate = certificate_of(settings.tls)
    listener = web_server.bound(settings.http_address)
    front = front_of(settings, own, url=_url(listener, scheme="https" if certificate else "http"))
    calls, place = rpc_server.create_server(front, address=settings.grpc_address, certificate=certificate)
    requests = web_server.create_server(front, certificate=certificate, grace=_REQUESTS_GRACE)
    watching: asyncio.Task[None] = asyncio.create_task(front.cache.run())
    watching.add_done_callback(lambda _: front.ending.set())
    beside = [watching]
    if certificate is not None:
        beside.append(asyncio.create_task(web_server.renew(certificate)))
    await calls.start()
    logger.info("serving gRPC on %s and HTTP on %s:%d", place, *listener.getsockname()[:2])
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, front.ending.set)
    answering = asyncio.create_task(requests._serve(sockets=[listener]))  # without uvicorn's own handling of signals
    await front.ending.wait()
    if watching.done():
        logger.error("stopping: the watches ended by an unexpected error", exc_info=watching.exception())
    await calls.stop(_GRACE)  # meanwhile /readyz is 503, and files are served to those whose calls go on
    requests.should_exit = True
    for task in beside:
        task.cancel()
    await answering
    await asyncio.gather(*beside, return_exceptions=True)


def _url(listener: socket.socket, *, scheme: str) -> str:
    """Where it is reached from this machine, at least."""
    host, port = listener.getsockname()[:2]
    return f"{scheme}://{'localhost' if host in ('::', '0.0.0.0') else host}:{port}"
