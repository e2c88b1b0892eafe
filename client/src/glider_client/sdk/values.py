"""Python values <-> the plain JSON that an execution's inputs and outputs are.

With the task's type hints at hand its own transformers convert, so that a value arrives as the task would write it, and
files are uploaded. Without them, as for a template that is only known by name, values go by what they are themselves.
What is plain JSON already passes in either case: the interface decides.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import partial
from typing import Any, TypeAlias

from glider.storage.errors import StorageNotConfiguredError
from glider.types.errors import ConversionError, InterfaceError, ValueRaisedError, type_name
from glider.types.registry import TYPES
from glider.wire.contract import MAX_INLINE_INPUTS_BYTES
from glider.wire.interface import Interface, LiteralType, format_type
from glider.wire.jsonform import (
    FieldError,
    Json,
    Literal,
    LiteralMap,
    accepts_none,
    from_literal,
    nothing,
    to_literal,
    to_literal_map,
    words,
)
from glider_client.sdk.hints import Hints
from glider_client.sdk.pickles import without_pickles

#: What a client sets to have a store, for messages.
STORAGE_PREFIX = "GLIDER_STORAGE_PREFIX"
_PLAIN = (str, int, float, bool, type(None))

Values: TypeAlias = Mapping[str, Any]


def inputs_of(values: Values, *, interface: Interface, hints: Hints | None = None, required: bool = True) -> LiteralMap:
    """The literals of `values`; what they leave out has a default.

    Args:
        values: Python values by the names of the inputs.
        interface: the task's.
        hints: the type hints of its function, where it is at hand.
        required: whether a missing input is an error.

    Raises:
        FieldError: an input is missing, unknown or of another type.
    """
    check_names(values, interface, required=required)
    types, found = interface.inputs, hints.inputs if hints is not None else {}
    return LiteralMap(literals={name: _literal(value, types[name], found.get(name), hints, field=name) for name, value in values.items()})


def check_names(values: Values, interface: Interface, *, required: bool) -> None:
    """Raises a FieldError where one of `values` is no input of `interface`, or, with `required`, one that it needs is missing."""
    for name in values:
        if name not in interface.inputs:
            expected = f"one of {', '.join(sorted(interface.inputs))}" if interface.inputs else "no inputs"
            raise FieldError(name, expected=expected, found=words("an unknown input"))
    for name, kind in interface.inputs.items() if required else ():
        if name not in values and name not in interface.defaults and name not in interface.optional and not accepts_none(kind):
            raise FieldError(name, expected=format_type(kind), found=nothing())


def _literal(value: Any, kind: LiteralType, hint: Any, hints: Hints | None, *, field: str) -> Literal:
    try:
        if hints is not None and hint is not None:
            return hints.converter.to_literal(value, hint, field)
        if kind.WhichOneof("type") == "blob" and isinstance(value, (str, os.PathLike)):
            return TYPES.to_literal(value, _file_hint(kind), field)
        return to_literal(_plain(value, field), kind, field=field)
    except StorageNotConfiguredError as error:
        found = f"{type_name(type(value))}, which needs an object store"
        expected = f"a value that travels as JSON, or a store to put it in (Glider(storage=…) or ${STORAGE_PREFIX})"
        raise FieldError(field, expected=expected, found=words(found)) from error
    except (ConversionError, ValueRaisedError, InterfaceError) as error:
        if not _is_plain(value):
            raise _field_error(field, error) from error
        return to_literal(value, kind, field=field)


def _file_hint(kind: LiteralType) -> Any:
    from glider import FlyteDirectory, FlyteFile

    hint: Any = FlyteDirectory if kind.blob.dimensionality == kind.blob.MULTIPART else FlyteFile
    return hint[kind.blob.format] if kind.blob.format else hint


def _field_error(field: str, error: Exception) -> FieldError:
    if isinstance(error, ConversionError):
        return FieldError(error.variable, expected=error.expected, found=words(error.found))
    return FieldError(field, expected="a value that can be converted", found=words(str(error)))


def _is_plain(value: Any) -> bool:
    """Whether JSON has it as it is."""
    if isinstance(value, list):
        return all(map(_is_plain, value))
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_plain(item) for key, item in value.items())
    return isinstance(value, _PLAIN)


def _plain(value: Any, field: str) -> Json:
    """The plain JSON of a value without a hint: by its own class."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, (list, tuple)):
        return [_plain(item, f"{field}[{i}]") for i, item in enumerate(value)]
    if isinstance(value, dict):
        return {str(key): _plain(item, f"{field}.{key}") for key, item in value.items()}
    return from_literal(TYPES.to_literal(value, type(value), field))


