"""/healthz, /readyz, /metrics and /debug.

Ready is an operator that may list everything it watches, hears of changes and gets on with them; if it isn't, it says why. Alive
is one that a restart wouldn't help; kopf ends the process itself when a watch dies. /debug names executions and what they wait
for, so it is only for who may reach the pod from inside: `kubectl port-forward` comes by the loopback interface. So does what a
service mesh's proxy in the pod hands on for others: from an address of its own (Istio's is 127.0.0.6), to the pod's address, or
with headers that tell of the way.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from glider_operator.app.debugging import MOST
from glider_operator.app.listening import listen

Debug = Callable[[str, str, int], dict[str, Any]]

_LOOPBACK = frozenset({"127.0.0.1", "::1"})
#: What proxies put on requests that they hand on.
_HANDED_ON = frozenset(
    {"Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip", "X-Forwarded-Client-Cert"}
)


def _nothing() -> None:
    """Gauges are as they are."""


class Site:
    """Serves probes, metrics and the debug page.

    Args:
        health_address: where the probes are asked for.
        metrics_address: where the metrics are read.
        unready: says why the operator isn't ready, or nothing when it is.
        remark: says what it does without although it is ready.
        dead: says why a restart would help, or nothing when it wouldn't.
        debug: what /debug shows, for a namespace and a name, of at most so many executions.
        refresh: brings gauges up to date before they are read.
    """

    def __init__(
        self,
        *,
        health_address: str,
        metrics_address: str,
        unready: Callable[[], str],
        remark: Callable[[], str] = lambda: "",
        dead: Callable[[], str] = lambda: "",
        debug: Debug = lambda namespace, name, most: {},
        refresh: Callable[[], None] = _nothing,
    ) -> None:
        self._unready = unready
        self._remark = remark
        self._dead = dead
        self._debug = debug
        self._refresh = refresh
        self._addresses = {health_address, metrics_address}
        self._runner = web.AppRunner(self._application(), access_log=None)

    async def start(self) -> None:
        """Begin to serve."""
        await self._runner.setup()
        for address in self._addresses:
            for listening in listen(address):
                await web.SockSite(self._runner, listening).start()

    async def close(self) -> None:
        """Stop to serve."""
        await self._runner.cleanup()

    def _application(self) -> web.Application:
        application = web.Application()
        application.router.add_get("/healthz", self._healthz)
        application.router.add_get("/readyz", self._readyz)
        application.router.add_get("/metrics", self._metrics)
        application.router.add_get("/debug", self._show)
        return application

    async def _healthz(self, _: web.Request) -> web.Response:
        return _answer(self._dead())

    async def _readyz(self, _: web.Request) -> web.Response:
        return _answer(self._unready(), remark=self._remark())

    async def _metrics(self, _: web.Request) -> web.Response:
        self._refresh()
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _show(self, request: web.Request) -> web.Response:
        if not _from_inside(request):
            return web.Response(text="only by the loopback interface: kubectl port-forward\n", status=403)
        limit = request.query.get("limit", "")
        most = min(MOST, int(limit)) if limit.isdecimal() and len(limit) < len(str(MOST)) else MOST
        document = self._debug(request.query.get("namespace", ""), request.query.get("name", ""), most)
        return web.json_response(document, dumps=lambda value: json.dumps(value, indent=1) + "\n")


def _from_inside(request: web.Request) -> bool:
    """Whether a process of this pod asks, for itself."""
    ends = [request.transport.get_extra_info(end) for end in ("peername", "sockname")] if request.transport is not None else []
    return len(ends) == 2 and all(end and _address(end[0]) in _LOOPBACK for end in ends) and not _HANDED_ON & request.headers.keys()


def _address(text: str) -> str:
    """An address of IPv4 as such, also at a socket that takes both."""
    return text.removeprefix("::ffff:")


def _answer(wrong: str, *, remark: str = "") -> web.Response:
    return web.Response(text=f"{wrong or ', '.join(filter(None, ('ok', remark)))}\n", status=503 if wrong else 200)
