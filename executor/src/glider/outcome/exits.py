"""The one table of how an attempt can end badly: what it is called, whether another attempt may help, and whose failure it is.

docs/exits.md shows this table; a test holds them together. `outcomes` finds the row for an exception, `postmortem` the one for
a process that could report nothing. Codes with a colon and SYSTEM are flytekit's; the CamelCase ones are ours, and become the
status' reason. What differs from flytekit on purpose: a value that doesn't fit its type is the user's failure, not the
system's; and the ends that leave no error document there do here.
"""

from __future__ import annotations

from dataclasses import dataclass

from glider.wire.contract import ExitCode
from glider.wire.errors import CODE_RECOVERABLE, CODE_STORAGE_NOT_CONFIGURED, CODE_STORAGE_REFUSED, CODE_SYSTEM, CODE_USER, Kind, Origin

EXIT_TERMINATED = 128 + 15


@dataclass(frozen=True, kw_only=True, slots=True)
class Exit:
    """One row. An exception's own `error_code` may replace `code`."""

    situation: str
    code: str
    kind: Kind
    origin: Origin

    @property
    def exit_code(self) -> int:
        """How the process ends, under Glider."""
        return exit_code(code=self.code, kind=self.kind, origin=self.origin)


def exit_code(*, code: str, kind: Kind, origin: Origin) -> int:
    """How a process that failed so ends, under Glider."""
    if code == TERMINATED.code:
        return EXIT_TERMINATED
    if origin is Origin.SYSTEM:
        return ExitCode.SYSTEM
    return ExitCode.RECOVERABLE if kind is Kind.RECOVERABLE else ExitCode.USER


def _user(code: str, situation: str, *, kind: Kind = Kind.NON_RECOVERABLE) -> Exit:
    return Exit(situation=situation, code=code, kind=kind, origin=Origin.USER)


def _system(code: str, situation: str, *, kind: Kind = Kind.RECOVERABLE) -> Exit:
    return Exit(situation=situation, code=code, kind=kind, origin=Origin.SYSTEM)


_AGAIN, _FINAL = Kind.RECOVERABLE, Kind.NON_RECOVERABLE

RAISED = _user(CODE_USER, "the task raised an exception (MemoryError, RecursionError and OSError of a full disk too)")
RAISED_RECOVERABLE = _user(CODE_RECOVERABLE, "the task raised a `FlyteRecoverableException`, Glider's or flytekit's", kind=_AGAIN)
SYSTEM_EXIT = _user("SystemExit", "the task called `sys.exit(n)`, whatever n")
INTERRUPTED = _user("KeyboardInterrupt", "KeyboardInterrupt: raised, or by SIGINT")
NOT_LOADABLE = _user(CODE_USER, "the module, the function or the resolver isn't there, or fails to import")
INVALID_TASK = _user("InvalidTask", "the signature can't be a task's")
INVALID_INPUT = _user("InvalidInput", "an input is missing, unknown or of another type")
INVALID_OUTPUT = _user(
    "InvalidOutput",
    "an output is of another type or can't be stored as it is (a dangling link, a pipe), or the outputs are others than declared",
)
OUTPUT_TOO_LARGE = _user("OutputTooLarge", "an output is too large for a literal")
CODE_NOT_FOUND = _user("CodeNotFound", "fast registration, or `code.uri`: the store has no such code")
INVALID_CODE = _user("InvalidCode", "fast registration, or `code`: it is no archive, is broken, or holds what must not be unpacked")
CODE_MISMATCH = _system("CodeMismatch", "the archive of `code` has another SHA-256 than the template names", kind=_FINAL)
INVALID_PACKAGES = _user("InvalidPackages", "runtime packages aren't there, can't be built, or don't fit each other or this Python")
UNSUPPORTED_RESULT = _system("UnsupportedResult", "a flytekit task returned neither outputs nor futures", kind=_FINAL)
UNREADABLE_INPUTS = _system(CODE_SYSTEM, "inputs.pb is truncated or garbage")
STORE_FAILED = _system(CODE_SYSTEM, "inputs.pb is missing; the store can't be read or written; the disk is full while we write")
STORE_REFUSED = _system(
    CODE_STORAGE_REFUSED, "the store refuses us for good: wrong keys, no such bucket or host, a path that can't be written", kind=_FINAL
)
SETUP_FAILED = _system(CODE_SYSTEM, "the code's folder or flytekit's context can't be set up; the index of packages can't be reached")
STORAGE_NOT_CONFIGURED = _system(CODE_STORAGE_NOT_CONFIGURED, "a file or a large output without a store", kind=_FINAL)
INVALID_SETTINGS = _system("InvalidSettings", "a variable or an entry of the config file that makes no sense", kind=_FINAL)
INVALID_COMMAND = _system("InvalidCommand", "options that make no sense", kind=_FINAL)
OUTPUTS_CONFLICT = _system("OutputsConflict", "another process has stored its outcome under the same output prefix")
TERMINATED = _system("Terminated", "SIGTERM: the pod is being deleted, preempted or evicted")
OOM_KILLED = _user("OOMKilled", "the kernel killed the task's process for its memory", kind=_AGAIN)
CRASHED = _user("Crashed", "the task's process crashed: a segfault, an abort, a stack overflow in C", kind=_AGAIN)
KILLED = _user("Killed", "another signal ended the task's process: SIGKILL, SIGHUP, …", kind=_AGAIN)
LEFT = _user("ProcessExited", "the task's process ended by itself: `os._exit(n)`, `exit(n)` in C, whatever n", kind=_AGAIN)
LAUNCH_FAILED = _user("CommandFailed", "a launched command (`mpirun …`) failed, and no process of it reported why", kind=_AGAIN)
UNEXPECTED = _system(CODE_SYSTEM, "anything else")

#: In the order of docs/exits.md.
EXITS = (
    RAISED,
    RAISED_RECOVERABLE,
    SYSTEM_EXIT,
    INTERRUPTED,
    NOT_LOADABLE,
    INVALID_TASK,
    INVALID_INPUT,
    INVALID_OUTPUT,
    OUTPUT_TOO_LARGE,
    CODE_NOT_FOUND,
    INVALID_CODE,
    CODE_MISMATCH,
    INVALID_PACKAGES,
    UNSUPPORTED_RESULT,
    UNREADABLE_INPUTS,
    STORE_FAILED,
    STORE_REFUSED,
    SETUP_FAILED,
    STORAGE_NOT_CONFIGURED,
    INVALID_SETTINGS,
    INVALID_COMMAND,
    OUTPUTS_CONFLICT,
    TERMINATED,
    OOM_KILLED,
    CRASHED,
    KILLED,
    LEFT,
    LAUNCH_FAILED,
    UNEXPECTED,
)