def inline(literals: LiteralMap, interface: Interface) -> dict[str, Json] | None:
    """The plain JSON of `literals` for `spec.inputs`; None where that isn't read back as the same, or is too large for the pod."""
    if literals.ByteSize() > MAX_INLINE_INPUTS_BYTES:
        return None
    values = {name: from_literal(literals.literals[name]) for name in literals.literals}
    try:
        back = {name: to_literal(value, interface.inputs[name], field=name) for name, value in values.items()}
    except FieldError:
        return None
    return values if all(_same(literals.literals[name], back[name]) for name in values) else None


def _same(first: Literal, second: Literal) -> bool:
    """Whether a task makes the same of both: hashes, and what describes a file beside its URI, don't count."""
    return bool(_essence(first) == _essence(second))


def _essence(literal: Literal) -> Any:
    kind = literal.WhichOneof("value")
    if kind == "collection":
        return [_essence(item) for item in literal.collection.literals]
    if kind == "map":
        return {key: _essence(item) for key, item in literal.map.literals.items()}
    scalar = literal.scalar
    match scalar.WhichOneof("value"):
        case "union":
            return scalar.union.type.structure.tag, _essence(scalar.union.value)
        case "blob" | "schema" | "structured_dataset" as file:
            return getattr(scalar, file).uri
        case "binary":
            from glider.wire.structs import unpack

            return _typed(unpack(scalar.binary.value))
        case _:
            return literal.SerializeToString(deterministic=True)


def _typed(value: Any) -> Any:
    """`value` with the classes of its parts: 1 equals 1.0 and True, and is another value."""
    if isinstance(value, dict):
        return {key: _typed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_typed(item) for item in value]
    return type(value), value


def outputs_of(outputs: Mapping[str, Json], interface: Interface) -> LiteralMap:
    """The literals of `status.outputs`.

    Raises:
        FieldError: they don't fit the interface.
    """
    return to_literal_map(outputs, interface.outputs, field="status.outputs")


def python_outputs(literals: LiteralMap, hints: Hints, *, allow_pickle: bool = False) -> dict[str, Any]:
    """The Python values of `literals`, by name, as the task's next one would get them.

    Args:
        literals: the outputs.
        hints: the type hints of the function.
        allow_pickle: whether those may run code that are, or hold, pickles.

    Raises:
        FieldError: they don't fit the hints, since the function has changed; or they are pickles, which aren't allowed.
    """
    values = {}
    for name, hint in hints.outputs.items():
        if name not in literals.literals:
            raise FieldError(name, expected=f"an output of that name, {type_name(hint)}", found=words("none"))
        try:
            convert, literal = partial(hints.converter.to_python, literals.literals[name], hint, name), literals.literals[name]
            kind = hints.converter.literal_type(hint)
            values[name] = convert() if allow_pickle else without_pickles(convert, literal=literal, kind=kind, field=name)
        except ConversionError as error:
            raise _field_error(name, error) from error
    return values


def plain_result(outputs: Mapping[str, Json]) -> Any:
    """A result in plain JSON: the one output, a tuple of those that are called o0, o1 and so on, or else all by name."""
    if not outputs:
        return None
    if len(outputs) == 1:
        return next(iter(outputs.values()))
    if all(re.fullmatch(r"o\d+", name) for name in outputs):
        return tuple(outputs[name] for name in sorted(outputs, key=lambda name: int(name[1:])))
    return dict(outputs)
