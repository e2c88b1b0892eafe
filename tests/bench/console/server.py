"""The console as a process whose viewers name themselves: twenty people need no twenty sign-ins for their load to be measured."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from starlette.requests import Request

from glider_client.access.listening import listen
from glider_client.cluster.config import ClientConfig, Impersonation
from glider_client.cluster.kubeconfig import load_config
from glider_console.access.reviews import Reviews
from glider_console.access.viewer import Viewer, key_of
from glider_console.app import create_app
from glider_console.context import Clusters, Console
from glider_console.server import serve
from glider_console.settings import Settings

#: Who looks; the browser, which sends no such header, is somebody of the group, too.
VIEWER = "X-Bench-Viewer"
_GROUP = "system:masters"


class Named:
    """An entrance without a door."""

    local = True

    def __init__(self, config: ClientConfig) -> None:
        self._config = config

    async def viewer_of(self, request: Request) -> Viewer | None:
        """Whoever the request names."""
        name = request.headers.get(VIEWER, "browser")
        config = replace(self._config, impersonation=Impersonation(user=name, groups=(_GROUP,)))
        return Viewer(key=key_of(name), name=name, entrance="proxy", config=config)

    async def still_serves(self, viewer: Viewer) -> bool:
        """Always."""
        return True


def main() -> None:
    kubeconfig, port = Path(sys.argv[1]), int(sys.argv[2])
    clusters = Clusters()
    entrance = Named(load_config({}, kubeconfig=kubeconfig, context=None))
    settings = Settings(bind_address=f"127.0.0.1:{port}")
    app = create_app(Console(settings=settings, entrance=entrance, clusters=clusters, reviews=Reviews(clusters.ask)))
    serve(app, listen("127.0.0.1", port))


if __name__ == "__main__":
    main()
