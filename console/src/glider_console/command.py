"""The command lines: `glider console` on one's own machine, `glider-console` in a cluster."""

from __future__ import annotations

import secrets
import socket
import webbrowser

import click
import uvicorn
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from glider_client.cli.examples import examples
from glider_client.cli.options import cluster_options
from glider_client.cluster.client import Cluster
from glider_console.access.entrances import COOKIE, LocalEntrance
from glider_console.access.reviews import Reviews
from glider_console.app import create_app
from glider_console.context import Clusters, Console
from glider_console.data.source import Source
from glider_console.settings import Settings


@click.command(epilog=examples("glider console", "glider console --port 8585 --no-browser"))
@click.option("--port", type=click.IntRange(0, 65535), default=8585, show_default=True, help="The port on 127.0.0.1; 0 for any.")
@click.option("--browser/--no-browser", default=True, help="Whether to open a browser.")
@cluster_options
def console(port: int, browser: bool, cluster: Cluster) -> None:
    """Open the console in a browser, with the rights of your kubeconfig.

    It listens on this machine only; the address that is printed opens one session, once.
    """
    token = secrets.token_urlsafe(24)
    entrance = LocalEntrance(cluster.config, token=token)
    settings = Settings(port=port, namespace=cluster.namespace)
    clusters = Clusters()
    app = create_app(
        Console(settings=settings, entrance=entrance, clusters=clusters, reviews=Reviews(clusters.ask), data=Source(local=True))
    )

    async def enter(request: Request) -> Response:
        session = entrance.session_for(request.query_params.get("token", ""))
        answer = RedirectResponse("/", status_code=303)
        if session is not None:
            answer.set_cookie(COOKIE, session, httponly=True, samesite="strict")
        return answer

    app.router.routes.insert(0, Route("/enter", enter))
    listener = socket.create_server((settings.host, port))
    address = f"http://{settings.host}:{listener.getsockname()[1]}/enter?token={token}"
    click.echo(f"The console is at {address}")
    if browser:
        webbrowser.open(address)
    uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off")).run(sockets=[listener])


@click.command()
def serve() -> None:
    """Serve the console in a cluster."""
    raise click.ClickException("not yet")
