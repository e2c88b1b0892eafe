"""The little that can be told about an exception in any state of the process: without memory to speak of, and by nothing that a
task could have put something else in the place of, such as a built-in function. It is what the parent has to go by where all
further telling fails.
"""

from __future__ import annotations

import os
from types import TracebackType
from typing import Any

from glider.outcome import exits
from glider.outcome.exits import Exit
from glider.outcome.failures import TaskRaisedError
from glider.supervision.child import Failure

_OURS = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep  # noqa: PTH100, PTH120
_LONGEST = 2000
_MOST_LINES = 20
_type = type  # the built-in one, whatever a task may put in its place
#: Attributes as every exception has them, also one whose class says otherwise.
_cause_of: Any = BaseException.__dict__["__cause__"]
_traceback_of: Any = BaseException.__dict__["__traceback__"]


def brief(error: BaseException, *, shown: bool = True) -> Failure:
    """`error` by its name, its text and the lines where it came by. Raises nothing.

    Args:
        error: what came out of the run.
        shown: ask the exception for its text, which runs code of the user's and may never come back.
    """
    found, name = exits.UNEXPECTED, "an exception"
    try:
        cause = error
        if _type(error) is TaskRaisedError:
            found, cause = exits.RAISED, _cause_of.__get__(error)
        name = _type(cause).__name__
        text = f": {cause}"[:_LONGEST].replace("\n", "\n    ") if shown else ", which can't be shown"
        trace = f"Trace:\n\n    Traceback (most recent call last):{_lines(_traceback_of.__get__(cause))}"
        return _failure(found, f"{trace}\n\nMessage:\n\n    {name}{text}")
    except BaseException:  # the exception's class is the user's, and may be broken in every way
        return brief(error, shown=False) if shown else _failure(found, f"{name}, which can't be shown")


def _failure(found: Exit, message: str) -> Failure:
    return Failure(found.code, found.kind.value, found.origin.value, message)


def _lines(trace: TracebackType | None) -> str:
    lines: list[str] = []
    while trace is not None:
        code = trace.tb_frame.f_code
        if not code.co_filename.startswith(_OURS):
            lines.append(f'\n      File "{code.co_filename}", line {trace.tb_lineno}, in {code.co_name}')
        trace = trace.tb_next
    return "".join(lines[-_MOST_LINES:])
