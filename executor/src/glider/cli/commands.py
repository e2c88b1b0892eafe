"""Our programs' click commands by name, each imported when it is asked for, and what a command line asks of them."""

from __future__ import annotations

from collections.abc import Sequence

import click

from glider.cli.names import FAST_EXECUTE, MAP_EXECUTE
from glider.invocation import Invocation
from glider.loading.target import Reference


def command_of(program: str) -> click.Command:
    """The command of one of our programs."""
    if program == FAST_EXECUTE:
        from glider.cli.fast_execute import fast_execute

        return fast_execute
    if program == MAP_EXECUTE:
        from glider.cli.map_execute import map_execute

        return map_execute
    from glider.cli.execute import execute

    return execute


def asked_by(program: str, arguments: Sequence[str]) -> Invocation:
    """What `arguments` ask for; where they make no sense, an invocation that names no place for an error document."""
    command = command_of(program)
    try:
        asked = command.main(args=list(arguments), prog_name=command.name, standalone_mode=False)
    except click.ClickException:
        asked = None
    return (
        asked
        if isinstance(asked, Invocation)
        else Invocation(inputs="", output_prefix="", reference=Reference(resolver=None, arguments=()))
    )
