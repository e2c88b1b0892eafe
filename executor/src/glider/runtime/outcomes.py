"""The one table of what a failure means: its code, whether a retry may help, whose it is, and the exit code.

Codes with a colon and SYSTEM are flytekit's; the CamelCase ones are ours, and become the status' reason. What differs
from flytekit on purpose: a value that doesn't fit its type is the user's failure, not the system's; and sys.exit(),
KeyboardInterrupt and SIGTERM, which leave no error document there, do here.
"""

from __future__ import annotations

from dataclasses import dataclass

from glider.loading.errors import DistributionError, DistributionNotFoundError, LoadError, SetupError
from glider.runtime import failures
from glider.runtime.traces import describe_failure, text_of
from glider.settings.model import Reporting, SettingsError
from glider.storage.errors import StorageError, StorageNotConfiguredError
from glider.wire.contract import ExitCode
from glider.wire.errors import CODE_RECOVERABLE, CODE_STORAGE_NOT_CONFIGURED, CODE_SYSTEM, CODE_USER, Kind, Origin, TaskError

CODE_TERMINATED = "Terminated"
EXIT_TERMINATED = 128 + 15


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What a failure means."""

    code: str
    kind: Kind
    origin: Origin


def _user(code: str, kind: Kind = Kind.NON_RECOVERABLE) -> Verdict:
    return Verdict(code=code, kind=kind, origin=Origin.USER)


def _system(code: str, kind: Kind) -> Verdict:
    return Verdict(code=code, kind=kind, origin=Origin.SYSTEM)


#: First match wins; the exception is looked at before its cause.
_TABLE: tuple[tuple[type[BaseException], Verdict], ...] = (
    (failures.TerminatedError, _system(CODE_TERMINATED, Kind.RECOVERABLE)),
    (StorageNotConfiguredError, _system(CODE_STORAGE_NOT_CONFIGURED, Kind.NON_RECOVERABLE)),
    (StorageError, _system(CODE_SYSTEM, Kind.RECOVERABLE)),
    (failures.UnreadableInputsError, _system(CODE_SYSTEM, Kind.RECOVERABLE)),
    (SettingsError, _system("InvalidSettings", Kind.NON_RECOVERABLE)),
    (SetupError, _system(CODE_SYSTEM, Kind.RECOVERABLE)),
    (failures.UnsupportedResultError, _system("UnsupportedResult", Kind.NON_RECOVERABLE)),
    (failures.InvalidInputError, _user("InvalidInput")),
    (failures.InvalidOutputError, _user("InvalidOutput")),
    (failures.OutputTooLargeError, _user("OutputTooLarge")),
    (failures.InvalidTaskError, _user("InvalidTask")),
    (LoadError, _user(CODE_USER)),
    (DistributionNotFoundError, _user("CodeNotFound")),
    (DistributionError, _user("InvalidCode")),
    (SystemExit, _user("SystemExit")),
    (KeyboardInterrupt, _user("KeyboardInterrupt")),
)
_USERS_OWN = _user(CODE_USER)
_UNEXPECTED = _system(CODE_SYSTEM, Kind.RECOVERABLE)


def task_error(error: BaseException, *, worker: str) -> TaskError:
    """What is told about `error`, whatever it is."""
    verdict = _verdict(error)
    message = _message(error).encode(errors="backslashreplace").decode()  # protobuf takes no lone surrogates
    return TaskError(code=verdict.code, kind=verdict.kind, origin=verdict.origin, message=message, worker=worker)


def exit_code(error: TaskError, reporting: Reporting, *, stored: bool) -> int:
    """How the process ends. Under propeller a stored error document is told by exit code 0, as Flyte expects."""
    if error.code == CODE_TERMINATED:
        return EXIT_TERMINATED
    if not reporting.under_glider:
        return int(reporting.fail_on_error or not stored)
    if error.origin is Origin.SYSTEM:
        return ExitCode.SYSTEM
    return ExitCode.RECOVERABLE if error.kind is Kind.RECOVERABLE else ExitCode.USER


def _verdict(error: BaseException) -> Verdict:
    if isinstance(error, failures.TaskRaisedError):
        return _raised_by_task(_cause(error))
    if isinstance(error, (failures.InvalidInputError, failures.InvalidOutputError)) and _is_storage(_cause(error)):
        return _from_table(_cause(error), default=_UNEXPECTED)
    return _from_table(error, default=_UNEXPECTED)


def _raised_by_task(error: BaseException) -> Verdict:
    kind = Kind.RECOVERABLE if _is_recoverable(error) else Kind.NON_RECOVERABLE
    default = _user(_own_code(error) or (CODE_RECOVERABLE if kind is Kind.RECOVERABLE else CODE_USER), kind)
    return _from_table(error, default=default)


def _from_table(error: BaseException, *, default: Verdict) -> Verdict:
    return next((verdict for kind, verdict in _TABLE if isinstance(error, kind)), default)


def _is_storage(error: BaseException) -> bool:
    return isinstance(error, (StorageError, StorageNotConfiguredError))


def _is_recoverable(error: BaseException) -> bool:
    """Ours, or flytekit's for users; told by name, since flytekit may not be there."""
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
        case _ if isinstance(error, failures.TaskRaisedError):
            return describe_failure(cause)
        case _ if isinstance(error, LoadError) and error.__cause__ is not None:
            return describe_failure(error.__cause__, note=text_of(error))
        case _ if isinstance(error, _PLAIN):
            return text_of(error)
        case _:
            return describe_failure(error, whole=True)


#: Failures that no line of code explains better than their message does.
_PLAIN = (
    failures.TerminatedError,
    failures.InvalidInputError,
    failures.InvalidOutputError,
    failures.OutputTooLargeError,
    failures.InvalidTaskError,
    failures.UnsupportedResultError,
    failures.UnreadableInputsError,
    StorageError,
    StorageNotConfiguredError,
    SettingsError,
    SetupError,
    DistributionError,
    LoadError,
)


def _cause(error: BaseException) -> BaseException:
    return error.__cause__ or error
