"""From a parsed command line to the end of the process."""

from __future__ import annotations

import contextlib
import faulthandler
import gc
import math
import os
import sys
import threading
from typing import NoReturn

import click

from glider.cli.telling import invalid_command, tell
from glider.invocation import Invocation
from glider.supervision.line import ENDED, say
from glider.wire.contract import DEFAULT_LINGER, ENV_LINGER

_STDERR = 2  # by number: sys.stderr may be closed
#: A day, in seconds: more is a mistake, and faulthandler takes no infinity.
_LONGEST_LINGER = 86_400.0


def run(command: click.Command, arguments: list[str]) -> NoReturn:
    """Parses `arguments` with `command`, runs what they ask for, and ends the process."""
    try:
        asked = command.main(args=arguments, prog_name=command.name, standalone_mode=False)
    except click.ClickException as error:
        error.show()
        _end(tell(invalid_command(f"{command.name}: {error.format_message()}"), arguments))
    if not isinstance(asked, Invocation):  # --help
        _end(0)
    from glider.runtime.guard import run as run_guarded

    code = run_guarded(asked, os.environ)
    gc.freeze()  # the interpreter's last collection would go through all of flytekit: 50 ms
    _end(code)


def _end(code: int) -> NoReturn:
    """All is told. Exit handlers and threads that aren't daemons get a while, as in every Python; but a thread that never ends
    would keep the pod, and the news, for ever. The task may have closed stderr, or have left no room for the timer's thread.
    """
    say(ENDED, f"{code:d}")
    try:
        seconds = _linger_seconds()
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
