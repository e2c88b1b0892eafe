"""/healthz, /readyz and /metrics.

Alive is a process whose event loop answers: kopf ends the process itself when a watch dies. Ready is one that may list
everything it watches, and says which right or CRD is missing if it isn't.
"""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest


class Site:
    """Serves probes and metrics. `unready` says why the operator isn't ready, or nothing when it is."""

    def __init__(self, *, health_address: str, metrics_address: str, unready: Callable[[], str]) -> None:
        self._unready = unready
        self._addresses = {health_address, metrics_address}
        self._runner = web.AppRunner(self._application(), access_log=None)

    async def start(self) -> None:
        """Begin to serve."""
        await self._runner.setup()
        for address in self._addresses:
            host, _, port = address.rpartition(":")
            await web.TCPSite(self._runner, host, int(port)).start()

    async def close(self) -> None:
        """Stop to serve."""
        await self._runner.cleanup()

    def _application(self) -> web.Application:
        application = web.Application()
        application.router.add_get("/healthz", self._healthz)
        application.router.add_get("/readyz", self._readyz)
        application.router.add_get("/metrics", self._metrics)
        return application

    async def _healthz(self, _: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def _readyz(self, _: web.Request) -> web.Response:
        unready = self._unready()
        return web.Response(text=f"{unready or 'ok'}\n", status=503 if unready else 200)

    async def _metrics(self, _: web.Request) -> web.Response:
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})
