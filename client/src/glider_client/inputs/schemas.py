"""The fields of a struct, by the JSON schema that flytekit and Glider write into the type of a dataclass or a pydantic model.

A struct without a schema, such as a `dict`, takes any field; then a value is what JSON makes of it, or else text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flyteidl.core import types_pb2

from glider.wire.interface import LiteralType
from glider.wire.jsonform import FieldError, describe, words
from glider.wire.structs import from_struct
from glider_client.inputs.declarations import nearest, variants
from glider_client.inputs.documents import structured

Json = Any
Schema = Mapping[str, Any]

#: More digits than 64 bits take; Python refuses to read thousands.
_LONGEST_INTEGER = 100
_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
#: A class may contain itself.
_DEEPEST = 8


def is_struct(literal_type: LiteralType) -> bool:
    """Whether it is a struct, and no union with one."""
    return literal_type.WhichOneof("type") == "simple" and literal_type.simple == types_pb2.STRUCT


def schema_of(literal_type: LiteralType) -> Schema:
    """The JSON schema of a struct; an empty one where there is none."""
    for one in (literal_type, *variants(literal_type)):
        if is_struct(one) and one.HasField("metadata"):
            return from_struct(one.metadata)
    return {}


def fields_of(schema: Schema, *, within: str = "", levels: int = _DEEPEST) -> Iterator[tuple[str, Schema, bool]]:
    """Each field's path, schema and whether it is required, those of fields that are objects themselves instead of those.

    No field of an object that may be left out is required.
    """
    yield from _fields(schema, schema, within, levels, required=True)


def _fields(schema: Schema, root: Schema, within: str, levels: int, *, required: bool) -> Iterator[tuple[str, Schema, bool]]:
    outer = resolved(schema, root)
    for name, inner in (outer.get("properties") or {}).items():
        path, known = f"{within}{name}", resolved(inner, root)
        needed = required and name in (outer.get("required") or ())
        if known.get("properties") and levels > 1:
            yield from _fields(known, root, f"{path}.", levels - 1, required=needed)
        else:
            yield path, known, needed


def value_of(text: str, path: Sequence[str], schema: Schema, *, field: str) -> Json:
    """The value of the struct's field at `path`, from its text.

    Raises:
        FieldError: there is no such field, or the text doesn't fit it.
    """
    found, root = schema, schema
    for index, name in enumerate(path):
        found = resolved(found, root)
        known = found.get("properties")
        if known is None:
            found = inner if isinstance(inner := found.get("additionalProperties"), Mapping) else {}
        elif name in known:
            found = known[name]
        else:
            option = field.removesuffix("." + ".".join(path[index:]))
            options = [f"{option}.{one}" for one in sorted(known)]
            written = f"{option}.{name}"
            raise FieldError(field, expected=f"one of {', '.join(options)}", found=words(f"{written}{nearest(written, options)}"))
    return _by_schema(text, resolved(found, root), field=field)


def type_of(schema: Schema) -> str:
    """What help shows as the type of a field."""
    if schema.get("enum"):
        return f"[{'|'.join(map(str, schema['enum']))}]"
    names = [name for name in types_of(schema) if name != "null"]
    return "|".join(names).upper() or "JSON"


def default_of(schema: Schema) -> Json:
    """The default of a field; a protobuf Struct has made floats of its integers."""
    default = schema.get("default")
    if isinstance(default, float) and default.is_integer() and "integer" in types_of(schema):
        return int(default)
    return default


def guessed(text: str) -> Json:
    """`text` where nothing declares what it is: what JSON makes of it, or else text."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def resolved(schema: Schema, root: Schema) -> Schema:
    """`schema`, or what it refers to."""
    for _ in range(_DEEPEST):
        reference = schema.get("$ref")
        if not isinstance(reference, str) or not reference.startswith("#/"):
            return schema
        found: Any = root
        for part in reference[2:].split("/"):
            found = found.get(part, {}) if isinstance(found, Mapping) else {}
        schema = found
    return schema


def types_of(schema: Schema) -> list[str]:
    """The JSON types that it takes; none where it doesn't name them."""
    given = schema.get("type")
    own = [given] if isinstance(given, str) else list(given or ())
    return own + [name for one in schema.get("anyOf") or schema.get("oneOf") or () for name in types_of(one)]


def _by_schema(text: str, schema: Schema, *, field: str) -> Json:
    choices = schema.get("enum")
    if choices:
        chosen = next((choice for choice in choices if str(choice) == text), None)
        if chosen is None:
            raise FieldError(field, expected=f"one of {', '.join(map(str, choices))}", found=text)
        return chosen
    types = types_of(schema)
    if not types:
        return guessed(text)
    for name in types:
        if (read := _READERS.get(name)) is not None:
            fits, value = read(text)
            if fits:
                return value
    if "string" in types:
        return text
    raise FieldError(field, expected=" or ".join(types), found=text)


def _integer(text: str) -> tuple[bool, Json]:
    fits = bool(_INTEGER.fullmatch(text)) and len(text) <= _LONGEST_INTEGER
    return fits, int(text) if fits else None


def _number(text: str) -> tuple[bool, Json]:
    try:
        return True, float(text)
    except ValueError:
        return False, None


def _boolean(text: str) -> tuple[bool, Json]:
    return text.lower() in ("true", "false"), text.lower() == "true"


def _null(text: str) -> tuple[bool, Json]:
    return text == "null", None


def _list(text: str) -> tuple[bool, Json]:
    value = structured(text)
    return isinstance(value, list), value


def _object(text: str) -> tuple[bool, Json]:
    value = structured(text)
    return isinstance(value, dict), value


_READERS = {"integer": _integer, "number": _number, "boolean": _boolean, "null": _null, "array": _list, "object": _object}


def shown(value: Json) -> str:
    """A default for people: text as it is typed, anything else as JSON."""
    return value if isinstance(value, str) and value else describe(value)
