"""A task that can't be loaded. The message says where it was looked for, since that is what people need to know next."""

from __future__ import annotations

import os
import sys

_MOST_ENTRIES = 20


class LoadError(Exception):
    """The task's code can't be found or imported. `__cause__` is the user's own exception, where there is one."""

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(f"{problem}\n{_searched()}")


class DistributionError(Exception):
    """The code that fast registration uploaded can't be used."""


class DistributionNotFoundError(DistributionError):
    """There is no such code in the store."""


class SetupError(Exception):
    """What the task's code is to run in can't be set up: packages of _F_RUNTIME_PACKAGES, flytekit's context."""


def _searched() -> str:
    folder = os.getcwd()  # noqa: PTH109
    try:
        entries = sorted(os.listdir(folder))  # noqa: PTH208
    except OSError as error:
        entries = [f"({error})"]
    shown = ", ".join(entries[:_MOST_ENTRIES]) + (", …" if len(entries) > _MOST_ENTRIES else "")
    path = "\n".join(f"    {entry or '(the current folder)'}" for entry in sys.path)
    return f"Looked for in the current folder {folder}, which holds: {shown or 'nothing'}\nand along sys.path:\n{path}"
