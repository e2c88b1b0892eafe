"""Which of our programs a command line means. Tasks have flytekit's names hard-coded, and sometimes what stands around them:
`flytekit_venv pyflyte-execute …`, `python -m flytekit.bin.entrypoint pyflyte-execute …`, `…/entrypoint.py pyflyte-execute …`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TypeAlias

EXECUTE = "execute"
MAP_EXECUTE = "map-execute"
FAST_EXECUTE = "fast-execute"

#: Its name and the arguments after it.
Program: TypeAlias = "tuple[str, list[str]]"


def find(command: Sequence[str]) -> Program | None:
    """Which of our programs runs `command`, program name first, and with which arguments; None for a command that isn't ours."""
    words = unwrapped(command)
    name = program_of(words[0])
    return None if name is None else (name, words[1:])


def program_of(word: str) -> str | None:
    """Which of our programs `word`, a name or a path, stands for."""
    prefix, _, program = os.path.basename(word).partition("-")  # noqa: PTH119 - pathlib is 5 ms of start-up
    return program if prefix in ("pyflyte", "glider") and program in (EXECUTE, MAP_EXECUTE, FAST_EXECUTE) else None


def unwrapped(command: Sequence[str]) -> list[str]:
    """`command` without what only leads to one of our programs in this same environment; all of it where that isn't so."""
    words = list(command)
    if os.path.basename(words[0]) == "flytekit_venv":  # noqa: PTH119
        del words[0]
    if len(words) > 1 and _is_this_python(words[0]):
        words = words[2:] if words[1] == "-m" else words[1:]
    if words and (words[0] == "flytekit.bin.entrypoint" or words[0].endswith("flytekit/bin/entrypoint.py")):
        del words[0]
    return words if words and program_of(words[0]) else list(command)


def _is_this_python(word: str) -> bool:
    name = os.path.basename(word)  # noqa: PTH119
    if not name.startswith("python"):
        return False
    import shutil

    found = shutil.which(word)
    return found is not None and os.path.dirname(os.path.abspath(found)) == os.path.dirname(sys.executable)  # noqa: PTH100, PTH120
