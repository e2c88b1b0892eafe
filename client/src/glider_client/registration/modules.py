"""Imports the user's modules as the executor will: by their dotted name, with the folder of their package's root in sys.path.

What an import raises is reported by the user's own line, without a traceback of ours.
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import os
import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from glider.flytekit.imports import Deferral, after_import, skip_needless_resolving
from glider.settings.sources import is_true
from glider_client.registration.errors import RegistrationError, TaskNotFoundError, UserCodeError
from glider_client.registration.shadowing import warn_of_shadowing

_PACKAGE, _FLYTEKIT = "__init__.py", "flytekit"


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A module by its dotted name and the folder that goes into sys.path."""

    root: Path
    module: str


def place_of(path: Path, *, root: Path | None = None) -> Place:
    """The module that the file `path` is.

    Args:
        path: a Python file, or the folder of a package.
        root: the folder that goes into sys.path; by default the nearest one above `path` that is no package.

    Raises:
        RegistrationError: it can't be imported by any name.
    """
    file = path.resolve()
    if file.is_dir():
        file = file / _PACKAGE
    if path.is_dir() and not file.is_file():
        raise RegistrationError(
            f"{path}: expected a Python file, or the folder of a package, found a folder without {_PACKAGE}; name a file in it"
        )
    if not file.is_file():
        raise TaskNotFoundError(f"{path}: expected a Python file, a folder or a module's name, found nothing there")
    if file.suffix != ".py":
        raise RegistrationError(f"{path}: expected a Python file (.py), found {file.suffix or 'no suffix'}")
    root = root or root_of(file.parent)
    parts = list(file.relative_to(root).with_suffix("").parts)
    if parts[-1] == "__init__":
        parts.pop()
    for part in parts:
        if not part.isidentifier():
            raise RegistrationError(f"{path}: expected a name that Python can import, such as {_importable(part)}, found {part}; rename it")
    return Place(root=root, module=".".join(parts))


def root_of(folder: Path) -> Path:
    """The nearest folder from `folder` upwards that isn't a package."""
    while is_package(folder) and folder.parent != folder:
        folder = folder.parent
    return folder


def is_package(folder: Path) -> bool:
    """Whether Python takes it for a regular package."""
    return (folder / _PACKAGE).is_file()


def load(place: Place, *, file: Path | None = None) -> ModuleType:
    """The imported module.

    Args:
        place: the module.
        file: where it must come from, since another module may have the same name.

    Raises:
        UserCodeError: it can't be imported; the message has the user's own line.
        RegistrationError: another module of that name has been imported.
    """
    if file is not None:
        _check_name(place, file)
    warn_of_shadowing(place.root)
    _add_to_path(place.root)
    try:
        with _quick_flytekit(), contextlib.redirect_stdout(sys.stderr):  # standard output is the command's: -o yaml, names
            module = importlib.import_module(place.module)
    except (KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:  # a module may also call sys.exit()
        raise UserCodeError(_failure(error, place)) from error
    found = getattr(module, "__file__", None)
    if file is not None and (found is None or Path(found).resolve() != file.resolve()):
        raise RegistrationError(
            f"{file}: expected its module {place.module} to be imported from there, found {found or 'a built-in module'} by that name; "
            "rename one of them, or register them one after the other"
        )
    return module


def inner_line(file: Path, name: str) -> int | None:
    """The line of the function `name` in `file` that an import doesn't define; None where there is none. `outer.name` may name it, too."""
    try:
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return None
    wanted = name.rpartition(".")[2]
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return next((node.lineno for node in functions if node.name == wanted), None)


@contextlib.contextmanager
def _quick_flytekit() -> Iterator[None]:
    """Within it the user's `import flytekit` costs as little as in a task."""
    if _FLYTEKIT in sys.modules or not is_true(os.environ.get("GLIDER_LAZY_IMPORTS", "true")):
        yield
        return
    after_import(_FLYTEKIT, skip_needless_resolving, within=Deferral())
    finder = sys.meta_path[0]
    try:
        yield
    finally:
        if finder in sys.meta_path:  # nobody has imported it
            sys.meta_path.remove(finder)


def _check_name(place: Place, file: Path) -> None:
    top = place.module.partition(".")[0]
    if top in sys.stdlib_module_names:
        name = file.name if place.module == top else f"{top}/"
        raise RegistrationError(f"{file}: expected a name that no module of Python's standard library has, found {top}; rename {name}")


def _add_to_path(root: Path) -> None:
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
        importlib.invalidate_caches()


def _failure(error: BaseException, place: Place) -> str:
    """What the module raised, and where: the user's last line in the traceback."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}, line {error.lineno}: {type(error).__name__}: {error.msg}{_shown(error.text)}{_hint(error, place)}"
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_users(frame.filename, place.root)]
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    if not frames and isinstance(error, ModuleNotFoundError) and error.name and f"{place.module}.".startswith(f"{error.name}."):
        return f"{place.module}: expected a module in {place.root}, or an installed one, found none of the name {error.name}"
    if not frames:
        return f"the module {place.module} can't be imported from {place.root}: {what}{_hint(error, place)}"
    return f"{frames[-1].filename}, line {frames[-1].lineno}: {what}{_shown(frames[-1].line)}{_hint(error, place)}"


def _is_users(filename: str, root: Path) -> bool:
    if filename.startswith("<"):  # Python's own, such as <frozen importlib._bootstrap>
        return False
    path = os.path.realpath(filename)
    return path.startswith(f"{root}{os.sep}") and "site-packages" not in Path(path).parts


def _shown(line: str | None) -> str:
    return f" in `{line.strip()}`" if line and line.strip() else ""


def _hint(error: BaseException, place: Place) -> str:
    match error:
        case ModuleNotFoundError() if error.name and error.name.partition(".")[0] == place.module.partition(".")[0]:
            return ""
        case ModuleNotFoundError() if error.name:
            top = error.name.partition(".")[0]
            return f"; install {top} here, or register the folder that holds it if it is your own" if top.isidentifier() else ""
        case ImportError() if "circular import" in str(error):
            return "; move what both modules need into a third one"
        case ImportError() if "relative import" in str(error):
            return "; add __init__.py to the folder, so that it is a package"
        case SystemExit():
            return '; put what isn\'t for imports below `if __name__ == "__main__":`'
        case _:
            return ""


def _importable(part: str) -> str:
    name = "".join(letter if letter.isalnum() else "_" for letter in part)
    return f"_{name}" if name[:1].isdigit() else name
