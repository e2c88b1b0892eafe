"""An exception as people see it, in flytekit's form: the traceback, then the message.

The traceback holds the user's own lines: the frames of Glider, flytekit and the import machinery that stand before them
say nothing about the failure, and go.
"""

from __future__ import annotations

import importlib
import os
import sys
import textwrap
import traceback
from collections.abc import Callable
from types import TracebackType

_OURS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120


def describe_failure(error: BaseException, *, note: str | None = None, whole: bool = False) -> str:
    """`error` with its causes.

    Args:
        error: what was raised.
        note: replaces the exception's own text in the message.
        whole: keep every frame; for a failure that is not of the user's code.
    """
    if not whole:
        _cut_chain(error)
    if isinstance(error, MemoryError):
        traceback.clear_frames(error.__traceback__)  # what the task's functions held: telling takes memory too
    trace = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    message = note if note is not None else f"{type(error).__name__}: {text_of(error)}"
    return framed(trace, message)


def framed(trace: str, message: str) -> str:
    """Both in flytekit's form."""
    return f"Trace:\n\n{textwrap.indent(trace, '    ')}\nMessage:\n\n{textwrap.indent(message, '    ')}"


def text_of(error: BaseException) -> str:
    """str(error), which a user's class may have broken."""
    try:
        return str(error)
    except BaseException as broken:
        return f"<str() of the exception failed: {type(broken).__name__}>"


def _cut_chain(error: BaseException) -> None:
    """Along causes, contexts and the members of groups."""
    seen: set[int] = set()
    left: list[BaseException | None] = [error]
    while left:
        current = left.pop()
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        current.__traceback__ = _from_users_code(current.__traceback__)
        left += [current.__cause__, current.__context__]
        members = getattr(current, "exceptions", ())
        left += [member for member in members if isinstance(member, BaseException)] if isinstance(members, tuple) else []


def _from_users_code(trace: TracebackType | None) -> TracebackType | None:
    """From the first frame that is the user's; where none is, from the first of flytekit's."""
    return _from_first(trace, lambda name: not _is_ours(name) and not _is_flytekits(name)) or _from_first(trace, _is_flytekits)


def _from_first(trace: TracebackType | None, wanted: Callable[[str], bool]) -> TracebackType | None:
    while trace is not None and not wanted(trace.tb_frame.f_code.co_filename):
        trace = trace.tb_next
    return trace


def _is_ours(filename: str) -> bool:
    importing = filename.startswith("<frozen importlib") or filename == importlib.__file__
    return importing or _is_below(filename, _OURS)


def _is_flytekits(filename: str) -> bool:
    theirs = getattr(sys.modules.get("flytekit"), "__file__", None)
    return theirs is not None and _is_below(filename, os.path.dirname(theirs))  # noqa: PTH120


def _is_below(filename: str, folder: str) -> bool:
    return os.path.abspath(filename).startswith(folder + os.sep)  # noqa: PTH100
