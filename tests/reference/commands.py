"""docs/cli.md: each command's usage, words, arguments, options and examples, from the commands themselves.

The options of a connection, which most commands have, stand there once.
"""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Iterable, Iterator

import click

from glider_client.cli.glider import main
from glider_client.cli.options import connection_options
from tests.reference.crds import cell

_COLUMNS = 120
#: What click adds for numbers: a bound that their texts imply.
_BOUNDED, _BOUND = re.compile(r"(?<=INTEGER) RANGE|(?<=FLOAT) RANGE"), re.compile(r"  \[[\dx<>=.]+\]")
Record = tuple[str, str]


def commands_table() -> str:
    """One row for each command."""
    rows = (
        f"| [`glider {name}`](#glider-{name.replace(' ', '-')}) | {cell(command.get_short_help_str(200))} |"
        for name, command in _commands()
    )
    return "\n".join(("| command | |", "|---|---|", *rows))


def connection_table() -> str:
    """The options of a connection."""
    return "\n".join(_table(_CONNECTION))


def commands_reference() -> str:
    """A section for each command."""
    return "\n".join(line for name, command in _commands() for line in _section(name, command)).rstrip()


def _records(command: click.Command) -> list[Record]:
    """Each option and its text, as `--help` has them, without `--help` itself, and arguments that have a text."""
    context = click.Context(command, info_name="")
    found = (one.get_help_record(context) for one in command.params)
    return [(_BOUNDED.sub("", declaration), _BOUND.sub("", text)) for declaration, text in filter(None, found) if text]


_CONNECTION = _records(click.command()(connection_options(lambda: None)))


def _commands(group: click.Group = main, path: str = "") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group, info_name="glider")
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from _commands(command, f"{path}{name} ")
        elif not command.hidden:
            yield f"{path}{name}", command


def _section(name: str, command: click.Command) -> Iterator[str]:
    context = click.Context(command, info_name=f"glider {name}")
    yield f"## glider {name}"
    yield f"    {' '.join([f'glider {name}', *command.collect_usage_pieces(context)])}"
    yield ""
    yield from _paragraphs(inspect.cleandoc(command.help or ""))
    records = _records(command)
    if own := [record for record in records if record not in _CONNECTION]:
        yield from _table(own)
        yield ""
    if set(_CONNECTION) <= set(records):
        yield "It has the [options of a connection](#the-cluster), too."
        yield ""
    if examples := _examples(command):
        yield from (f"    {line}" for line in examples)
        yield ""


def _paragraphs(text: str) -> Iterator[str]:
    """Wrapped; a paragraph that click leaves as it is becomes code."""
    for paragraph in text.replace("\f", "").split("\n\n"):
        if paragraph.startswith("\b\n"):
            yield from (f"    {line}".rstrip() for line in paragraph.splitlines()[1:])
        else:
            yield from textwrap.wrap(" ".join(paragraph.split()), _COLUMNS, break_on_hyphens=False, break_long_words=False)
        yield ""


def _table(records: Iterable[Record]) -> Iterator[str]:
    yield "| option | |"
    yield "|---|---|"
    for declaration, text in records:
        yield f"| `{cell(declaration)}` | {_escaped(cell(text))} |"


def _escaped(text: str) -> str:
    """Markdown takes <name> for HTML."""
    return re.sub(r"<(\w+)>", r"&lt;\1&gt;", text)


def _examples(command: click.Command) -> list[str]:
    lines = (command.epilog or "").splitlines()
    return [line.removeprefix("  ") for line in lines[lines.index("Examples:") + 1 :]] if "Examples:" in lines else []
