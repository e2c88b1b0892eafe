"""Whether what is in a struct fits its JSON schema, so that the field that doesn't is named before the task starts.

Types, names and choices are checked. Formats, ranges and patterns are left to the task, which may read several forms of a date.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from glider.wire.interface import LiteralType
from glider.wire.jsonform import FieldError, not_text, nothing, words
from glider_client.inputs.declarations import nearest, variants
from glider_client.inputs.schemas import Schema, is_struct, resolved, schema_of, types_of

Json = Any

_OBJECT, _ARRAY, _STRING, _NULL = "object", "array", "string", "null"
#: Whether a type has a value that is neither a list nor an object. A protobuf Struct, and so JSON of its kind, has floats only.
_TAKES: Mapping[str, Callable[[Json], bool]] = {
    "integer": lambda value: (isinstance(value, int) and not isinstance(value, bool)) or (isinstance(value, float) and value.is_integer()),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    _STRING: lambda value: isinstance(value, str),
    _NULL: lambda value: value is None,
}


def check_structs(value: Json, literal_type: LiteralType, *, field: str) -> None:
    """Checks all structs in `value`, which has been found to be of the type otherwise.

    Raises:
        FieldError: one doesn't fit its schema.
    """
    match literal_type.WhichOneof("type"):
        case "collection_type" if isinstance(value, list):
            for index, item in enumerate(value):
                check_structs(item, literal_type.collection_type, field=f"{field}[{index}]")
        case "map_value_type" if isinstance(value, dict):
            for key, item in value.items():
                check_structs(item, literal_type.map_value_type, field=f"{field}.{key}")
        case "union_type":
            # Of two that may take it the task's own transformers choose.
            fitting = [one for one in variants(literal_type) if _may_take(one, value)]
            if len(fitting) == 1:
                check_structs(value, fitting[0], field=field)
        case "simple" if is_struct(literal_type):
            schema = schema_of(literal_type)
            _check(value, schema, schema, field)


def _may_take(literal_type: LiteralType, value: Json) -> bool:
    kind: str | None = literal_type.WhichOneof("type")
    if isinstance(value, list):
        return kind == "collection_type"
    return isinstance(value, dict) and (kind == "map_value_type" or is_struct(literal_type))


def _check(value: Json, schema: Schema, root: Schema, field: str) -> None:
    known = resolved(schema, root)
    alternatives = known.get("anyOf") or known.get("oneOf")
    if value is None and _may_be_null(schema, root):
        return
    if alternatives:
        _check_alternatives(value, alternatives, root, field)
    elif choices := known.get("enum"):
        if value not in choices:
            raise FieldError(field, expected=f"one of {', '.join(map(str, choices))}", found=value)
    elif types := types_of(known):
        _check_type(value, known, types, root, field)


def _check_alternatives(value: Json, alternatives: Sequence[Schema], root: Schema, field: str) -> None:
    errors = []
    for one in alternatives:
        try:
            return _check(value, one, root, field)
        except FieldError as error:
            errors.append((resolved(one, root), error))
    informative = [error for one, error in errors if types_of(one) != [_NULL]]
    if len(informative) == 1:
        raise informative[0]
    expected = dict.fromkeys(name for one, _ in errors for name in types_of(one) or ["another value"])
    raise FieldError(field, expected=" or ".join(expected), found=value)


def _check_type(value: Json, schema: Schema, types: list[str], root: Schema, field: str) -> None:
    if isinstance(value, dict) and _OBJECT in types:
        _check_object(value, schema, root, field)
    elif isinstance(value, list) and _ARRAY in types:
        for index, item in enumerate(value):
            _check(item, _item(schema, index), root, f"{field}[{index}]")
    elif isinstance(value, dict | list) or not ("format" in schema or any(_TAKES[name](value) for name in types if name in _TAKES)):
        raise FieldError(field, expected=" or ".join(types), found=not_text(value) if _STRING in types else value)


def _check_object(value: Mapping[str, Json], schema: Schema, root: Schema, field: str) -> None:
    known, others = schema.get("properties") or {}, schema.get("additionalProperties")
    for name, inner in value.items():
        if name in known:
            _check(inner, known[name], root, f"{field}.{name}")
        elif isinstance(others, Mapping):
            _check(inner, others, root, f"{field}.{name}")
        elif others is False:
            expected = f"one of {', '.join(sorted(known))}" if known else "no fields"
            raise FieldError(f"{field}.{name}", expected=expected, found=words(f'the unknown name "{name}"{nearest(name, known)}'))
    if others is False:  # elsewhere another name may stand for it, as pydantic's aliases do
        for name in schema.get("required") or ():
            if name not in value:
                expected = " or ".join(types_of(resolved(known.get(name) or {}, root))) or "a value"
                raise FieldError(f"{field}.{name}", expected=expected, found=nothing())


def _item(schema: Schema, index: int) -> Schema:
    """The schema of an item; those of a tuple have their own."""
    own = schema.get("prefixItems") or ()
    items = own[index] if index < len(own) else schema.get("items")
    return items if isinstance(items, Mapping) else {}


def _may_be_null(schema: Schema, root: Schema) -> bool:
    """A field whose default is None takes it, whatever its type."""
    known = resolved(schema, root)
    types = types_of(known)
    return any("default" in one and one["default"] is None for one in (schema, known)) or _NULL in types or not (types or "enum" in known)
