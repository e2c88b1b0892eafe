"""How a field of the status is declared: as one of the spec is, and with what reads it leniently and what writes it.

The operator wrote the status itself, so what somebody made of it otherwise counts as absent, and stops nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from glider_core.api.fields import Fields
from glider_core.api.moments import format_time, parse_time
from glider_core.api.settings import Kind, Setting, settings_of, yaml_name

Json = Mapping[str, Any]
Convert = Callable[[Any], Any]

_FIRST_YEAR, _LAST_YEAR = 1970, 9000


@dataclass(frozen=True, kw_only=True, slots=True)
class Codec(Kind):
    """What a field of the status holds.

    Attributes:
        decode: makes the value of the JSON; None where that is no usable one.
        encode: makes the JSON of the value; None where nothing is to be written.
        derived: whether it is only written, since it follows from other fields.
    """

    decode: Convert
    encode: Convert
    derived: bool = False


def codec(
    words: str,
    schema: Json,
    *,
    decode: Convert = lambda value: value,
    encode: Convert = lambda value: value,
    table: Mapping[str, Setting] | None = None,
    items: Setting | None = None,
) -> Codec:
    """A kind of field."""

    def read(fields: Fields, name: str) -> Any:
        raw = fields.raw(name)
        return None if raw is None else decode(raw)

    return Codec(
        words=words,
        read=read,
        table=table,
        items=items,
        schema=schema,
        decode=decode,
        encode=encode,
    )


def derived(kind: Codec) -> Codec:
    """The same for a field that is only written."""
    return replace(kind, derived=True)


def required(kind: Codec) -> Codec:
    """The same for a field that an object has to have."""
    return replace(kind, required=True)


def text(*, choices: tuple[str, ...] = (), encode: Convert = lambda value: value or None) -> Codec:
    """A string; an empty one isn't written."""
    return codec("string", {"type": "string"} | ({"enum": list(choices)} if choices else {}), encode=encode)


def integer(form: str, *, decode: Convert = lambda value: value) -> Codec:
    """A whole number."""
    return codec("integer", {"type": "integer", "format": form}, decode=decode)


def moment() -> Codec:
    """A time that others can be counted from, or none: the API server takes an offset of 99 hours, a year 1 or none at all, too."""
    return codec("string", {"type": "string", "format": "date-time"}, decode=_usable_time, encode=format_time)


def _usable_time(raw: Any) -> datetime | None:
    try:
        found = parse_time(raw)
    except (TypeError, ValueError):
        return None
    if found is None or not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        return None
    return found.replace(tzinfo=found.tzinfo or UTC)


def word(members: type[Enum], *, otherwise: Enum) -> Codec:
    """One of an enum's words; any other counts as `otherwise`."""
    known = {one.value: one for one in members}
    return codec(
        "string",
        {"type": "string", "enum": list(known)},
        decode=lambda raw: known.get(raw, otherwise) if isinstance(raw, str) else otherwise,
        encode=lambda one: one.value,
    )


def fields_of(cls: type) -> dict[str, Setting]:
    """The fields that a dataclass declares, by their names in Python."""
    return {attribute: replace(declared, name=name) for name, attribute, declared, _ in settings_of(cls)}


def decoder(cls: type, fields: Mapping[str, Setting]) -> Callable[..., Any]:
    """What makes a `cls` of its JSON, and of what the caller has of it. What isn't there, or isn't usable, gets its default."""
    known = {
        declared.name or yaml_name(attribute): (attribute, declared.kind.decode)
        for attribute, declared in fields.items()
        if isinstance(declared.kind, Codec) and not declared.kind.derived
    }

    def decode(document: Json, **values: Any) -> Any:
        for name, raw in document.items():
            found = known.get(name)
            if found is not None and raw is not None and (value := found[1](raw)) is not None:
                values[found[0]] = value
        return cls(**values)

    return decode


def encoder(fields: Mapping[str, Setting]) -> Convert:
    """What makes the JSON of an object with such attributes, without what isn't set."""
    known = tuple(
        (declared.name or yaml_name(attribute), attribute, declared.kind.encode)
        for attribute, declared in fields.items()
        if isinstance(declared.kind, Codec)
    )

    def encode(value: Any) -> dict[str, Any]:
        return {name: made for name, attribute, one in known if (made := one(getattr(value, attribute))) is not None}

    return encode


def object_of(cls: type, fields: Mapping[str, Setting] | None = None, *, schema: Json | None = None) -> Codec:
    """An object; its fields are those that `cls` declares, if they aren't given."""
    fields = fields_of(cls) if fields is None else fields
    decode, write = decoder(cls, fields), encoder(fields)
    return codec(
        "object",
        {"type": "object", **(schema or {})},
        decode=lambda raw: decode(raw or {}),
        encode=lambda value: None if value is None else write(value),
        table={declared.name or yaml_name(attribute): declared for attribute, declared in fields.items()},
    )


def list_of(kind: Codec, doc: str, *, most: int) -> Codec:
    """A list of at most so many objects, of which the last ones are kept."""
    one = kind.encode
    return codec(
        "list of objects",
        {"type": "array", "maxItems": most},
        decode=lambda raw: tuple(map(kind.decode, raw or ())),
        encode=lambda values: [one(value) for value in values[-most:]],
        items=Setting(doc=doc, kind=kind),
    )
