"""From a parsed command line to the end of the process."""

from __future__ import annotations

import faulthandler
import gc
import os
import signal
import sys
import threading
from typing import NoReturn

import click

from glider.runtime.invocation import Invocation
from glider.supervision.line import ENDED, say
from glider.wire.contract import DEFAULT_LINGER, ENV_LINGER


def run(command: click.Command, arguments: list[str]) -> NoReturn:
    """Parses `arguments` with `command`, runs what they ask for, and ends the process."""
    gc.disable()  # until the task is loaded
    faulthandler.register(signal.SIGUSR1)
    try:
        asked = command.main(args=arguments, prog_name=command.name, standalone_mode=False)
    except click.ClickException as error:
        error.show()
        _tell(f"{command.name}: {error.format_message()}")
        _end(error.exit_code)
    if not isinstance(asked, Invocation):  # --help
        _end(0)
    from glider.runtime.guard import run as run_guarded

    code = run_guarded(asked, os.environ)
    gc.freeze()  # the interpreter's last collection would go through all of flytekit: 50 ms
    _end(code)


def _end(code: int) -> NoReturn:
    """All is told. Exit handlers and threads that aren't daemons get a while, as in every Python; but a thread that never ends
    would keep the pod, and the news, for ever.
    """
    say(ENDED, str(int(code)))
    seconds = _linger_seconds()
    left = [thread.name for thread in threading.enumerate() if not thread.daemon and thread is not threading.main_thread()]
    if left:
        sys.stderr.write(f"glider: the task left threads ({', '.join(left)}), which get {seconds:g} s to end\n")
    faulthandler.dump_traceback_later(max(0.01, seconds), exit=True)
    sys.exit(code)


def _linger_seconds() -> float:
    try:
        return float(os.environ.get(ENV_LINGER) or DEFAULT_LINGER)
    except ValueError:
        return DEFAULT_LINGER


def _tell(message: str) -> None:
    """A command line that makes no sense has no output prefix to write an error document to, but it has a summary."""
    from glider.runtime.report import write_summary
    from glider.settings.reading import read_reporting
    from glider.wire.errors import Kind, Origin, TaskError
    from glider.wire.summary import Summary

    told = TaskError(code="InvalidCommand", kind=Kind.NON_RECOVERABLE, origin=Origin.SYSTEM, message=message)
    write_summary(Summary(error=told), read_reporting(os.environ))
