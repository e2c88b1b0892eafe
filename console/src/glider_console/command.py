"""The command lines: `glider console` on one's own machine, `glider-console` in a cluster."""

from __future__ import annotations

import errno
import logging
import os
import secrets
import socket
import threading
import webbrowser
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import click

from glider.wire.jsonform import FieldError
from glider_client.access.listening import listen
from glider_client.cli.examples import examples
from glider_client.cli.options import cluster_options
from glider_client.cluster.client import Cluster
from glider_client.cluster.config import ClientConfig, User
from glider_client.cluster.errors import ClusterError
from glider_client.cluster.in_cluster import FOLDER, in_cluster_config, in_cluster_server
from glider_client.cluster.kubeconfig import load_config
from glider_client.history.source import ENV_PREFIX, history_of
from glider_client.stored.source import Source
from glider_console.access.entrances import ClusterEntrance, Entrance, LocalEntrance
from glider_console.access.reviews import Reviews
from glider_console.access.viewer import Viewer, key_of
from glider_console.app import create_app
from glider_console.context import Clusters, Console
from glider_console.history.history import History
from glider_console.server import serve
from glider_console.settings import Settings, load_settings
from glider_console.web.access_log import subject_of
from glider_console.web.entering import address_of, entering
from glider_console.web.probes import probes
from glider_core.api.places import parse_place
from glider_core.config.history_prefix import history_place
from glider_core.config.logs import JsonFormatter, log_to_standard_error

_PORT = 8585
#: So many ports after the default one are tried.
_OTHERS = 20
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(epilog=examples("glider console", "glider console --port 9000 --no-browser"))
@click.option(
    "--port", type=click.IntRange(0, 65535), help=f"The port on 127.0.0.1; 0 for any. Default: {_PORT}, or the next one that is free."
)
@click.option("--browser/--no-browser", default=True, help="Whether to open a browser.")
@click.option(
    "--history-prefix",
    metavar="URI",
    envvar=ENV_PREFIX,
    help="Where the history of finished executions is, such as s3://bucket/metadata/.history. Default: where the cluster's operator keeps "
    "it, if you may read that.",
)
@cluster_options
def console(port: int | None, browser: bool, history_prefix: str | None, cluster: Cluster) -> None:
    """Open the console in a browser, with the rights of your kubeconfig.

    It listens on this machine only. The address that is printed opens one session, once. Ctrl-C ends it.
    """
    listener = _listener(port)
    number = listener.getsockname()[1]
    token = secrets.token_urlsafe(24)
    entrance = LocalEntrance(cluster.config, token=token, port=number)
    settings = Settings(bind_address=f"127.0.0.1:{number}", namespace=cluster.namespace)
    hosts = [f"{name}:{number}" for name in ("127.0.0.1", "localhost", "[::1]")]
    logging.basicConfig(level=logging.WARNING)
    clusters = Clusters()
    history = History(prefix=_sought(history_prefix, cluster))
    app = create_app(_console(settings, entrance, clusters, Source(local=True), history), hosts=hosts, routes=entering(entrance))
    address = address_of(number, token)
    click.echo(f"The console is at {address}")
    if browser:
        _open(address)
    serve(app, listener)


class _Lines(JsonFormatter):
    """Lines in JSON, with the request that they are about."""

    subject_of = staticmethod(subject_of)


@click.command(context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "GLIDER_CONSOLE"})
@click.option(
    "--config", "config_file", type=_FILE, envvar="GLIDER_CONSOLE_CONFIG", help="Its settings, a YAML file. All keys are optional."
)
@click.option("--kubeconfig", type=_FILE, help="The cluster. Default: the one that this runs in.")
@click.option("--check", is_flag=True, help="Only check the settings; exit code 1, and why, where they can't be used.")
@click.version_option(package_name="glider-console")
def serve_in_cluster(config_file: Path | None, kubeconfig: Path | None, check: bool) -> None:
    """Serve the console in a cluster: each request with its viewer's own rights."""
    try:
        settings = load_settings(config_file)
        secret = _secret(settings)
        if check:
            click.echo(f"{config_file or 'the default settings'}: can be used")
            return
        server = _server(kubeconfig, impersonates=bool(settings.impersonation.proxies))
    except (FieldError, ClusterError) as error:
        raise click.ClickException(str(error)) from error
    log_to_standard_error(settings.logging, json_lines=_Lines())
    clusters = Clusters()
    entrance = ClusterEntrance(server=server, settings=settings, identities=clusters.identities, secret=secret)
    nobody = Viewer(key=key_of("nobody"), name="", entrance="", config=_without_credential(server))
    data = Source(config_file=settings.operator_config_file)
    app = create_app(
        _console(settings, entrance, clusters, data, History(prefix=lambda: _configured(data))),
        hosts=settings.hosts,
        routes=probes(nobody),
    )
    try:
        listener = listen(settings.host, settings.port)
    except OSError as error:
        raise click.ClickException(f"bindAddress: {settings.bind_address} can't be used: {error.strerror}. Choose another one.") from error
    logging.getLogger(__name__).info("serving on port %d", listener.getsockname()[1])
    serve(app, listener)


