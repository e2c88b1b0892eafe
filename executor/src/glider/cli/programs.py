"""Where our programs begin: entry points, and the fork of the process that runs the task.

Nothing heavy is imported here before that process has been forked off.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from glider.cli.names import EXECUTE, FAST_EXECUTE, MAP_EXECUTE, Program

if TYPE_CHECKING:
    from glider.supervision.child import Ending


def supervised(program: Program) -> None:
    """Forks the process that runs `program`. Returns in that one; the other waits for it, and ends with it."""
    from glider.supervision.parent import supervise
    from glider.telemetry.stacks import dump_on_signal

    dump_on_signal()  # before the fork, so that SIGUSR1 never finds the task's process without it
    gc.disable()  # until the task is loaded: collecting what imports make is a tenth of their cost

    def tell(ending: Ending) -> int:
        from glider.cli.aftermath import tell

        return tell(*program, ending)

    supervise(tell)


def load(program: Program) -> Callable[[], None]:
    """What runs `program` in this process. Imports nearly all of the executor."""
    name, arguments = program
    from glider.cli.commands import command_of
    from glider.cli.filling import filled_or_told
    from glider.cli.running import run

    return lambda: run(command_of(name), filled_or_told(arguments))


def execute() -> None:
    """Entry point of glider-execute."""
    _run(EXECUTE)


def map_execute() -> None:
    """Entry point of glider-map-execute."""
    _run(MAP_EXECUTE)


def fast_execute() -> None:
    """Entry point of glider-fast-execute."""
    _run(FAST_EXECUTE)


def _run(name: str) -> None:
    program = (name, sys.argv[1:])
    supervised(program)
    load(program)()
