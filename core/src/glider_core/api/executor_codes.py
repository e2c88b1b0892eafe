"""The executor's names for how an attempt ended, which become reasons (`docs/exits.md`). A test holds them and the executor together.

`SYSTEM` and codes with a colon, which are flytekit's, are none.
"""

from __future__ import annotations

EXECUTOR_CODES = frozenset(
    {
        "CodeMismatch",
        "CodeNotFound",
        "CommandFailed",
        "CommandNotFound",
        "Crashed",
        "ExecutorNotLoadable",
        "InvalidCode",
        "InvalidCommand",
        "InvalidInput",
        "InvalidOutput",
        "InvalidPackages",
        "InvalidSettings",
        "InvalidTask",
        "KeyboardInterrupt",
        "Killed",
        "NoCommand",
        "OOMKilled",
        "OutputTooLarge",
        "OutputsConflict",
        "ProcessExited",
        "PythonTooOld",
        "StorageNotConfigured",
        "StorageRefused",
        "SystemExit",
        "Terminated",
        "UnsupportedResult",
    }
)
