"""The controls of a struct, by its JSON schema; what no schema describes is entered as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from glider_client.inputs.schemas import Schema, default_of, resolved, types_of
from glider_console.launch.controls import Control, Kind, Part

_KINDS = {"string": Kind.STRING, "integer": Kind.INTEGER, "number": Kind.FLOAT, "boolean": Kind.BOOLEAN}
_NULL = "null"
_FORMATS = {
    "date-time": "A datetime, such as 2026-01-31T12:00:00Z.",
    "date": "A date, such as 2026-01-31.",
    "duration": "A duration, such as PT1H30M.",
}


def struct(schema: Schema, *, levels: int) -> Control:
    """The control for a value that fits `schema`; for any object where it is empty."""
    found = _control(schema, schema, levels)
    return found if found.kind in (Kind.OBJECT, Kind.MAP) else _json("struct", schema)


def _control(schema: Schema, root: Schema, levels: int) -> Control:
    known = resolved(schema, root)
    others = known.get("anyOf") or known.get("oneOf")
    if others:
        return _one_of(known, [one for one in others if types_of(resolved(one, root)) != [_NULL]], root, levels)
    if choices := known.get("enum"):
        texts = tuple(str(choice) for choice in choices if choice is not None)
        return Control(kind=Kind.CHOICE, type=" or ".join(texts), choices=texts, nullable=None in choices, schema=known)
    types = [name for name in types_of(known) if name != _NULL]
    found = _typed(types[0], known, root, levels) if len(types) == 1 else _json(" or ".join(types) or "JSON", known)
    return replace(found, nullable=len(types) < len(types_of(known)))


def _one_of(known: Schema, others: list[Schema], root: Schema, levels: int) -> Control:
    nullable = len(others) < len(known.get("anyOf") or known.get("oneOf") or ())
    if len(others) != 1:
        names = dict.fromkeys(name for one in others for name in types_of(resolved(one, root)) or ["JSON"])
        return replace(_json(" or ".join(names), known), nullable=nullable)
    inner = _control(others[0], root, levels)
    return replace(inner, nullable=True, type=f"{inner.type}, or null", schema=known) if nullable else inner


def _typed(name: str, known: Schema, root: Schema, levels: int) -> Control:
    if name in _KINDS:
        return Control(kind=_KINDS[name], type=name, hint=_FORMATS.get(str(known.get("format")), ""), schema=known)
    others, items = known.get("additionalProperties"), known.get("items")
    if levels < 1:
        return _json(name, known)
    if name == "object" and known.get("properties"):
        return Control(kind=Kind.OBJECT, type="object", parts=_parts(known, root, levels), schema=known)
    if name == "object" and isinstance(others, Mapping) and others:
        inner = _control(others, root, levels - 1)
        return Control(kind=Kind.MAP, type=f"map[{inner.type}]", item=inner, schema=known)
    if name == "array" and isinstance(items, Mapping) and items and not known.get("prefixItems"):
        inner = _control(items, root, levels - 1)
        return Control(kind=Kind.LIST, type=f"list[{inner.type}]", item=inner, schema=known)
    return _json(name, known)


def _parts(known: Schema, root: Schema, levels: int) -> tuple[Part, ...]:
    """Those that are needed first, then by name: the types of Flyte don't keep the order of a class."""
    required = known.get("required") or ()
    found = [_part(name, inner, root, levels, needed=name in required) for name, inner in known["properties"].items()]
    return tuple(sorted(found, key=lambda part: (not part.required, part.name)))


def _part(name: str, schema: Schema, root: Schema, levels: int, *, needed: bool) -> Part:
    known = resolved(schema, root)
    having = next((one for one in (schema, known) if "default" in one), None)
    docs = str(schema.get("description") or known.get("description") or "")
    control = _control(schema, root, levels - 1)
    default = None if having is None else default_of({**known, **having})
    return Part(
        name=name,
        control=replace(control, nullable=control.nullable or (having is not None and default is None)),
        required=needed and having is None,
        docs=docs,
        default=default,
        has_default=having is not None,
    )


def _json(words: str, schema: Schema) -> Control:
    return Control(kind=Kind.JSON, type=words, schema=schema)
