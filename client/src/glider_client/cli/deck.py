"""`glider deck`: the page that a task made about itself, in a browser or as a file."""

from __future__ import annotations

import os
import sys
import tempfile
import webbrowser
from pathlib import Path

import click

from glider.wire.contract import DECK_FILE
from glider_client.cli.examples import examples
from glider_client.cli.places import Places, place_options
from glider_client.history.finding import Found
from glider_client.views.stored import attempt_numbers, deck_uri

#: More than a browser shows.
_MOST_BYTES = 256 << 20


@click.command(epilog=examples("glider deck train", "glider deck train -o train.html", "glider deck train --attempt 0"))
@click.argument("name")
@click.option("--attempt", type=click.IntRange(min=0), help="The number of the attempt. Default: the latest.")
@click.option("-o", "--output", "file", metavar="FILE", default="", help="Save it in FILE, and open no browser; - is standard output.")
@place_options
def deck(name: str, attempt: int | None, file: str, places: Places) -> None:
    """Open the deck of the execution NAME, or save it.

    It is read from the store with the credentials of this machine.
    """
    found = places.find(name)
    page = _read(uri_of(found, attempt=attempt), found.name)
    if file == "-":
        sys.stdout.buffer.write(page)
    elif file:
        Path(file).write_bytes(page)
        click.echo(f"saved {len(page):,} bytes in {file}", err=True)
    else:
        _open(page, found.name)


def uri_of(found: Found, *, attempt: int | None) -> str:
    """Where an attempt's deck is: beside its outputs.

    Raises:
        click.ClickException: nowhere.
    """
    name, numbers = found.name, attempt_numbers(found.execution)
    if attempt is not None and attempt not in numbers:
        there = ", ".join(map(str, numbers)) or "none"
        raise click.ClickException(f"{name} has no attempt {attempt}; there are: {there}. Pass one of these to --attempt.")
    if (uri := deck_uri(found.execution, attempt=attempt)) is not None:
        return uri
    if numbers and (folders := found.folders()):  # it has no outputs
        return f"{folders[0]}/{numbers[-1] if attempt is None else attempt}/{DECK_FILE}"
    raise click.ClickException(f"{name} has no deck: decks are kept in a store, and it has none. Configure one (docs/storage.md).")


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
