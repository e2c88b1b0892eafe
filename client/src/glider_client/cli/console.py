"""`glider console` is part of the package glider-console, which brings a web server: the command line alone doesn't need one."""

from __future__ import annotations

from importlib.metadata import entry_points

import click

_GROUP = "glider.commands"


def _installed() -> click.Command:
    for one in entry_points(group=_GROUP, name="console"):
        command = one.load()
        assert isinstance(command, click.Command)
        return command
    return _missing


@click.command("console", context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def _missing(arguments: tuple[str, ...]) -> None:
    """Open the console in a browser. It needs the package glider-console."""
    raise click.ClickException("the console is a package of its own. Install it: pip install glider-console")


console = _installed()
