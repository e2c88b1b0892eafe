"""An execution's task with the code of the working tree: what `glider rerun --code` runs.

What the task declares in that code counts: its interface, its resources, and so on. All else stays as it was registered, such
as the image and the packages, so that nothing has to be given again.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

from glider_client.registration.discovery import discover, find
from glider_client.registration.errors import RegistrationError, TaskNotFoundError
from glider_client.registration.found import FoundTask
from glider_client.registration.modules import root_of

Json = Mapping[str, Any]

_PRIMARY = "primary"
#: Of the old spec: who it was, and which code it had.
_REPLACED = ("id", "code")


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """Which function a command line runs. `mapped`: for each item of a list."""

    module: str
    name: str
    mapped: bool = False


def with_code(task: Json, path: Path) -> FoundTask:
    """`task`, the spec of a template, as it is with the code at `path`: a folder, or the file that has the function.

    Raises:
        RegistrationError: it isn't a Python function, or isn't there.
    """
    entry, full_name = entry_of(task), str((task.get("id") or {}).get("name") or "")
    if entry is None:
        raise RegistrationError(
            f"{full_name or 'the task'}: expected a command line with a task-module and a task-name, found another one. "
            "Only Python tasks can be run with other code."
        )
    found = found_in(path, entry, full_name=full_name)
    return found if found.unsupported else replace(found, spec=recoded(task, found.spec))


class ImportedAnew:
    """A context in which modules at `path` are imported from their files as they are now. This process has those again afterwards that
    it had before; entered once more, it has what was imported first.
    """

    def __init__(self, path: Path) -> None:
        self._root = root_of(path.resolve() if path.is_dir() else path.resolve().parent)
        self._others: dict[str, ModuleType] = {}

    def __enter__(self) -> None:
        self._swap()
        importlib.invalidate_caches()

    def __exit__(self, *_: object) -> None:
        self._swap()

    def _swap(self) -> None:
        before = _modules_below(self._root)
        for name in before:
            del sys.modules[name]
        sys.modules.update(self._others)
        self._others = before


def _modules_below(root: Path) -> dict[str, ModuleType]:
    """The user's own modules that have been imported from there: not the script that runs, nor what is installed, nor Glider itself."""
    found = {}
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__dict__", {}).get("__file__")  # getattr would import the modules that are lazy
        if not isinstance(file, str) or name == "__main__" or name.startswith("glider"):
            continue
        if Path(file).is_relative_to(root) and "site-packages" not in Path(file).parts:
            found[name] = module
    return found


def entry_of(task: Json) -> Entry | None:
    """The function that the task's command line names; None where it names none."""
    container = _containers(task)[0]
    words = [*map(str, container.get("command") or ()), *map(str, container.get("args") or ())]
    module, name = _after(words, "task-module"), _after(words, "task-name")
    mapped = any("map-execute" in word for word in words)
    return Entry(module=module, name=name, mapped=mapped) if module and name else None


def _after(words: list[str], option: str) -> str:
    """The word after `option`, with dashes or without them, where it stands last."""
    places = [place for place, word in enumerate(words[:-1]) if word.removeprefix("--") == option]
    return words[places[-1] + 1] if places else ""


def _containers(task: Json) -> list[Json]:
    """The container of the task, and then those beside it."""
    if "container" in task:
        return [task["container"]]
    containers = list((task["podTemplate"].get("spec") or {}).get("containers") or ())
    primary = task.get("primaryContainerName", _PRIMARY)
    return sorted(containers, key=lambda one: one.get("name") != primary) or [{}]


def found_in(path: Path, entry: Entry, *, full_name: str) -> FoundTask:
    """The task in the working tree: by its full name, or as the function that is run.

    Raises:
        RegistrationError: it isn't there, or can't be imported.
    """
    file = _file(path, entry.module)
    try:
        named = [task for task in discover([file]) if task.full_name == full_name]
    except TaskNotFoundError:
        named = []
    if named:
        return named[0]
    if entry.mapped:
        raise TaskNotFoundError(f"{file}: expected the map task {full_name}, found none of that name.")
    return find(file, entry.name)


def _file(path: Path, module: str) -> Path:
    if path.is_file():
        return path
    inner = Path(*module.split("."))
    for folder in (path, path / "src"):
        for file in (folder / inner.with_suffix(".py"), folder / inner / "__init__.py"):
            if file.is_file():
                return file
    raise RegistrationError(
        f"{path}: expected the module {module} as {inner.with_suffix('.py')} in it or in its src, found none; "
        f"name the file: --code PATH/{inner.name}.py"
    )


def recoded(old: Json, found: Json) -> dict[str, Any]:
    """The spec `old`, with what the code declares, `found`, in place of it."""
    kept = {name: value for name, value in old.items() if name not in _REPLACED}
    if "podTemplate" in found:
        kept = {name: value for name, value in kept.items() if name not in ("container", "podTemplate", "primaryContainerName")}
        return {**kept, **found}
    declared = {name: value for name, value in found.items() if name != "container"}
    if "container" in kept:
        return {**kept, **declared, "container": _container(kept["container"], found["container"])}
    template, primary = kept["podTemplate"], kept.get("primaryContainerName", _PRIMARY)
    containers = [
        _container(one, found["container"]) if one.get("name") == primary else one for one in template["spec"].get("containers") or ()
    ]
    return {**kept, **declared, "podTemplate": {**template, "spec": {**template["spec"], "containers": containers}}}


def _container(old: Json, found: Json) -> dict[str, Any]:
    variables = {one["name"]: one for one in (*(old.get("env") or ()), *(found.get("env") or ()))}
    return {**old, **found} | ({"env": list(variables.values())} if variables else {})
