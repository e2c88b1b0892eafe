"""What the kubelet asks: whether the process answers, and whether viewers may be sent to it.

Once the API server has been reached the console is ready for good. While the API server is down its pages show that, and go on by
themselves; an ingress without a backend would show less.
"""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from glider_client.cluster.errors import ClusterError, UnavailableError, UnreachableError
from glider_console.access.viewer import Viewer
from glider_console.context import console_of


class Readiness:
    """Whether the console is ready. `nobody` asks the API server without a credential: any answer counts."""

    def __init__(self, nobody: Viewer) -> None:
        self._nobody = nobody
        self._reached = False

    async def why_not(self, request: Request) -> str:
        """Why the console isn't ready; empty where it is."""
        console = console_of(request)
        if not _has_front_end(console.settings.static):
            return f"{console.settings.static} has no front end"
        if not self._reached:
            try:
                await console.ask(self._nobody, lambda cluster: cluster.get("/version"))
            except (UnreachableError, UnavailableError) as error:
                return str(error)
            except ClusterError:
                pass  # it answers, and serves its version to nobody
            self._reached = True
        return ""


def _has_front_end(folder: Path) -> bool:
    return (folder / "index.html").is_file()


async def healthz(request: Request) -> PlainTextResponse:
    """The process answers."""
    return PlainTextResponse("ok\n")


def probes(nobody: Viewer) -> list[Route]:
    """The routes of the probes."""
    readiness = Readiness(nobody)

    async def readyz(request: Request) -> PlainTextResponse:
        why_not = await readiness.why_not(request)
        return PlainTextResponse(f"{why_not or 'ok'}\n", status_code=503 if why_not else 200)

    return [Route("/healthz", healthz), Route("/readyz", readyz)]
