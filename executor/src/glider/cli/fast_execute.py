"""glider-fast-execute: fetches the task's code, then runs the task in the same process (pyflyte-fast-execute starts a second
one, which imports everything again). A command that isn't ours, such as `mpirun … pyflyte-execute …`, takes this process'
place once the code is there.
"""

from __future__ import annotations

import os
from dataclasses import replace

import click

from glider.cli.execute import execute
from glider.cli.map_execute import map_execute
from glider.cli.names import EXECUTE, MAP_EXECUTE, program_of, unwrapped
from glider.invocation import Invocation, rendered
from glider.loading.target import Distribution, Reference

_COMMANDS = {EXECUTE: execute, MAP_EXECUTE: map_execute}


@click.command("glider-fast-execute")
@click.option("--additional-distribution", help="URI of the code: a .tar.gz, or pkl.gz.")
@click.option("--dest-dir", help="Where to unpack it; made if it is missing. The current folder, if not given.")
@click.argument("task-execute-cmd", nargs=-1, type=click.UNPROCESSED)
def fast_execute(*, additional_distribution: str | None, dest_dir: str | None, task_execute_cmd: tuple[str, ...]) -> Invocation:
    """Fetch a task's code, and run the command that follows `--` with it."""
    if not task_execute_cmd:
        raise click.UsageError("expected the command to run after `--`, found nothing")
    destination = rendered(dest_dir, variable="dest_dir") or os.getcwd()  # noqa: PTH109
    uses_destination = bool(additional_distribution or dest_dir)
    asked, is_ours = _parse(task_execute_cmd)
    return replace(
        asked,
        distribution=Distribution(uri=additional_distribution, destination=destination) if uses_destination else None,
        dynamic_addl_distro=additional_distribution or asked.dynamic_addl_distro,
        dynamic_dest_dir=destination if additional_distribution else asked.dynamic_dest_dir,
        launch=() if is_ours else task_execute_cmd,
    )


def _parse(command: tuple[str, ...]) -> tuple[Invocation, bool]:
    """What the inner command asks for, and whether it is ours to run. One that isn't may still name one of our programs, and so
    tell where an error document goes.
    """
    words = unwrapped(command)
    start = next((place for place, word in enumerate(words) if program_of(word) in _COMMANDS), None)
    if start is not None:
        inner = _COMMANDS[str(program_of(words[start]))]
        try:
            asked: Invocation = inner.main(args=words[start + 1 :], prog_name=inner.name, standalone_mode=False)
            return asked, start == 0
        except click.ClickException:
            if start == 0:
                raise
    return Invocation(inputs="", output_prefix="", reference=Reference(resolver=None, arguments=())), False
