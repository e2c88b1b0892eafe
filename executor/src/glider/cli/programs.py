"""Where our programs begin and end: entry points, the fork of the process that runs the task, and what the parent does after that
process has ended.

Nothing heavy is imported here before the fork, nor in the parent unless the child left something to report.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from glider.cli.names import EXECUTE, FAST_EXECUTE, MAP_EXECUTE, Program
from glider.supervision.child import ENDED, Ending, FailureReport
from glider.wire.contract import DEFAULT_TERMINATION_LOG, ENV_EXECUTION, ENV_LOGS, ENV_TERMINATION_LOG, ExitCode

if TYPE_CHECKING:
    from glider.supervision.recorder import Recorder

_MOST_CHARACTERS = 2500


def supervised(program: Program) -> None:
    """Forks the process that runs `program`. Returns in that one; the other waits for it, and ends with it."""
    from glider.supervision.parent import supervise
    from glider.telemetry.stacks import dump_on_signal

    dump_on_signal()  # before the fork, so that SIGUSR1 never finds the task's process without it
    gc.disable()  # until the task is loaded: collecting what imports make is a tenth of their cost

    recorder = None if "--show-config" in program[1] else _recorder()  # which shows the variable that this takes away
    supervise(lambda ending: report_end(*program, ending), recorder=recorder)


def attended(name: str) -> None:
    """The same for a program that isn't ours, and that the child is about to become."""
    from glider.supervision.parent import attend

    attend(name, recorder=_recorder())


def _recorder() -> Recorder | None:
    """What keeps the log, where it is to be kept. Programs that the task starts find nothing to keep: theirs is in this one. Where
    standard output or error is closed, its number may be anything's, so nothing is kept.
    """
    if not os.environ.get(ENV_LOGS) or sys.stdout is None or sys.stderr is None:
        return None
    from glider.archive.keeper import keeper_of

    try:
        return keeper_of(os.environ)
    except OSError as problem:  # no descriptor or memory left
        sys.stderr.write(f"glider: the log isn't kept in the store: {problem}\n")
        return None
    finally:
        del os.environ[ENV_LOGS]


def load(program: Program) -> Callable[[], None]:
    """What runs `program` in this process. Imports nearly all of the executor."""
    name, arguments = program
    from glider.cli.commands import command_of
    from glider.cli.filling import filled_or_exit
    from glider.cli.running import run

    return lambda: run(command_of(name), filled_or_exit(arguments))


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


def report_end(program: str, arguments: Sequence[str], ending: Ending) -> int:
    """Reports the end, unless the child did; the exit code."""
    if ending.is_reported():
        return int(ending.last(ENDED) or 0)
    try:
        from glider.cli.commands import asked_by
        from glider.runtime.postmortem import report

        return report(ending, asked_by(program, arguments), os.environ)
    except BaseException:
        import traceback

        return _last_resort(ending, traceback.format_exc())


def _last_resort(ending: Ending, trace: str) -> int:
    """A summary made by hand, where the report fails: the image's packages don't fit, or there is no memory at all."""
    import json

    failed = ending.failure() or FailureReport("SYSTEM", "RECOVERABLE", "SYSTEM", f"the task's process ended with status {ending.status}")
    message = f"{failed.message}, and reporting that failed:\n{trace[-2000:]}"
    with contextlib.suppress(OSError, AttributeError, ValueError):
        sys.stderr.write(message)
    if os.environ.get(ENV_EXECUTION):
        fields = failed._replace(message=message[-_MOST_CHARACTERS:])._asdict()
        with contextlib.suppress(OSError), open(os.environ.get(ENV_TERMINATION_LOG) or DEFAULT_TERMINATION_LOG, "w") as file:  # noqa: PTH123
            json.dump({"v": 1, "outcome": "Failed", **fields}, file)
    return ExitCode.SYSTEM
