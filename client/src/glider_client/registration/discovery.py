"""Finds the tasks in files, folders and modules; what can't be run is found too, with the reason, and never left out."""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from types import ModuleType
from typing import Any

from glider_client.registration.errors import RegistrationError, TaskNotFoundError
from glider_client.registration.flytekit_tasks import flytekit_task, is_flytekit, module_of, other_entities
from glider_client.registration.found import FoundTask
from glider_client.registration.modules import Place, inner_line, is_package, load, place_of, root_of
from glider_client.registration.options import options_of
from glider_client.registration.requirements import script_requirements
from glider_client.registration.shadowing import warn_of_shadowing

_SUFFIX = ".py"
#: Files that are for tools, and do something when they are imported.
_FOR_TOOLS = frozenset({"setup.py", "conftest.py", "noxfile.py", "fabfile.py"})
#: Folders that hold no tasks of the user's.
_SKIPPED = frozenset({"__pycache__", "node_modules", "site-packages", "build", "dist"})
_MOST_NAMED = 10


def discover(paths: Sequence[Path], *, modules: Sequence[str] = (), names: Sequence[str] = ()) -> list[FoundTask]:
    """All tasks in `paths` and `modules`, in the order in which they stand there.

    Args:
        paths: files, and folders, in which all Python files are read.
        modules: modules by name, in this folder or installed.
        names: take these alone; plain functions that nothing declares a task can be among them.

    Raises:
        RegistrationError: there are none, or one of the user's modules can't be imported.
    """
    loaded = [*_modules_in(paths), *(found for name in modules for found in _modules_called(name))]
    found: dict[str, FoundTask] = {}
    for module, root in loaded:
        for task in _tasks_in(module, root=root, names=names):
            found.setdefault(f"{task.module}.{task.name}", task)
    missing = [name for name in names if all(task.name != name for task in found.values())]
    if missing or not found:
        raise TaskNotFoundError(_none_found([module for module, _ in loaded], missing, where=paths))
    return list(found.values())


def find(path_or_module: str | Path, name: str) -> FoundTask:
    """The task or function `name` in a file, a package's folder or a module.

    Raises:
        RegistrationError: there is none, or the user's module can't be imported.
    """
    path = Path(path_or_module)
    if isinstance(path_or_module, Path) or path.suffix == _SUFFIX or os.sep in path_or_module or path.exists():
        place = place_of(path)
        module, root = load(place, file=_file_of(path)), place.root
    else:
        module, root = _module_by_name(str(path_or_module))
    if not hasattr(module, name):
        raise TaskNotFoundError(_none_found([module], [name]))
    return replace(_described(getattr(module, name), module=module, name=name, root=root), packages=_packages_of(module))


def describe(value: Any) -> FoundTask:
    """`value`, a function or a task of flytekit's, as it stands in the module that it was written in.

    Raises:
        RegistrationError: it can't be found there, so a pod could not find it either.
    """
    function = getattr(value, "task_function", value)
    name = str(getattr(function, "__name__", None) or getattr(value, "name", ""))
    module = sys.modules.get(getattr(function, "__module__", None) or module_of(value))
    file = getattr(module, "__file__", None)
    if module is None or not file or not Path(file).is_file():  # of a script on standard input it is "<stdin>"
        raise RegistrationError(f"{name}: expected a task of a Python file, found one of an interactive session; put it into a file")
    place = place_of(Path(file))
    warn_of_shadowing(place.root)
    found = getattr(module, name, None)
    if found is not value and getattr(found, "task_function", None) is not function:
        raise RegistrationError(
            f"{file}: expected {name} as a top-level name of its module, since a pod imports it by that; "
            "found it inside a function, or under another name"
        )
    if module.__name__ == "__main__":
        module = load(place, file=Path(file))
        value = getattr(module, name)
    found_task = _described(value, module=module, name=name, root=place.root, dotted=place.module)
    return replace(found_task, packages=_packages_of(module))


def _modules_in(paths: Sequence[Path]) -> Iterator[tuple[ModuleType, Path]]:
    for path in paths:
        if path.is_dir():
            folder = path.resolve()
            for file in dict.fromkeys(file.resolve() for file in _files_in(folder)):  # a link beside its file is the same once more
                # A package in it has a root of its own, as with a src layout; elsewhere folders are namespaces of what was given.
                root = root_of(file.parent if is_package(file.parent) else folder)
                yield load(place_of(file, root=root), file=file), root
        else:
            place = place_of(path)
            yield load(place, file=path.resolve()), place.root


