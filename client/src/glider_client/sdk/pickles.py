"""Values that would run code when they are loaded: pickles, and the formats that hold some. They are refused unless they are allowed,
since whoever wrote them, a task or who may write to the store, isn't whoever reads them.

A type that promises such a format is refused at once. Outputs may be forged, too: a pickle in place of a dict, or objects in an array.
So while a value is converted, Python itself refuses what a pickle needs for all that it does: a class or a function by its name. That
holds for every library, flytekit's plugins among them, and for nothing else that this process does meanwhile.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sized
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, partial
from typing import Any

from glider.wire.interface import LiteralType, format_type
from glider.wire.jsonform import FieldError, Literal, words

#: Of files that run code by design: cloudpickle's, torch's whole modules, joblib's, and Keras' with what they import.
_RUNS_CODE = frozenset({"PythonPickle", "PyTorchModule", "SklearnEstimator", "TensorFlowModel"})
_EXPECTED = "a value that runs no code when it is loaded, or Glider(allow_pickle=True) if you trust whoever wrote it"

#: What was refused to the conversion that runs here; None where none does. flytekit's threads inherit it.
_refused: ContextVar[list[str] | None] = ContextVar("glider_refused_to_pickles", default=None)


class PickleRefusedError(Exception):
    """A pickle asked for a class or a function."""


def without_pickles(convert: Callable[[], Any], *, literal: Literal, kind: LiteralType, field: str) -> Any:
    """What `convert` makes of `literal`, of the type `kind`; items that it converts later are kept from pickles, too.

    Raises:
        FieldError: it is a pickle, or holds one.
    """
    if _promises_code(kind) and _has_file(literal):
        raise FieldError(field, expected=_EXPECTED, found=words(f"{format_type(kind)}, a pickle"))
    return _later(_kept(convert, kind=kind, field=field), kind=kind, field=field)


def may_be_pickle(literal: Literal, kind: LiteralType) -> bool:
    """Whether a task that loads `literal`, of the type `kind`, may load a pickle: by what stands there, without loading it."""
    return _has_file(literal) if _promises_code(kind) else _names_pickle(literal, kind)


def _kept(convert: Callable[[], Any], *, kind: LiteralType, field: str) -> Any:
    with _refusing() as refused:
        try:
            value = convert()
        except Exception as error:  # each library wraps a refusal in its own
            if not refused:
                raise
            raise _found(refused[0], kind, field) from error
    if refused:  # somebody caught it, and went on
        raise _found(refused[0], kind, field)
    return value


def _found(name: str, kind: LiteralType, field: str) -> FieldError:
    return FieldError(field, expected=_EXPECTED, found=words(f"{format_type(kind)} with a pickle that asks for {name}"))


@contextmanager
def _refusing() -> Iterator[list[str]]:
    _install()
    refused: list[str] = []
    token = _refused.set(refused)
    try:
        yield refused
    finally:
        _refused.reset(token)


@cache
def _install() -> None:
    """Once a process: a hook can't be removed."""
    sys.addaudithook(_on_event)


def _on_event(event: str, arguments: tuple[Any, ...]) -> None:
    if event != "pickle.find_class" or (refused := _refused.get()) is None:
        return
    refused.append(".".join(map(str, arguments)))
    raise PickleRefusedError(f"expected a pickle without code, found one that asks for {refused[-1]}")


def _promises_code(kind: LiteralType) -> bool:
    match kind.WhichOneof("type"):
        case "blob":
            return kind.blob.format in _RUNS_CODE
        case "collection_type":
            return _promises_code(kind.collection_type)
        case "map_value_type":
            return _promises_code(kind.map_value_type)
        case "union_type":
            return any(map(_promises_code, kind.union_type.variants))
        case _:
            return False


def _has_file(literal: Literal) -> bool:
    match literal.WhichOneof("value"):
        case "collection":
            return any(map(_has_file, literal.collection.literals))
        case "map":
            return any(map(_has_file, literal.map.literals.values()))
        case "offloaded_metadata":
            return True
        case _ if literal.scalar.HasField("union"):
            return _has_file(literal.scalar.union.value)
        case _:
            return bool(literal.scalar.HasField("blob"))


def _names_pickle(literal: Literal, kind: LiteralType) -> bool:
    """Whether it is a pickle in the place of a dict; a struct in a file of its own may be one."""
    match literal.WhichOneof("value"):
        case "collection":
            return any(_names_pickle(item, kind) for item in literal.collection.literals)
        case "map":
            return any(_names_pickle(item, kind) for item in literal.map.literals.values())
        case "offloaded_metadata":
            return "struct" in format_type(kind)
        case _ if literal.scalar.HasField("union"):
            return _names_pickle(literal.scalar.union.value, kind)
        case _:
            return literal.scalar.HasField("generic") and literal.metadata.get("format") == "pickle"


def _later(value: Any, *, kind: LiteralType, field: str) -> Any:
    """`value` with its iterators of literals, ours and flytekit's, kept from pickles. Those of open files and of lines have no length."""
    later = partial(_later, kind=kind, field=field)
    if type(value) is list:
        return [later(item) for item in value]
    if type(value) is dict:
        return {key: later(item) for key, item in value.items()}
    return _Items(value, kind=kind, field=field) if isinstance(value, Iterator) and isinstance(value, Sized) else value


class _Items(Iterator[Any]):
    """Items that are converted when they are asked for; `iter()` starts again."""

    def __init__(self, items: Any, *, kind: LiteralType, field: str) -> None:
        self._items, self._kind, self._field = items, kind, field

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> _Items:
        iter(self._items)
        return self

    def __next__(self) -> Any:
        return _later(_kept(self._following, kind=self._kind, field=self._field), kind=self._kind, field=self._field)

    def _following(self) -> Any:
        return next(self._items)
