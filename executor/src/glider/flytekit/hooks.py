"""A callback right after a package is first imported, whoever imports it.

Nobody knows whether a user's module imports flytekit before it does, and importing flytekit just in case would cost a
native task 0.6 s. But flytekit's execution context must stand before the user's module goes on (ImageSpec.is_container()
asks for it at import). So the context is set up from this hook, between flytekit's import and the user's next line.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType


def after_import(package: str, callback: Callable[[], None], *, within: AbstractContextManager[None] | None = None) -> None:
    """Calls `callback` once: now if `package` is imported already, else right after its first import, which runs `within`."""
    if package in sys.modules:
        callback()
    else:
        sys.meta_path.insert(0, _Finder(package, callback, within or nullcontext()))


class _Finder(MetaPathFinder):
    def __init__(self, package: str, callback: Callable[[], None], within: AbstractContextManager[None]) -> None:
        self._package = package
        self._callback = callback
        self._within = within

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name != self._package:
            return None
        sys.meta_path.remove(self)
        spec = find_spec(name)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader, self._callback, self._within)
        return spec


class _Loader(Loader):
    """The package's own loader, and the callback after it."""

    def __init__(self, loader: Loader, callback: Callable[[], None], within: AbstractContextManager[None]) -> None:
        self._loader = loader
        self._callback = callback
        self._within = within

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        module.__loader__ = self._loader
        with self._within:
            self._loader.exec_module(module)
        self._callback()