def _files_in(folder: Path) -> Iterator[Path]:
    """The Python files below `folder` that can hold tasks: hidden folders, virtual environments and caches are skipped."""
    for current, folders, files in os.walk(folder):
        here = Path(current)
        folders[:] = sorted(
            name
            for name in folders
            if name not in _SKIPPED and not name.startswith(".") and name.isidentifier() and not (here / name / "pyvenv.cfg").exists()
        )
        yield from (
            here / name
            for name in sorted(files)
            if name.endswith(_SUFFIX) and name.removesuffix(_SUFFIX).isidentifier() and name not in _FOR_TOOLS
        )


def _modules_called(name: str) -> Iterator[tuple[ModuleType, Path]]:
    """The module, or all modules of the package."""
    module, root = _module_by_name(name)
    if hasattr(module, "__path__"):
        yield from _modules_in([Path(module.__file__ or "").parent])
    else:
        yield module, root


def _module_by_name(name: str) -> tuple[ModuleType, Path]:
    """A module as `python -m` finds it: in this folder, or installed."""
    here = Path.cwd()
    module = load(Place(root=here, module=name))
    file = getattr(module, "__file__", None)
    if file is None:
        raise RegistrationError(f"{name}: expected a module of Python source, found one without a file")
    root = Path(file).resolve().parent
    for _ in range(name.count(".") + (Path(file).name == "__init__.py")):
        root = root.parent
    return module, root


def _file_of(path: Path) -> Path:
    return (path / "__init__.py" if path.is_dir() else path).resolve()


def _tasks_in(module: ModuleType, *, root: Path, names: Sequence[str]) -> Iterator[FoundTask]:
    """Those that were written in `module`, and not imported into it."""
    seen: set[int] = set()
    packages = _packages_of(module)
    for name, value in list(vars(module).items()):
        if id(value) in seen or (names and name not in names):
            continue
        named = name in names
        if (is_flytekit(value) and module_of(value) in ("", module.__name__)) or (
            inspect.isroutine(value) and (named or options_of(value) is not None) and value.__module__ == module.__name__
        ):
            seen.add(id(value))
            yield replace(_described(value, module=module, name=name, root=root), packages=packages)
    if not names:
        for entity in other_entities(module):
            if id(entity) not in seen and module_of(entity) == module.__name__:
                seen.add(id(entity))
                name = str(entity.name).rpartition(".")[2]
                yield replace(_described(entity, module=module, name=name, root=root), packages=packages)


def _packages_of(module: ModuleType) -> tuple[str, ...]:
    return tuple(script_requirements(Path(module.__file__ or "")))


def _described(value: Any, *, module: ModuleType, name: str, root: Path, dotted: str | None = None) -> FoundTask:
    dotted = dotted or module.__name__
    if is_flytekit(value):
        return flytekit_task(value, module=dotted, name=name, root=root)
    if inspect.isroutine(value):
        from glider_client.registration.functions import function_task  # the types of plain functions take a while

        return function_task(value, module=dotted, name=name, root=root)
    raise TaskNotFoundError(
        f"{module.__file__}: expected a function or a task by the name {name}, found a value of the type {type(value).__name__}"
    )


def _none_found(modules: Sequence[ModuleType], missing: Sequence[str], *, where: Sequence[Path] = ()) -> str:
    files = ", ".join(str(module.__file__) for module in modules[:_MOST_NAMED])
    if not files:
        return f"{', '.join(map(str, where))}: expected Python files with tasks, found no Python file"
    known = [name for module in modules for name, value in vars(module).items() if _may_be_named(value, module)]
    there = f"the functions {', '.join(known[:_MOST_NAMED])}" if known else "no function"
    if not missing:
        return (
            f"{files}: expected a task, declared by @glider.task or flytekit's @task, found {there}; "
            f"{'name one of them' if known else 'write one'}"
        )
    if line := next((line for module in modules if (line := inner_line(Path(module.__file__ or ""), missing[0]))), None):
        return (
            f"{files}: expected {missing[0]} at the top level of its module, since a pod imports it by its name, found it in line {line} "
            'inside a function, a class or `if __name__ == "__main__":`; move it out'
        )
    meant = get_close_matches(missing[0], known, n=1)
    return f"{files}: expected a task {missing[0]}, found {there}" + (f"; did you mean {meant[0]}?" if meant else "")


def _may_be_named(value: Any, module: ModuleType) -> bool:
    own = getattr(value, "__module__", None) == module.__name__
    return (inspect.isfunction(value) and own and not value.__name__.startswith("_")) or (
        is_flytekit(value) and module_of(value) == module.__name__
    )
