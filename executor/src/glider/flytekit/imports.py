"""What happens when flytekit is imported: its context is set up, and what most tasks never use is left until it is used.

Deferring what it imports saves half of what `import flytekit` costs.

Nothing is faked where anybody could see it. Only while the package `flytekit` itself is imported, and only for flytekit's own
modules, an import of one of `DEFERRED` gives a placeholder. It stands for the module, or a name in it, in that module's
globals; its first use (a call, an attribute, a base class, an isinstance) imports the real thing, which then takes the place of
every placeholder of that package. sys.modules never holds a placeholder, and whoever else imports such a package, the user's
code, a plugin, gets the package itself. Reading an attribute of a module of flytekit gives the real thing too, so that
`from flytekit import FlyteRemote` is the class. GLIDER_LAZY_IMPORTS=0 switches all this off.

`after_import` calls back right after a package is first imported, whoever imports it. Nobody knows whether a user's module
imports flytekit before it does, and importing flytekit just in case would cost a native task 0.6 s. But flytekit's execution
context must stand before the user's module goes on (ImageSpec.is_container() asks for it at import). So the context is set up
from this hook, between flytekit's import and the user's next line.

`skip_needless_resolving` keeps flytekit from importing its client of Flyte's control plane (110 ms) for every literal that it
converts. flytekit lets that client's module replace `flyte://` URIs in each literal. Where nobody has imported the module, and
no such URI is there, it has nothing to replace.
"""

from __future__ import annotations

import builtins
import contextlib
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType, TracebackType
from typing import Any, Union

#: Measured with flytekit 1.16: what each costs, with all that it alone brings, of the 450 ms of `import flytekit`.
DEFERRED = frozenset(
    {
        "flytekit.remote",  # 110 ms, most of it aiohttp and grpc: a client of Flyte's control plane
        "requests",  # 35 ms: image specs ask registries
        "rich",  # 25 ms: tracebacks in colour
        "markdown_it",  # 17 ms: decks in markdown
        "docker",  # 11 ms: the patterns of .dockerignore
        "croniter",  # 10 ms: schedules
        "jsonlines",  # 7 ms: JSON iterators
        "cloudpickle",
        "grpc",
        "keyring",
        "joblib",
    }
)
_FLYTEKIT = "flytekit"
#: What `typing`, `abc` and `inspect` ask any object for; a placeholder has none of it.
_ASKED_OF_ALL = frozenset({"__origin__", "__args__", "__parameters__", "__isabstractmethod__", "__wrapped__", "__set_name__", "__get__"})