def _console(settings: Settings, entrance: Entrance, clusters: Clusters, data: Source, history: History) -> Console:
    if not (settings.static / "index.html").is_file():
        raise click.ClickException(f"{settings.static}: expected the built front end, found none. In a checkout run `make setup`.")
    return Console(settings=settings, entrance=entrance, clusters=clusters, reviews=Reviews(clusters.ask), data=data, history=history)


def _sought(given: str | None, cluster: Cluster) -> Callable[[], str | None]:
    """What knows the history's prefix: the one that was given, or else the operator's, which is looked for meanwhile."""
    found: list[str] = []

    def seek() -> None:
        with suppress(ClusterError, ValueError):  # then there is none to show
            found.append(str(parse_place(history_of(None, cluster).prefix)))

    if given:
        try:
            found.append(str(parse_place(given)))
        except ValueError as error:
            elsewhere = "The console shows none that is in files; `glider get --history` does."
            raise click.ClickException(f"--history-prefix, or {ENV_PREFIX}: expected {error}, found {given}. {elsewhere}") from error
    else:
        threading.Thread(target=seek, daemon=True).start()
    return lambda: next(iter(found), None)


def _configured(data: Source) -> str | None:
    """The history's prefix that the operator's configuration has; None where no history is kept."""
    config = data.usable_config()
    place = history_place(config) if config is not None else None
    return None if place is None else str(place)


def _listener(port: int | None) -> socket.socket:
    """Where `glider console` listens: the port that was asked for, or else the default one or the next free one."""
    candidates = range(_PORT, _PORT + _OTHERS) if port is None else [port]
    for candidate in candidates:
        try:
            return listen("127.0.0.1", candidate)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise click.ClickException(f"--port: {candidate} can't be used: {error.strerror}. Pass another one.") from error
    if port is None:
        return listen("127.0.0.1", 0)
    raise click.ClickException(f"--port: another program listens on {port}. Pass another one, or 0 for any that is free.")


def _open(address: str) -> None:
    """Open a browser with a window. One for the terminal would take it over."""
    try:
        found = webbrowser.get()
    except webbrowser.Error:
        found = None
    if found is None or type(found) is webbrowser.GenericBrowser:
        click.echo("No browser was found. Open the address yourself.", err=True)
        return
    threading.Thread(target=found.open, args=[address], daemon=True).start()


def _server(kubeconfig: Path | None, *, impersonates: bool) -> ClientConfig:
    """The API server. The console's own credential is with it only where it impersonates."""
    found = load_config(os.environ, kubeconfig=kubeconfig, context=None) if kubeconfig else in_cluster_config(os.environ, folder=FOLDER)
    found = found or in_cluster_server(os.environ, folder=FOLDER)
    if found is None:
        raise click.ClickException("this isn't a pod. Pass --kubeconfig FILE, or use `glider console` on your own machine.")
    if impersonates and found.user == User():
        raise click.ClickException("impersonation: expected the token of the pod's service account, found none. Mount it into the pod.")
    return found if impersonates else _without_credential(found)


def _without_credential(config: ClientConfig) -> ClientConfig:
    return replace(config, user=User(), user_name="")


def _secret(settings: Settings) -> str:
    """The secret of an impersonating proxy; empty where none is configured."""
    path = settings.impersonation.secret_file
    if path is None:
        return ""
    try:
        secret = path.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise FieldError("impersonation.secretFile", expected="a file that can be read", found=str(path)) from error
    if not secret:
        raise FieldError("impersonation.secretFile", expected="a file with a secret", found="")
    return secret
