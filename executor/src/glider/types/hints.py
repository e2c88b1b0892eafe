"""Taking type hints apart: what wraps a hint, what its type variables stand for, and what the fields of a class are."""

from __future__ import annotations

import inspect
import sys
import types
import typing
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

T = TypeVar("T")

Variables: typing.TypeAlias = Mapping[Any, Any]

#: What only qualifies the hint that it wraps, by name: typing_extensions has those that an older Python lacks.
_QUALIFIERS = ("Final", "Required", "NotRequired", "ReadOnly")


def bare(hint: Any) -> Any:
    """`hint` without its Annotated[…]."""
    return typing.get_args(hint)[0] if typing.get_origin(hint) is typing.Annotated else hint


def class_of(hint: Any) -> Any:
    """The class of a hint's values: of numpy.ndarray[…] numpy.ndarray; the hint itself where it names none."""
    hint = bare(hint)
    return typing.get_origin(hint) or hint


def annotations_of(hint: Any) -> tuple[Any, ...]:
    """What Annotated[…] has besides the type."""
    return typing.get_args(hint)[1:] if typing.get_origin(hint) is typing.Annotated else ()


def annotation_of(hint: Any, kind: type[T]) -> T | None:
    """The first of `hint`'s annotations that is a `kind`."""
    return next((found for found in annotations_of(hint) if isinstance(found, kind)), None)


def is_union(hint: Any) -> bool:
    """Whether `hint` is Optional[T], Union[A, B] or A | B."""
    return typing.get_origin(hint) in (typing.Union, types.UnionType)


def is_named_tuple(hint: Any) -> bool:
    """Whether `hint` is a NamedTuple."""
    return isinstance(hint, type) and issubclass(hint, tuple) and hasattr(hint, "_fields")


def is_typed_dict(hint: Any) -> bool:
    """Whether `hint` is a TypedDict, of typing or typing_extensions."""
    return isinstance(hint, type) and issubclass(hint, dict) and hasattr(hint, "__total__") and hasattr(hint, "__required_keys__")


def special_name(hint: Any) -> str | None:
    """The name of a special form of typing or typing_extensions: `Self`, `Final`, `Unpack`, …; of what has arguments, its origin's."""
    origin = typing.get_origin(hint) or hint
    name = getattr(origin, "_name", None) or getattr(origin, "__name__", None)
    return name if getattr(origin, "__module__", None) in ("typing", "typing_extensions") and isinstance(name, str) else None


def aliased(hint: Any) -> Any:
    """What a NewType, a `type` alias or LiteralString stands for; None where `hint` is none of these."""
    if (supertype := getattr(hint, "__supertype__", None)) is not None:
        return supertype
    origin = typing.get_origin(hint) or hint
    if type(origin).__name__ == "TypeAliasType":
        return substituted(
            _evaluated(origin.__value__, origin.__module__), dict(zip(origin.__type_params__, typing.get_args(hint), strict=False))
        )
    return str if special_name(hint) == "LiteralString" else None


def unwrapped(hint: Any) -> Any:
    """`hint` without all that has no bearing on the value's form: annotations, qualifiers, aliases, NewTypes."""
    while True:
        if typing.get_origin(hint) is typing.Annotated or (special_name(hint) in _QUALIFIERS and typing.get_args(hint)):
            hint = typing.get_args(hint)[0]
        elif (found := aliased(hint)) is not None:
            hint = found
        else:
            return hint


def substituted(hint: Any, variables: Variables) -> Any:
    """`hint` with its type variables replaced, as far as they are known."""
    if isinstance(hint, TypeVar):
        return variables.get(hint, hint)
    parameters = getattr(hint, "__parameters__", ())
    if isinstance(hint, type) and not typing.get_args(hint):  # a generic class, which has parameters of its own
        return hint
    if not parameters or not any(parameter in variables for parameter in parameters):
        return hint
    return hint[tuple(variables.get(parameter, parameter) for parameter in parameters)]


def _evaluated(hint: Any, module: str) -> Any:
    """`hint` with the names in it, if it has any, looked up in the module."""

    def holder() -> None: ...

    holder.__annotations__ = {"hint": hint}
    names = vars(sys.modules[module]) if module in sys.modules else {}
    return typing.get_type_hints(holder, names, include_extras=True)["hint"]


def default_of(variable: Any) -> Any:
    """What a type variable that nothing is known of stands for: its default, one of its constraints, its bound, or anything."""
    default = getattr(variable, "__default__", None)
    if default is not None and special_name(default) != "NoDefault" and type(default).__name__ not in ("NoDefaultType", "NoDefault"):
        return default
    if constraints := getattr(variable, "__constraints__", ()):
        return typing.Union[constraints]  # noqa: UP007 - a tuple of them
    bound = getattr(variable, "__bound__", None)
    return Any if bound is None else _evaluated(bound, variable.__module__)


def field_hints(cls: type, arguments: tuple[Any, ...] = (), *, extras: bool = True) -> dict[str, Any]:
    """The hints of a class' fields, inherited ones too, with the class' type arguments in their places; `extras` keeps Annotated.

    Raises:
        Exception: whatever the evaluation of a hint raises, a NameError most of all.
    """
    try:
        hints = typing.get_type_hints(cls, include_extras=extras)
    except NameError:  # a class inside a function names itself
        hints = typing.get_type_hints(cls, localns={cls.__name__: cls}, include_extras=extras)
    owners = {name: owner for owner in reversed(cls.__mro__) for name in _names(owner)}
    known = dict(_bindings(cls, arguments))
    return {name: substituted(hint, known.get(owners.get(name, cls), {})) for name, hint in hints.items()}


def _names(cls: type) -> list[str]:
    return list(inspect.get_annotations(cls)) if "__annotations__" in vars(cls) or "__annotate_func__" in vars(cls) else []


def _bindings(cls: Any, arguments: tuple[Any, ...]) -> Iterator[tuple[Any, dict[Any, Any]]]:
    """Each class that `cls` derives from, with what its type variables stand for there."""
    known = dict(zip(getattr(cls, "__parameters__", ()), arguments, strict=False))
    yield cls, known
    for base in types.get_original_bases(cls) if hasattr(types, "get_original_bases") else getattr(cls, "__orig_bases__", cls.__bases__):
        origin = typing.get_origin(base) or base
        if isinstance(origin, type) and origin not in (object, typing.Generic):
            yield from _bindings(origin, tuple(substituted(argument, known) for argument in typing.get_args(base)))
