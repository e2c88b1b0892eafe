"""From a parsed command line to the end of the process.

A failure before there is a task to run is reported here too: a command line that makes no sense, or that can't be filled in.
"""

from __future__ import annotations

import contextlib
import faulthandler
import gc
import io
import math
import os
import sys
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

import click

from glider.archive.handover import settle
from glider.invocation import Invocation
from glider.supervision.child import ENDED, report_to_parent
from glider.wire.contract import DEFAULT_LINGER, ENV_LINGER

if TYPE_CHECKING:
    from glider.wire.errors import TaskError


_STDERR = 2  # by number: sys.stderr may be closed
#: A day, in seconds: more is a mistake, and faulthandler takes no infinity.
_LONGEST_LINGER = 86_400.0
#: Besides, for the end of the log: it takes less, but for a log that takes nothing.
_SETTLES_WITHIN = 30.0


def run(command: click.Command, arguments: list[str]) -> NoReturn:
    """Parses `arguments` with `command`, runs what they ask for, and ends the process."""
    try:
        asked = command.main(args=arguments, prog_name=command.name, standalone_mode=False)
    except click.ClickException as error:
        error.show()
        _end(report_failure(invalid_command(f"{command.name}: {error.format_message()}"), arguments))
    if not isinstance(asked, Invocation):  # --help
        _end(0)
    from glider.runtime.guard import run as run_guarded

    _print_lines_at_once()
    code = run_guarded(asked, os.environ)
    gc.freeze()  # the interpreter's last collection would go through all of flytekit: 50 ms
    _end(code)


def _print_lines_at_once() -> None:
    """What the task prints is in the pod's log at once, before what it writes to stderr later. Python keeps back some KiB where stdout is
    no terminal; whoever follows the log would see them at the end.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)


def _end(code: int) -> NoReturn:
    """The outcome is reported. Exit handlers and threads that aren't daemons get a while, as in every Python; but a thread that never
    ends would keep the pod for ever. The task may have closed stderr, or have left no room for the timer's thread.
    """
    report_to_parent(ENDED, f"{code:d}")
    try:
        seconds = _linger_seconds()
        faulthandler.dump_traceback_later(_SETTLES_WITHIN + seconds, exit=True, file=_STDERR)
        settle()
        faulthandler.dump_traceback_later(max(0.01, seconds), exit=True, file=_STDERR)
    except Exception:
        os._exit(code)
    with contextlib.suppress(Exception):
        _name_threads(seconds)
    raise SystemExit(code)


def _name_threads(seconds: float) -> None:
    others = [thread for thread in threading.enumerate() if not thread.daemon and thread is not threading.main_thread()]
    left = [thread.name for thread in others if not thread.name.startswith("glider-")]  # storage's, which have nothing to do
    if left:
        sys.stderr.write(f"glider: the task left threads ({', '.join(left)}), which get {seconds:g} s to end\n")


def _linger_seconds() -> float:
    try:
        seconds = float(os.environ.get(ENV_LINGER) or DEFAULT_LINGER)
    except ValueError:
        seconds = math.nan
    return seconds if 0 <= seconds <= _LONGEST_LINGER else DEFAULT_LINGER


def invalid_command(message: str) -> TaskError:
    """The failure of a command line that makes no sense."""
    from glider.outcome.exits import INVALID_COMMAND as FOUND
    from glider.settings.reading import read_reporting
    from glider.wire.errors import TaskError

    worker = read_reporting(os.environ).worker
    return TaskError(code=FOUND.code, kind=FOUND.kind, origin=FOUND.origin, message=message, worker=worker)


def report_failure(failure: TaskError, arguments: Sequence[str]) -> int:
    """In the summary, and in an error document if `arguments` name an output prefix; the exit code."""
    from glider.outcome.outcomes import exit_code
    from glider.outcome.report import Stored, store_error, write_summary
    from glider.settings.reading import read_reporting, settings_or_default
    from glider.wire.summary import Summary

    reporting = read_reporting(os.environ)
    prefix = _output_prefix(arguments)
    settings = settings_or_default(os.environ).storage
    stored = (
        store_error(failure, output_prefix=prefix, settings=settings, metadata={}, reporting=reporting) if prefix else Stored.NOT_WANTED
    )
    write_summary(Summary(error=failure), reporting)
    return exit_code(failure, reporting, stored=stored is Stored.YES)


def _output_prefix(arguments: Sequence[str]) -> str:
    name = "--output-prefix"
    for word, following in zip(arguments, [*arguments[1:], ""], strict=True):
        if word == name or word.startswith(f"{name}="):
            return following if word == name else word.removeprefix(f"{name}=")
    return ""
