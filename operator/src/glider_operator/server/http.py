"""/healthz, /readyz, /metrics and /debug.

An operator is ready if it may list everything that it watches, receives changes and handles them; otherwise the answer has the
reason. It is alive unless a restart would help; kopf ends the process itself when a watch dies. /debug names executions and what
they wait for, so it is only served to the pod itself: `kubectl port-forward` uses the loopback interface. So do requests that a
service mesh's proxy in the pod forwards, but these come from another address (Istio's is 127.0.0.6), go to the pod's address, or
have a proxy's headers. /metrics names namespaces: a bearer token, or an address of its own, keeps it from other pods.

Addresses are written as for Go's programs: `:8081` and `[::]:8081` are all addresses of the machine. A kubelet probes the pod's first
address, which may be of IPv4 or IPv6, so one socket takes both; without IPv6 it takes IPv4.
"""

from __future__ import annotations

import errno
import hmac
import json
import logging
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from glider_operator.server.debug import MOST
from glider_operator.telemetry import metrics

logger = logging.getLogger(__name__)

Debug = Callable[[str, str, int], dict[str, Any]]

#: How long a connection may be open without a complete request, in seconds: an incomplete one mustn't hold it for ever.
_IDLE = 15.0
_Handler = Callable[[web.Request], Awaitable[web.Response]]
_LOOPBACK = frozenset({"127.0.0.1", "::1"})
#: Headers that proxies add to requests that they forward.
_HANDED_ON = frozenset(
    {"Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip", "X-Forwarded-Client-Cert"}
)


def _nothing() -> None:
    """Leave the gauges as they are."""


class Site:
    """Serves probes, metrics and the debug page.

    Args:
        health_address: the address of the probes.
        metrics_address: the address of the metrics; None to serve none.
        metrics_token: a file with the bearer token that reading them needs; None for no token.
        unready: why the operator isn't ready; empty when it is.
        remark: what is missing although it is ready.
        dead: why a restart would help; empty when it wouldn't.
        debug: what /debug shows, for a namespace and a name, of at most so many executions.
        refresh: brings gauges up to date before they are read.
        idle: how many seconds a connection may be open without a complete request.
    """

    def __init__(
        self,
        *,
        health_address: str,
        metrics_address: str | None,
        metrics_token: Path | None = None,
        unready: Callable[[], str],
        remark: Callable[[], str] = lambda: "",
        dead: Callable[[], str] = lambda: "",
        debug: Debug = lambda namespace, name, most: {},
        refresh: Callable[[], None] = _nothing,
        idle: float = _IDLE,
    ) -> None:
        self._unready = unready
        metrics.READY.set_function(lambda: 0.0 if unready() else 1.0)
        self._remark = remark
        self._dead = dead
        self._debug = debug
        self._refresh = refresh
        self._metrics_token = metrics_token
        served: dict[str, list[tuple[str, _Handler]]] = {health_address: [("/healthz", self._healthz), ("/readyz", self._readyz)]}
        if metrics_address is not None:
            served.setdefault(metrics_address, []).append(("/metrics", self._metrics))
        self._runners = {
            address: web.AppRunner(self._application(routes), access_log=None, keepalive_timeout=idle) for address, routes in served.items()
        }

    async def start(self) -> None:
        """Start serving."""
        for address, runner in self._runners.items():
            await runner.setup()
            for listening in listen(address):
                await web.SockSite(runner, listening).start()

    async def close(self) -> None:
        """Stop serving."""
        for runner in self._runners.values():
            await runner.cleanup()

    def _application(self, routes: list[tuple[str, _Handler]]) -> web.Application:
        """The application of one address; each has the debug page, which is only for the pod itself."""
        application = web.Application()
        for path, handler in (*routes, ("/debug", self._show)):
            application.router.add_get(path, handler)
        return application

    async def _healthz(self, _: web.Request) -> web.Response:
        return _answer(self._dead())

    async def _readyz(self, _: web.Request) -> web.Response:
        return _answer(self._unready(), remark=self._remark())

    async def _metrics(self, request: web.Request) -> web.Response:
        try:
            allowed = self._may_read_metrics(request)
        except OSError as error:
            logger.warning("metrics are not served: metrics.bearerTokenFile can't be read: %s", error)
            return _unauthorized("the operator can't read the file with the bearer token")
        if not allowed:
            return _unauthorized("needs the bearer token")
        self._refresh()
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    def _may_read_metrics(self, request: web.Request) -> bool:
        """Whether the request brings the token, which is read each time since a mounted Secret may change.

        Raises:
            OSError: it can't be read.
        """
        if self._metrics_token is None:
            return True
        token = self._metrics_token.read_bytes().strip()
        return bool(token) and hmac.compare_digest(
            request.headers.get("Authorization", "").encode("utf-8", "surrogateescape"), b"Bearer " + token
        )

    async def _show(self, request: web.Request) -> web.Response:
        if not _from_inside(request):
            return web.Response(text="only by the loopback interface: kubectl port-forward\n", status=403)
        limit = request.query.get("limit", "")
        most = min(MOST, int(limit)) if limit.isdecimal() and len(limit) < len(str(MOST)) else MOST
        document = self._debug(request.query.get("namespace", ""), request.query.get("name", ""), most)
        return web.json_response(document, dumps=lambda value: json.dumps(value, indent=1) + "\n")


def _unauthorized(why: str) -> web.Response:
    return web.Response(text=f"{why}\n", status=401, headers={"WWW-Authenticate": "Bearer"})


def _from_inside(request: web.Request) -> bool:
    """Whether the request comes from this pod, and isn't forwarded for others."""
    ends = [request.transport.get_extra_info(end) for end in ("peername", "sockname")] if request.transport is not None else []
    return len(ends) == 2 and all(end and _address(end[0]) in _LOOPBACK for end in ends) and not _HANDED_ON & request.headers.keys()


def _address(text: str) -> str:
    """An IPv4 address in its own form, also at a dual-stack socket."""
    return text.removeprefix("::ffff:")


def _answer(wrong: str, *, remark: str = "") -> web.Response:
    return web.Response(text=f"{wrong or ', '.join(filter(None, ('ok', remark)))}\n", status=503 if wrong else 200)


_BACKLOG = 128
#: The kernel has no IPv6, or it is disabled.
_NO_IPV6 = (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL)


def listen(address: str) -> list[socket.socket]:
    """Sockets that listen at `address`, host:port; a name may stand for several addresses.

    Raises:
        OSError: that can't be; the message names the address.
    """
    host, _, port = address.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    try:
        return [_everywhere(int(port))] if host in ("", "::") else _at(host, int(port))
    except OSError as error:
        raise OSError(error.errno, f"can't listen at {address}: {error.strerror or error}") from error


def _everywhere(port: int) -> socket.socket:
    if socket.has_dualstack_ipv6():
        try:
            return socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=_BACKLOG)
        except OSError as error:
            if error.errno not in _NO_IPV6:
                raise
    return socket.create_server(("0.0.0.0", port), backlog=_BACKLOG)


def _at(host: str, port: int) -> list[socket.socket]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    addresses = dict.fromkeys((family, address) for family, _, _, _, address in found)
    return [socket.create_server(address, family=family, backlog=_BACKLOG) for family, address in addresses]
