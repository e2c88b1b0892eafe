"""From what was raised to what is reported about it. `exits` has the table of ends; here is which exception means which.

`brief` works in any state of the process: with hardly any memory, and with nothing that a task could have replaced, such as a
built-in function. It is what the parent reports where all else fails.
"""

from __future__ import annotations

import os
from dataclasses import replace
from types import TracebackType
from typing import Any

from glider.loading.errors import (
    CodeMismatchError,
    DistributionError,
    DistributionNotFoundError,
    InvalidPackagesError,
    LoadError,
    SetupError,
)
from glider.outcome import exits, failures
from glider.outcome.exits import Exit
from glider.outcome.failures import TaskRaisedError
from glider.outcome.traces import describe_failure, has_users_lines, members_of, text_of
from glider.settings.model import Reporting, SettingsError
from glider.storage.errors import BucketNotFoundError, ObjectNotFoundError, StorageError, StorageNotConfiguredError, UnfitSourceError
from glider.supervision.child import FailureReport
from glider.wire.errors import Kind, TaskError, shortened

_LONGEST = 256 * 1024
OOM_HINT = (
    "While the task ran, the kernel killed a process of this container because there was no memory left for it. "
    "Raise its memory limit, or let fewer processes work at once."
)

#: First match wins; the exception is compared before its cause.
_TABLE: tuple[tuple[type[BaseException], Exit], ...] = (
    (failures.TerminatedError, exits.TERMINATED),
    (StorageNotConfiguredError, exits.STORAGE_NOT_CONFIGURED),
    (UnfitSourceError, exits.INVALID_OUTPUT),
    (StorageError, exits.STORE_FAILED),
    (failures.InvalidCommandError, exits.INVALID_COMMAND),
    (failures.UnreadableInputsError, exits.UNREADABLE_INPUTS),
    (failures.OutputsConflictError, exits.OUTPUTS_CONFLICT),
    (SettingsError, exits.INVALID_SETTINGS),
    (InvalidPackagesError, exits.INVALID_PACKAGES),
    (SetupError, exits.SETUP_FAILED),
    (CodeMismatchError, exits.CODE_MISMATCH),
    (failures.UnsupportedResultError, exits.UNSUPPORTED_RESULT),
    (failures.InvalidInputError, exits.INVALID_INPUT),
    (failures.InvalidOutputError, exits.INVALID_OUTPUT),
    (failures.OutputTooLargeError, exits.OUTPUT_TOO_LARGE),
    (failures.InvalidTaskError, exits.INVALID_TASK),
    (LoadError, exits.NOT_LOADABLE),
    (DistributionNotFoundError, exits.CODE_NOT_FOUND),
    (DistributionError, exits.INVALID_CODE),
    (SystemExit, exits.SYSTEM_EXIT),
    (KeyboardInterrupt, exits.INTERRUPTED),
)


def task_error(error: BaseException, *, worker: str, oom_kills: int = 0) -> TaskError:
    """What is reported about `error`, whatever it is. `oom_kills` is how many processes the kernel killed for their memory meanwhile."""
    try:
        found, message = exit_of(error), _message(error)
    except Exception as problem:  # an exception class of the user's may break whatever it likes
        found, message = exits.RAISED, f"{brief(error).message}, which can't be shown any further: {type(problem).__name__}"
    failure = TaskError(code=found.code, kind=found.kind, origin=found.origin, message=shortened(message, _LONGEST), worker=worker)
    return with_oom_kills(failure, oom_kills)


def with_oom_kills(failure: TaskError, oom_kills: int) -> TaskError:
    """`failure`, where the kernel killed `oom_kills` processes of the container meanwhile: what the task raised then came of it."""
    if oom_kills <= 0:
        return failure
    if failure.code != exits.RAISED.code or failure.origin is not exits.RAISED.origin:
        return replace(failure, message=f"{failure.message}\n\n{OOM_HINT}")
    found = exits.OOM_KILLED
    return replace(failure, code=found.code, kind=found.kind, message=f"{OOM_HINT} The task then raised:\n\n{failure.message}")


def exit_code(error: TaskError, reporting: Reporting, *, stored: bool) -> int:
    """How the process ends. Under propeller it is 0 where an error document is stored, as Flyte expects."""
    if reporting.under_glider or error.code == exits.TERMINATED.code:
        return exits.exit_code(code=error.code, kind=error.kind, origin=error.origin)
    return int(reporting.fail_on_error or not stored)


def exit_of(error: BaseException) -> Exit:
    """The row of the table for `error`."""
    if isinstance(error, failures.TaskRaisedError):
        return _raised_by_task(_cause(error))
    if isinstance(error, (failures.InvalidInputError, failures.InvalidOutputError)) and _is_storage(_cause(error)):
        return _from_table(_cause(error), default=exits.UNEXPECTED)
    return _from_table(error, default=exits.RAISED if _is_users(error) else exits.UNEXPECTED)


