"""Where modules are looked for, in this process (`sys.path`) and in those that it starts (PYTHONPATH)."""

from __future__ import annotations

import importlib
import os
import sys

_PYTHONPATH = "PYTHONPATH"
#: How the folders of installed packages are called.
INSTALLED = ("site-packages", "dist-packages")


def prepend(folder: str) -> None:
    """Before everything else, as the folder of the script is in `python script.py`."""
    sys.path.insert(0, folder)
    _set_inherited(folder, *_inherited())


def append_to_pythonpath(folder: str) -> None:
    """As the last entry of PYTHONPATH would be."""
    _set_inherited(*_inherited(), folder)
    if folder not in sys.path:
        sys.path.insert(_end_of_pythonpath(), folder)


def put_before_installed(folder: str) -> None:
    """Before what is installed, and after Python's own library, as a virtual environment's packages come before the system's."""
    place = next((i for i, entry in enumerate(sys.path) if os.path.basename(entry) in INSTALLED), _end_of_pythonpath())  # noqa: PTH119
    sys.path.insert(place, folder)
    _set_inherited(*_inherited(), folder)


def _inherited() -> list[str]:
    found = os.environ.get(_PYTHONPATH)
    return [] if found is None else [found]


def _set_inherited(*entries: str) -> None:
    os.environ[_PYTHONPATH] = os.pathsep.join(entries)
    importlib.invalidate_caches()


def _end_of_pythonpath() -> int:
    """Python puts PYTHONPATH's entries right before the standard library, of which the archive comes first, if only in name."""
    library = f"python{sys.version_info.major}{sys.version_info.minor}.zip"
    return next((place for place, entry in enumerate(sys.path) if os.path.basename(entry) == library), 0)  # noqa: PTH119
