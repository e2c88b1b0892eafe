"""`glider deck`: the page that a task made about itself, in a browser or as a file."""

from __future__ import annotations

import os
import sys
import tempfile
import webbrowser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from glider_client.cli.examples import examples
from glider_client.cli.options import cluster_options
from glider_client.cli.selection import plain_name
from glider_client.cluster import paths
from glider_client.cluster.client import Cluster
from glider_client.views.stored import attempt_numbers, deck_uri

Json = Mapping[str, Any]

#: More than a browser shows.
_MOST_BYTES = 256 << 20


@click.command(epilog=examples("glider deck train", "glider deck train -o train.html", "glider deck train --attempt 0"))
@click.argument("name")
@click.option("--attempt", type=click.IntRange(min=0), help="The number of the attempt. Default: the latest.")
@click.option("-o", "--output", "file", metavar="FILE", default="", help="Save it in FILE, and open no browser; - is standard output.")
@cluster_options
def deck(name: str, attempt: int | None, file: str, cluster: Cluster) -> None:
    """Open the deck of the execution NAME, or save it.

    It is read from the store with the credentials of this machine.
    """
    execution = cluster.get(paths.executions(cluster.namespace, plain_name(name)))
    page = _read(uri_of(execution, attempt=attempt), execution["metadata"]["name"])
    if file == "-":
        sys.stdout.buffer.write(page)
    elif file:
        Path(file).write_bytes(page)
        click.echo(f"saved {len(page):,} bytes in {file}", err=True)
    else:
        _open(page, execution["metadata"]["name"])


def uri_of(execution: Json, *, attempt: int | None) -> str:
    """Where an attempt's deck is: beside its outputs.

    Raises:
        click.ClickException: nowhere.
    """
    name, numbers = execution["metadata"]["name"], attempt_numbers(execution)
    if attempt is not None and attempt not in numbers:
        there = ", ".join(map(str, numbers)) or "none"
        raise click.ClickException(f"{name} has no attempt {attempt}; there are: {there}. Pass one of these to --attempt.")
    if (uri := deck_uri(execution, attempt=attempt)) is None:
        raise click.ClickException(f"{name} has no deck: decks are kept in a store, and it has none. Configure one (docs/storage.md).")
    return uri


def _read(uri: str, name: str) -> bytes:
    from glider.settings.reading import read_settings
    from glider.storage.errors import ObjectNotFoundError, StorageError
    from glider.storage.store import Storage

    try:
        return Storage(read_settings(os.environ).storage).read(uri, most=_MOST_BYTES)
    except ObjectNotFoundError as error:
        raise click.ClickException(f"{name} has no deck: there is no {uri}. Tasks make one with enable_deck=True.") from error
    except StorageError as error:
        raise click.ClickException(f"{str(error).rstrip('.')}. Check the store's address and credentials in the environment.") from error


def _open(page: bytes, name: str) -> None:
    """The file stays: the browser reads it when it likes."""
    path = Path(tempfile.mkdtemp(prefix="glider-deck-")) / f"{name}.html"
    path.write_bytes(page)
    if webbrowser.open(path.as_uri()):
        click.echo(f"opened {path}", err=True)
    else:
        click.echo(f"no browser was found; the deck is in {path}", err=True)
