"""The JSON schema of a dataclass, in mashumaro's words: flytekit puts it into the interface, and the console builds forms
from it.
"""

from __future__ import annotations

import collections.abc
import dataclasses
import typing
from collections.abc import Mapping
from enum import Enum
from typing import Any, get_args, get_origin

from glider.types.errors import InterfaceError, type_name
from glider.types.hints import bare, is_named_tuple, is_union
from glider.types.member import Member
from glider.types.plain import encode
from glider.types.scalars import PRIMITIVES, SCALARS, SEQUENCES


@dataclasses.dataclass(kw_only=True)
class _Progress:
    """What has been seen so far: dataclasses that contain themselves become references to a definition."""

    building: list[Any] = dataclasses.field(default_factory=list)
    definitions: dict[str, Any] = dataclasses.field(default_factory=dict)


def dataclass_schema(hint: Any, field: str) -> dict[str, Any]:
    """The schema of a dataclass; `field` is its path, for messages.

    Raises:
        InterfaceError: a type can't be inside a struct.
    """
    progress = _Progress()
    schema = _schema_of(hint, field, progress)
    return {**schema, "$defs": progress.definitions} if progress.definitions else schema


def _schema_of(hint: Any, field: str, progress: _Progress) -> dict[str, Any]:
    """The schema of `hint`; `field` is its path, for messages.

    Raises:
        InterfaceError: a type can't be inside a struct.
    """
    hint = bare(hint)
    if hint is Any or isinstance(hint, typing.TypeVar):
        return {}
    if hint in (None, type(None)):
        return {"type": "null"}
    if is_union(hint):
        return {"anyOf": [_schema_of(variant, field, progress) for variant in get_args(hint)]}
    if get_origin(hint) is typing.Literal:
        values = list(get_args(hint))
        return {"const": values[0]} if len(values) == 1 else {"enum": values}
    if (known := PRIMITIVES.get(hint) or SCALARS.get(hint)) is not None:
        return dict(known.schema)
    if isinstance(hint, type) and issubclass(hint, Member):
        return hint.json_schema()
    if isinstance(hint, type) and issubclass(hint, Enum):
        return {"enum": [member.value for member in hint]}
    if dataclasses.is_dataclass(hint):
        return _dataclass_schema(hint, field, progress)
    return _container_schema(hint, field, progress)


def _dataclass_schema(hint: Any, field: str, progress: _Progress) -> dict[str, Any]:
    name = hint.__name__
    if hint in progress.building:
        progress.definitions.setdefault(name, {})
        return {"$ref": f"#/$defs/{name}"}
    progress.building.append(hint)
    schema = _fields_schema(hint, field, progress)
    progress.building.remove(hint)
    if name not in progress.definitions:
        return schema
    progress.definitions[name] = schema
    return {"$ref": f"#/$defs/{name}"}


def _fields_schema(hint: Any, field: str, progress: _Progress) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "object", "title": hint.__name__}
    hints = typing.get_type_hints(hint, include_extras=True)
    members = [member for member in dataclasses.fields(hint) if member.init]
    properties = {}
    for member in members:
        path = f"{field}.{member.name}"
        properties[member.name] = _schema_of(hints[member.name], path, progress)
        if member.default is not dataclasses.MISSING:
            properties[member.name]["default"] = encode(member.default, hints[member.name], path)
    if properties:
        schema["properties"] = properties
    schema["additionalProperties"] = False
    required = [m.name for m in members if m.default is dataclasses.MISSING and m.default_factory is dataclasses.MISSING]
    return {**schema, "required": required} if required else schema


def _container_schema(hint: Any, field: str, progress: _Progress) -> dict[str, Any]:
    origin, arguments = get_origin(hint) or hint, get_args(hint)
    if is_named_tuple(hint):
        return _tuple_schema(list(typing.get_type_hints(hint, include_extras=True).items()), hint._field_defaults, field, progress)
    if origin is tuple and arguments and Ellipsis not in arguments:
        return _tuple_schema([(str(i), item) for i, item in enumerate(arguments)], {}, field, progress)
    if origin in SEQUENCES:
        schema: dict[str, Any] = {"type": "array"}
        if arguments and (items := _schema_of(arguments[0], f"{field}[]", progress)):
            schema["items"] = items
        return {**schema, "uniqueItems": True} if origin in (set, frozenset, collections.abc.Set) else schema
    if isinstance(origin, type) and issubclass(origin, Mapping):
        schema = {"type": "object"}
        if len(arguments) == 2:
            named = {"additionalProperties": arguments[1], "propertyNames": arguments[0]}
            schema.update({name: found for name, item in named.items() if (found := _schema_of(item, f"{field}[]", progress))})
        return schema
    raise InterfaceError(f"{field}: {type_name(hint)} can't be inside a dataclass")


def _tuple_schema(items: list[tuple[str, Any]], defaults: Mapping[str, Any], field: str, progress: _Progress) -> dict[str, Any]:
    found = []
    for name, hint in items:
        schema = _schema_of(hint, f"{field}.{name}", progress)
        found.append({**schema, "default": encode(defaults[name], hint, field)} if name in defaults else schema)
    return {"type": "array", "prefixItems": found, "maxItems": len(found), "minItems": len(found)}
