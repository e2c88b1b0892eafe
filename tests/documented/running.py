"""Follows a page in a folder: each file is written, each command typed into a shell, its output compared with the page's."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from tests.documented.matching import mismatch, renamed
from tests.documented.reading import Command, WriteFile, steps

_TIMEOUT = 120.0


def follow(
    page: str, folder: Path, *, environment: Mapping[str, str] = os.environ, only: Callable[[Command], bool] = lambda command: True
) -> list[str]:
    """What differs from the page; empty where all is as it shows.

    Args:
        page: its text.
        folder: where the reader works.
        environment: the shell's variables. `glider` is this Python's.
        only: which commands are typed.
    """
    variables = {**environment, "PATH": os.pathsep.join((str(Path(sys.executable).parent), environment["PATH"])), "PYTHONUNBUFFERED": "1"}
    names: dict[str, str] = {}
    return list(_differences(steps(page), folder, variables, names, only))


def _differences(
    found: Iterable[WriteFile | Command], folder: Path, variables: Mapping[str, str], names: dict[str, str], only: Callable[[Command], bool]
) -> Iterable[str]:
    for step in found:
        match step:
            case WriteFile(path=path, text=text):
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_text(text)
            case Command(typed=typed, output=output) if only(step):
                printed = _printed(renamed(typed, names), folder, variables)
                if difference := mismatch(output, printed.splitlines(), names):
                    yield f"$ {typed}\n{difference}\n--- printed:\n{printed}"


def _printed(typed: str, folder: Path, variables: Mapping[str, str]) -> str:
    """Both streams, as on a terminal."""
    done = subprocess.run(
        ["bash", "-c", typed],
        cwd=folder,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=_TIMEOUT,
        check=False,
    )
    return done.stdout
