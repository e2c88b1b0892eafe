"""`--pdb`: the debugger at the user's own line of an error, with the frames of libraries below it and the executor's above."""

from __future__ import annotations

import pdb
import sys
from types import TracebackType

from glider.outcome.traces import users_lines


def stop_at(error: BaseException) -> None:
    """Start the debugger where the user's code raised `error`, or called what raised it; not where no line of theirs is on the way."""
    found = users_lines(error)
    if found is None:
        sys.stderr.write("no debugger: no line of the task's own code is on the way to this error\n")
        return
    raised, trace = found
    sys.stderr.write(f"\n{type(raised).__name__}: {raised}\n")
    debugger = pdb.Pdb()
    if below := _frames_below(raised.__traceback__, trace):
        debugger.rcLines.append(f"up {below}")
    debugger.reset()
    debugger.interaction(None, raised.__traceback__)


def _frames_below(whole: TracebackType | None, trace: TracebackType) -> int:
    """How many frames of `whole` come after `trace`."""
    frames = []
    while whole is not None:
        frames.append(whole)
        whole = whole.tb_next
    return len(frames) - 1 - frames.index(trace)
