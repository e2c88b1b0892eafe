"""Files of the user's that Python imports instead of its own modules, also in the pod, where the executor then can't start."""

from __future__ import annotations

import functools
import sys
from pathlib import Path

#: What neither Python nor the executor imports; tests are often called so, too.
_HARMLESS = frozenset({"antigravity", "idlelib", "test", "this", "tkinter", "turtle", "turtledemo"})


def shadowing(root: Path) -> list[Path]:
    """The modules and packages in `root` that are called like modules of the standard library."""
    names = sys.stdlib_module_names - _HARMLESS
    try:
        found = sorted(path for path in root.iterdir() if (path.stem if path.suffix == ".py" else path.name) in names)
        return [path for path in found if (path.is_file() if path.suffix == ".py" else (path / "__init__.py").is_file())]
    except OSError:
        return []


@functools.cache
def warn_of_shadowing(root: Path) -> None:
    """Reports them on standard error, once for a folder."""
    for path in shadowing(root):
        sys.stderr.write(
            f"Warning: {path} has the name of a module of Python's standard library, so Python and Glider would import it instead of "
            f"their own {path.stem}; rename it\n"
        )
