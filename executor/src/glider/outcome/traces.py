"""An exception as people see it, in flytekit's form: the traceback, then the message.

The traceback holds the user's own lines: the frames of Glider, flytekit and the import machinery that stand before them
show nothing about the failure, and go.
"""

from __future__ import annotations

import importlib
import os
import sys
import textwrap
import traceback
from collections.abc import Callable, Iterator
from types import TracebackType

_OURS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120
_STANDARD = os.path.dirname(os.__file__)  # noqa: PTH120
_LONGEST_TEXT = 1 << 20


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
        traceback.clear_frames(error.__traceback__)  # what the task's functions held: a report takes memory too
    text = text_of(error)
    if len(text) <= _LONGEST_TEXT:
        trace = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    else:  # each step makes a copy of it
        text = f"{text[:_LONGEST_TEXT]}[…]"
        trace = "".join(["Traceback (most recent call last):\n", *traceback.format_tb(error.__traceback__)])
    message = note if note is not None else f"{type(error).__name__}: {text}"
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


def members_of(error: BaseException) -> list[BaseException]:
    """Those of a group, or of what Pythons before 3.11 have in its place."""
    found = getattr(error, "exceptions", ())
    return [member for member in found if isinstance(member, BaseException)] if isinstance(found, tuple) else []


def has_users_lines(error: BaseException) -> bool:
    """Whether a line of the user's own code is on the way to `error`, its causes and members. A library's isn't."""
    return any(_from_first(one.__traceback__, _is_users) is not None for one in _chain(error))


def users_lines(error: BaseException) -> tuple[BaseException, TracebackType] | None:
    """The last line of the user's own on the way to `error`, and which of its causes and members was raised from there: the first of
    them, which is the one that is reported. A library's line counts where no other code is the user's.
    """
    for wanted in (_is_users, lambda name: _is_foreign(name) and not _is_standard(name)):
        for one in _chain(error):
            if (trace := _last(one.__traceback__, wanted)) is not None:
                return one, trace
    return None


def _last(trace: TracebackType | None, wanted: Callable[[str], bool]) -> TracebackType | None:
    found = None
    while (trace := _from_first(trace, wanted)) is not None:
        found, trace = trace, trace.tb_next
    return found


def _cut_chain(error: BaseException) -> None:
    for one in _chain(error):
        is_ours = type(one).__module__.startswith("glider.")  # our own words, which need no lines of Python's library
        one.__traceback__ = _from_first(one.__traceback__, _is_users) if is_ours else _from_users_code(one.__traceback__)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """`error`, its causes and contexts, and the members of groups among them."""
    seen: set[int] = set()
    left: list[BaseException | None] = [error]
    while left:
        current = left.pop()
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        left += [current.__cause__, current.__context__, *members_of(current)]
        yield current


def _from_users_code(trace: TracebackType | None) -> TracebackType | None:
    """From the first frame that is the user's, or else a library's; where none is, from the first of flytekit's."""
    return (
        _from_first(trace, lambda name: _is_foreign(name) and not _is_standard(name))
        or _from_first(trace, _is_foreign)
        or _from_first(trace, _is_flytekits)
    )


def _from_first(trace: TracebackType | None, wanted: Callable[[str], bool]) -> TracebackType | None:
    while trace is not None and not wanted(trace.tb_frame.f_code.co_filename):
        trace = trace.tb_next
    return trace


def _is_users(filename: str) -> bool:
    return _is_foreign(filename) and not _is_standard(filename) and not _is_installed(filename)


def _is_standard(filename: str) -> bool:
    """Of Python's own library, asyncio's loops for one."""
    return filename.startswith("<frozen ") or (_is_below(filename, _STANDARD) and not _is_installed(filename))


def _is_installed(filename: str) -> bool:
    return "site-packages" in filename or "dist-packages" in filename


def _is_foreign(filename: str) -> bool:
    return not _is_ours(filename) and not _is_flytekits(filename)


def _is_ours(filename: str) -> bool:
    importing = filename.startswith("<frozen importlib") or filename == importlib.__file__
    return importing or _is_below(filename, _OURS)


def _is_flytekits(filename: str) -> bool:
    theirs = getattr(sys.modules.get("flytekit"), "__file__", None)
    return theirs is not None and _is_below(filename, os.path.dirname(theirs))  # noqa: PTH120


def _is_below(filename: str, folder: str) -> bool:
    return os.path.abspath(filename).startswith(folder + os.sep)  # noqa: PTH100
