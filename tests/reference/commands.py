"""docs/cli.md: each command's usage, words, arguments, options and examples, from the commands themselves."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click

from glider_client.cli.glider import main
from tests.reference.crds import cell


def commands_table() -> str:
    """One row for each command."""
    rows = ["| command | |", "| --- | --- |"]
    for name, command in _commands(main):
        rows.append(f"| [`glider {name}`](#glider-{name.replace(' ', '-')}) | {cell(command.get_short_help_str(200))} |")
    return "\n".join(rows)


def commands_reference() -> str:
    """A section for each command."""
    return "\n".join(line for name, command in _commands(main) for line in _section(name, command)).rstrip()


def _commands(group: click.Group, path: str = "") -> Iterator[tuple[str, click.Command]]:
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
    yield inspect.cleandoc(command.help or "").replace("\b\n", "").replace("\f", "")
    yield ""
    if options := [row for parameter in command.get_params(context) if (row := parameter.get_help_record(context))]:
        yield "| option | |"
        yield "| --- | --- |"
        for declaration, text in options:
            yield f"| `{declaration.replace('|', chr(92) + '|')}` | {cell(text)} |"
        yield ""
    if examples := _examples(command):
        yield from (f"    {line}" for line in examples)
        yield ""


def _examples(command: click.Command) -> list[str]:
    lines = (command.epilog or "").splitlines()
    return [line.strip() for line in lines[lines.index("Examples:") + 1 :]] if "Examples:" in lines else []
