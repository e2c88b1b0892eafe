"""From the resolver and its arguments to the target.

flytekit's default resolver is `import module; getattr(module, name)`, so it needs no flytekit: a plain function registered
with it runs in an image that hasn't got flytekit. Every other resolver is imported and asked.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from typing import Any

from glider.loading.errors import LoadError, SetupError
from glider.loading.mapping import load_mapped
from glider.loading.target import FlytekitTask, NativeTask, Reference, Target

DEFAULT_RESOLVER = "flytekit.core.python_auto_container.default_task_resolver"


def load(reference: Reference) -> Target:
    """The task that `reference` names.

    Raises:
        LoadError: it can't be found or imported, or isn't a task.
    """
    _add_current_folder()
    return load_mapped(reference, load=_load, ask=_ask) if reference.mapped else _load(reference)


def _load(reference: Reference) -> Target:
    if reference.resolver in (None, DEFAULT_RESOLVER):
        module, name = _default_arguments(reference.arguments)
        return _as_target(_attribute(_import(module), name), name=f"{module}.{name}")
    return _ask(reference)


def _add_current_folder() -> None:
    """At the end, as flytekit does: what is installed wins over what lies about."""
    folder = os.getcwd()  # noqa: PTH109
    if all(os.path.realpath(entry) != folder for entry in sys.path):
        sys.path.append(folder)


def _default_arguments(arguments: Sequence[str]) -> tuple[str, str]:
    """Flytekit takes them by position; the words before module and name don't matter."""
    if len(arguments) < 4:
        raise LoadError(f"expected the resolver's arguments `task-module MODULE task-name NAME`, found `{' '.join(arguments)}`")
    return arguments[1], arguments[3]


def _ask(reference: Reference) -> Target:
    resolver, arguments = str(reference.resolver), " ".join(reference.arguments)
    module, _, name = resolver.rpartition(".")
    if not module:
        raise LoadError(f'expected a resolver such as package.module.resolver, found "{resolver}"')
    found = _attribute(_import(module), name)
    if not hasattr(found, "load_task"):
        raise LoadError(f"{resolver} is no task resolver: it is a {type(found).__name__} without a method load_task")
    more = {}
    if reference.mapped:  # flytekit names the class there, not an instance
        found = found() if isinstance(found, type) else found
        more = {"max_concurrency": reference.mapped.max_concurrency}
    try:
        task = found.load_task(loader_args=list(reference.arguments), **more)
    except Exception as error:
        raise LoadError(f"the resolver {resolver} can't load `{arguments}`: {type(error).__name__}: {error}") from error
    return _as_target(task, name=arguments)


def _import(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except SetupError:
        raise
    except Exception as error:
        raise LoadError(f'the module "{name}" can\'t be imported: {type(error).__name__}: {error}') from error


def _attribute(module: Any, name: str) -> Any:
    try:
        return getattr(module, name)
    except AttributeError as error:
        here = getattr(module, "__file__", None) or "no file"
        raise LoadError(f'the module "{module.__name__}" ({here}) has no "{name}"{_meant(module, name)}') from error


def _meant(module: Any, name: str) -> str:
    """The nearest names, if there are any."""
    import difflib  # 5 ms, and names are rarely wrong

    near = difflib.get_close_matches(name, [known for known in vars(module) if not known.startswith("__")], n=2)
    return f"; did you mean {' or '.join(near)}?" if near else ""


def _as_target(found: Any, *, name: str) -> Target:
    if hasattr(found, "dispatch_execute"):
        return FlytekitTask(name=name, task=found)
    kind = type(found)
    if any(base.__module__.partition(".")[0] == "flytekit" for base in kind.__mro__):
        raise LoadError(f"{name} is a {kind.__name__} of flytekit, not a task")
    if isinstance(found, type) or not callable(found):
        raise LoadError(f"{name} is a {kind.__name__}; expected a function or a flytekit task")
    return NativeTask(name=name, function=found)
