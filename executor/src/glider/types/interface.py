"""A function's inputs and outputs, from its type hints, and the maps of literals that go in and out.

Outputs are named as in flytekit (core/interface.py): the fields of a NamedTuple, else o0, o1, …; `-> None`, or no return
type, means that there are none.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from glider.storage.errors import StorageError, StorageNotConfiguredError, UnfitSourceError
from glider.types.errors import ConversionError, InterfaceError, ValueRaisedError, describe, describe_literal, type_name
from glider.types.hints import bare, is_union
from glider.types.registry import TYPES, check
from glider.wire.jsonform import Literal, LiteralMap


@dataclass(frozen=True, kw_only=True, slots=True)
class Signature:
    """Python types by name. `optional` are the inputs with defaults; `several` means that the function returns a tuple."""

    inputs: Mapping[str, Any]
    optional: frozenset[str]
    outputs: Mapping[str, Any]
    several: bool


def signature_of(function: Callable[..., Any]) -> Signature:
    """What `function` takes and returns.

    Raises:
        InterfaceError: a type hint is missing, can't be resolved, or can't be used; the message names the parameter.
    """
    try:
        hints = typing.get_type_hints(function, include_extras=True)
    except Exception as error:  # a hint is an expression of the user's, so anything can happen
        raise InterfaceError(f"the type hints can't be resolved: {type(error).__name__}: {error}") from error
    parameters = inspect.signature(function).parameters.values()
    inputs = {parameter.name: _input_type(parameter, hints) for parameter in parameters}
    optional = frozenset(parameter.name for parameter in parameters if parameter.default is not parameter.empty)
    outputs, several = _outputs(hints.get("return"))
    for name, hint in [*inputs.items(), *outputs.items()]:
        try:
            check(hint)
        except InterfaceError as error:
            raise InterfaceError(f"{name}: {error}") from error
    return Signature(inputs=inputs, optional=optional, outputs=outputs, several=several)


def _input_type(parameter: inspect.Parameter, hints: Mapping[str, Any]) -> Any:
    if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD, parameter.POSITIONAL_ONLY):
        raise InterfaceError(f"{parameter.name}: a task takes named parameters only, not *args, **kwargs or positional-only ones")
    if parameter.name not in hints:
        raise InterfaceError(f"{parameter.name}: expected a type hint, found none")
    return hints[parameter.name]


def _outputs(annotated: Any) -> tuple[dict[str, Any], bool]:
    hint = bare(annotated)
    if hint is None or hint is type(None):
        return {}, False
    if isinstance(hint, type) and hasattr(hint, "_fields") and issubclass(hint, tuple):
        return typing.get_type_hints(hint, include_extras=True), True
    if typing.get_origin(hint) is tuple:
        items = typing.get_args(hint)
        if Ellipsis in items:
            raise InterfaceError(f"return: expected a fixed number of outputs, found {type_name(hint)}")
        return {f"o{i}": item for i, item in enumerate(items)}, True
    return {"o0": annotated}, False


def to_arguments(literals: LiteralMap, signature: Signature) -> dict[str, Any]:
    """The keyword arguments for the function; what has a default may be missing.

    Raises:
        ConversionError: an input is missing, unknown, or of another type.
    """
    for name in literals.literals:
        if name not in signature.inputs:
            expected = f"one of {', '.join(signature.inputs)}" if signature.inputs else "no inputs"
            raise ConversionError(name, expected=expected, found="an unknown input")
    arguments = {}
    for name, hint in signature.inputs.items():
        if name in literals.literals:
            with _named(name, hint, literals.literals[name]):
                arguments[name] = TYPES.to_python(_given(literals.literals[name], hint), hint, name)
        elif name in signature.optional:
            continue
        elif _takes_none(hint):
            arguments[name] = None
        else:
            raise ConversionError(name, expected=type_name(hint), found="nothing")
    return arguments


def _given(literal: Literal, hint: Any) -> Literal:
    """The value itself where the interface has `integer?` and the function `int = 3`: a user who may omit it may also give it."""
    return literal.scalar.union.value if literal.scalar.HasField("union") and not is_union(bare(hint)) else literal


def _takes_none(hint: Any) -> bool:
    return is_union(bare(hint)) and type(None) in typing.get_args(bare(hint))


def to_literals(result: Any, signature: Signature) -> LiteralMap:
    """The function's result for the wire; files in it are uploaded.

    Raises:
        ConversionError: an output is of another type or can't be stored as it is, or there are too few or too many.
        StorageError: a file can't be uploaded.
    """
    values = _named_values(result, signature)
    literals = {}
    for name, hint in signature.outputs.items():
        with _named(name, hint, values[name]):
            literals[name] = TYPES.to_literal(values[name], hint, name)
    return LiteralMap(literals=literals)


@contextmanager
def _named(name: str, hint: Any, value: Any) -> Iterator[None]:
    """Any other exception of a conversion, as an error of the variable: most often it is a hook of the user's."""
    try:
        yield
    except UnfitSourceError as error:
        raise ConversionError(name, expected="files that can be stored", found=str(error)) from error
    except (ConversionError, ValueRaisedError, StorageError, StorageNotConfiguredError, MemoryError):
        raise
    except RecursionError as error:
        found = "one that holds itself, or is nested too deeply"
        raise ConversionError(name, expected=f"{type_name(hint)} of fewer levels", found=found) from error
    except Exception as error:
        found = describe_literal(value) if isinstance(value, Literal) else describe(value)
        raise ConversionError(name, expected=type_name(hint), found=f"{found} ({type(error).__name__}: {error})") from error


def _named_values(result: Any, signature: Signature) -> dict[str, Any]:
    names = list(signature.outputs)
    if not names:
        return {}
    if not signature.several:
        return {names[0]: result}
    if not isinstance(result, tuple) or len(result) != len(names):
        raise ConversionError("return", expected=f"a tuple of {len(names)} outputs ({', '.join(names)})", found=describe(result))
    return dict(zip(names, result, strict=True))