def _is_users(error: BaseException) -> bool:
    """What is no Exception is of the user's code, wherever that ran: at its module's import, in a `__post_init__`. But for panics of
    Rust, which are obstore's outside of the task.
    """
    return not isinstance(error, Exception) and type(error).__module__ != "pyo3_runtime"


def _raised_by_task(error: BaseException) -> Exit:
    """Of a group, as asyncio's TaskGroup raises one, what a member asks for: another attempt may help if it may help one of them."""
    for member in members_of(error):
        if (found := _raised_by_task(member)).kind is Kind.RECOVERABLE:
            return found
    default = exits.RAISED_RECOVERABLE if _is_recoverable(error) else exits.RAISED
    if isinstance(error, ObjectNotFoundError) and not isinstance(error, BucketNotFoundError):
        return default  # the task asked for what isn't there, as with open() of a path
    return _from_table(error, default=replace(default, code=_own_code(error) or default.code))


def _from_table(error: BaseException, *, default: Exit) -> Exit:
    if isinstance(error, StorageError) and error.lasting:
        return exits.STORE_REFUSED
    return next((found for kind, found in _TABLE if isinstance(error, kind)), default)


def _is_storage(error: BaseException) -> bool:
    return isinstance(error, (StorageError, StorageNotConfiguredError))


def _is_recoverable(error: BaseException) -> bool:
    """Ours, or flytekit's for users; recognised by name, since flytekit may not be there."""
    names = {("glider.exceptions", "FlyteRecoverableException"), ("flytekit.exceptions.user", "FlyteRecoverableException")}
    return any((kind.__module__, kind.__qualname__) in names for kind in type(error).__mro__)


def _own_code(error: BaseException) -> str | None:
    """An exception may bring its code as `error_code`, on itself or its class; flytekit's rule."""
    found = getattr(error, "error_code", None) or getattr(type(error), "error_code", None)
    return str(found) if isinstance(found, (str, int)) else None


def _message(error: BaseException) -> str:
    cause = _cause(error)
    match cause:
        case SystemExit():
            return describe_failure(cause, note=f"SystemExit: the task called sys.exit({cause.code!r}) before it returned")
        case _ if isinstance(error, failures.TaskRaisedError) or _is_users(error):
            return describe_failure(cause if isinstance(error, failures.TaskRaisedError) else error)
        case _ if isinstance(error, LoadError) and error.__cause__ is not None:
            return describe_failure(error.__cause__, note=text_of(error))
        case _ if isinstance(error, _CONVERTING) and error.__cause__ is not None and has_users_lines(error.__cause__):
            return describe_failure(error.__cause__, note=text_of(error))
        case _ if isinstance(error, _PLAIN):
            return text_of(error)
        case _:
            return describe_failure(error, whole=True)


#: Failures of conversions, in which code of the user's may run: a transformer, a dataclass' __post_init__, a type hint.
_CONVERTING = (failures.InvalidInputError, failures.InvalidOutputError, failures.InvalidTaskError)

#: Failures that no line of code explains better than their message does.
_PLAIN = (
    failures.TerminatedError,
    failures.OutputsConflictError,
    failures.InvalidInputError,
    failures.InvalidOutputError,
    failures.OutputTooLargeError,
    failures.InvalidTaskError,
    failures.UnsupportedResultError,
    failures.UnreadableInputsError,
    failures.InvalidCommandError,
    StorageError,
    StorageNotConfiguredError,
    SettingsError,
    SetupError,
    CodeMismatchError,
    DistributionError,
    LoadError,
)


def _cause(error: BaseException) -> BaseException:
    return error if error.__cause__ is None else error.__cause__


_OURS = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep  # noqa: PTH100, PTH120
_LONGEST_BRIEF = 2000
_MOST_LINES = 20
_type = type  # the built-in one, whatever a task may put in its place
#: Attributes as every exception has them, also one whose class declares others.
_cause_of: Any = BaseException.__dict__["__cause__"]
_traceback_of: Any = BaseException.__dict__["__traceback__"]


def brief(error: BaseException, *, shown: bool = True) -> FailureReport:
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
        text = f": {cause}"[:_LONGEST_BRIEF].replace("\n", "\n    ") if shown else ", which can't be shown"
        trace = f"Trace:\n\n    Traceback (most recent call last):{_lines(_traceback_of.__get__(cause))}"
        return _failure(found, f"{trace}\n\nMessage:\n\n    {name}{text}")
    except BaseException:  # the exception's class is the user's, and may be broken in every way
        return brief(error, shown=False) if shown else _failure(found, f"{name}, which can't be shown")


def _failure(found: Exit, message: str) -> FailureReport:
    return FailureReport(found.code, found.kind.value, found.origin.value, message)


def _lines(trace: TracebackType | None) -> str:
    lines: list[str] = []
    while trace is not None:
        code = trace.tb_frame.f_code
        if not code.co_filename.startswith(_OURS):
            lines.append(f'\n      File "{code.co_filename}", line {trace.tb_lineno}, in {code.co_name}')
        trace = trace.tb_next
    return "".join(lines[-_MOST_LINES:])
