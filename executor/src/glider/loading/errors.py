"""A task that can't be loaded. The message names where it was looked for, since that is what people need to know next."""

from __future__ import annotations

import os
import sys

_MOST_ENTRIES = 20


class LoadError(Exception):
    """The task's code can't be found or imported. `__cause__` is the user's own exception, where there is one."""

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(f"{problem}{_forbidden()}\n{_searched()}")


class DistributionError(Exception):
    """The code that was uploaded apart from the image can't be used."""


class DistributionNotFoundError(DistributionError):
    """There is no such code in the store."""


class CodeMismatchError(Exception):
    """The task's code isn't the archive whose SHA-256 its template has."""


class SetupError(Exception):
    """What the task's code is to run in can't be set up: packages of _F_RUNTIME_PACKAGES, flytekit's context."""


class InvalidPackagesError(SetupError):
    """Packages of _F_RUNTIME_PACKAGES that aren't there, or don't fit each other or this Python."""


def _forbidden() -> str:
    """What is there and may not be looked into, which may be why nothing was found; with what to do about it."""
    found = [folder for folder in dict.fromkeys(entry or os.curdir for entry in sys.path) if _is_denied(folder)]
    if not found:
        return ""
    user = f"user {os.getuid()}" if hasattr(os, "getuid") else "this user"
    return (
        f"; {', '.join(found)} can't be read by {user}: set securityContext.runAsUser of the pod or the container "
        "to the user that the image was made for"
    )


def _is_denied(folder: str) -> bool:
    try:
        if os.path.isfile(folder):  # noqa: PTH113 - a zipped library
            return False
        os.listdir(folder)  # noqa: PTH208
    except OSError as error:
        return isinstance(error, PermissionError)
    return False


def _searched() -> str:
    folder, entries = "", []
    try:
        folder = os.getcwd()  # noqa: PTH109
        entries = sorted(os.listdir(folder))  # noqa: PTH208
    except OSError as error:
        entries = [f"({error})"]
    shown = ", ".join(entries[:_MOST_ENTRIES]) + (", …" if len(entries) > _MOST_ENTRIES else "")
    path = "\n".join(f"    {entry or '(the current folder)'}" for entry in sys.path)
    return f"Looked for in the current folder {folder}, which holds: {shown or 'nothing'}\nand along sys.path:\n{path}"
