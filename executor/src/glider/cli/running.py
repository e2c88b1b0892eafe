"""From a parsed command line to the end of the process."""

from __future__ import annotations

import gc
import os
import sys

import click

from glider.runtime.invocation import Invocation
from glider.telemetry.stacks import dump_on_signal


def run(command: click.Command, arguments: list[str] | None) -> None:
    """Parses `arguments` (of the process, where None) with `command`, runs what they ask for, and ends the process."""
    gc.disable()  # until the task is loaded
    dump_on_signal()
    try:
        asked = command.main(args=arguments, prog_name=command.name, standalone_mode=False)
    except click.ClickException as error:
        error.show()
        _tell(f"{command.name}: {error.format_message()}")
        sys.exit(error.exit_code)
    if not isinstance(asked, Invocation):  # --help
        sys.exit(0)
    from glider.runtime.guard import run as run_guarded

    code = run_guarded(asked, os.environ)
    gc.freeze()  # the interpreter's last collection would go through all of flytekit: 50 ms
    sys.exit(code)


def _tell(message: str) -> None:
    """A command line that makes no sense has no output prefix to write an error document to, but it has a summary."""
    from glider.runtime.report import write_summary
    from glider.settings.reading import read_reporting
    from glider.wire.errors import Kind, Origin, TaskError
    from glider.wire.summary import Summary

    told = TaskError(code="InvalidCommand", kind=Kind.NON_RECOVERABLE, origin=Origin.SYSTEM, message=message)
    write_summary(Summary(error=told), read_reporting(os.environ))