class Deferral:
    """A context manager: within it flytekit's modules get placeholders."""

    def __init__(self) -> None:
        self._importers: dict[str, dict[str, Any]] = {}
        self._deferred: set[str] = set()
        self._is_importing = False
        self._import = builtins.__import__

    def __enter__(self) -> None:
        self._import, self._is_importing = builtins.__import__, True
        builtins.__import__ = self._deferring  # type: ignore[assignment]  # its Any is less than a module

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        builtins.__import__, self._is_importing = self._import, False
        for name in self._importers:
            module = sys.modules.get(name)
            if type(module) is ModuleType:
                module.__class__ = _Honest
        for package in self._deferred:
            after_import(package, partial(self._settle, package))

    def _deferring(
        self,
        name: str,
        globals: dict[str, Any] | None = None,
        locals: Mapping[str, Any] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> Any:
        """`__import__`. A package that isn't there fails as ever, where it is imported."""
        importer = str((globals or {}).get("__name__"))
        if level or "*" in (fromlist or ()) or not _is_deferred(name, importer):
            return self._import(name, globals, locals, fromlist or (), level)
        self._importers.setdefault(importer, globals or {})
        self._deferred.add(_package_of(name))
        if name == "rich" and tuple(fromlist or ()) == ("traceback",):
            return _RichTraceback
        module = name if fromlist else name.partition(".")[0]
        return Placeholder(self, module, ())

    def resolve(self, placeholder: Placeholder) -> Any:
        """The real thing; it takes the place of all placeholders of its package."""
        found = _real(placeholder)  # no lock of ours: the import's own locks know how not to wait for each other
        self._settle(_package_of(placeholder._module))
        return found

    def _settle(self, package: str) -> None:
        """The package is there, whoever has imported it: an except clause, for one, must not meet a placeholder any more."""
        for names in self._importers.values():
            for name, value in list(names.items()):
                if type(value) is Placeholder and _package_of(value._module) == package:
                    with contextlib.suppress(ImportError, AttributeError):  # whoever uses it gets this error
                        names[name] = _real(value)

    @property
    def is_importing(self) -> bool:
        """Whether flytekit's import is under way."""
        return self._is_importing


def _is_deferred(name: str, importer: str) -> bool:
    if importer.partition(".")[0] != _FLYTEKIT or importer.startswith("flytekit.remote"):
        return False
    package = _package_of(name)
    if package not in DEFERRED or package in sys.modules:
        return False
    return package.startswith("flytekit.") or find_spec(package) is not None


class Placeholder:
    """A module, or something in it, that nobody has used yet."""

    __slots__ = ("_deferral", "_module", "_names")

    def __init__(self, deferral: Deferral, module: str, names: tuple[str, ...]) -> None:
        for slot, value in zip(Placeholder.__slots__, (deferral, module, names), strict=True):
            object.__setattr__(self, slot, value)

    def __getattr__(self, name: str) -> Any:
        """While flytekit is imported its annotations ask for names, which need nothing real."""
        if name in _ASKED_OF_ALL or name.startswith("__typing_"):
            raise AttributeError(name)
        if self._deferral.is_importing and not name.startswith("__"):
            return Placeholder(self._deferral, self._module, (*self._names, name))
        return getattr(self._deferral.resolve(self), name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._deferral.resolve(self), name, value)

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        """What the real thing returns."""
        return self._deferral.resolve(self)(*arguments, **options)

    def __getitem__(self, key: Any) -> Any:
        return self._deferral.resolve(self)[key]

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[Any, ...]:
        return (self._deferral.resolve(self),)

    def __instancecheck__(self, instance: Any) -> bool:
        return isinstance(instance, self._deferral.resolve(self))

    def __subclasscheck__(self, kind: type) -> bool:
        return issubclass(kind, self._deferral.resolve(self))

    def __or__(self, other: Any) -> Any:
        return Union.__getitem__((self, other))

    def __ror__(self, other: Any) -> Any:
        return Union.__getitem__((other, self))

    def __reduce__(self) -> Any:
        return _named, (self._module, self._names)

    def __repr__(self) -> str:
        return f"<{'.'.join([self._module, *self._names])}, not imported yet>"


class _Honest(ModuleType):
    """A module of flytekit whose attributes are real: only its own functions, by its globals, see placeholders."""

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        return found._deferral.resolve(found) if type(found) is Placeholder else found

    def __getattr__(self, name: str) -> Any:
        """A part of the package that was never imported, such as flytekit.remote."""
        full = f"{self.__name__}.{name}"
        if full not in DEFERRED:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        return import_module(full)


class _RichTraceback:
    """`from rich import traceback`, of which flytekit's import calls install()."""

    class traceback:  # noqa: N801 - rich's name
        """rich.traceback."""

        @staticmethod
        def install(**options: Any) -> None:
            """Has uncaught exceptions shown by rich, which is imported when there is one."""
            former = sys.excepthook

            def show(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
                sys.excepthook = former
                from rich.traceback import install

                install(**options)
                sys.excepthook(kind, error, trace)

            sys.excepthook = show


def _package_of(module: str) -> str:
    """Flytekit's parts count for themselves, as in `DEFERRED`."""
    parts = module.split(".")
    return ".".join(parts[:2]) if parts[0] == _FLYTEKIT else parts[0]


def _real(placeholder: Placeholder) -> Any:
    return _named(placeholder._module, placeholder._names)


def _named(module: str, names: Sequence[str]) -> Any:
    """The module, or what stands in it under these names: an attribute, or else a module of its own."""
    found: Any = import_module(module)
    for name in names:
        if not hasattr(found, name) and isinstance(found, ModuleType):
            import_module(f"{found.__name__}.{name}")
        found = getattr(found, name)
    return found


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


_RESOLVER = "flytekit.remote.remote_fs"
_SCHEME = "flyte://"


def skip_needless_resolving() -> None:
    """To be called once flytekit is imported. A flytekit that does it otherwise is left alone."""
    from flytekit.core import type_engine

    resolve = getattr(type_engine, "modify_literal_uris", None)
    if resolve is None:
        return

    def resolve_if_needed(literal: Any) -> None:
        if _RESOLVER in sys.modules or _is_needed(literal):
            resolve(literal)

    for name in ("flytekit.core.type_engine", "flytekit.types.structured.structured_dataset"):
        module = sys.modules.get(name)
        if module is not None and getattr(module, "modify_literal_uris", None) is resolve:
            module.modify_literal_uris = resolve_if_needed  # type: ignore[attr-defined]


def _is_needed(literal: Any) -> bool:
    if literal.collection:
        return any(_is_needed(child) for child in literal.collection.literals)
    if literal.map:
        return any(_is_needed(child) for child in literal.map.literals.values())
    scalar = literal.scalar
    if not scalar:
        return False
    if scalar.union:
        return _is_needed(scalar.union.value)
    offloaded = scalar.blob or scalar.structured_dataset
    return bool(offloaded and (offloaded.uri or "").startswith(_SCHEME))
