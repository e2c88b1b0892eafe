"""A form's controls: what one value is entered with.

A control states what the browser shows, and keeps the type by which its text is read: the same rules as those of `glider run`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from glider.wire.interface import LiteralType
from glider.wire.jsonform import describe
from glider_client.inputs.schemas import Schema

Json = Any


class Kind(StrEnum):
    """What a control is."""

    INTEGER = "integer"
    FLOAT = "float"
    STRING = "string"
    BOOLEAN = "boolean"
    DATETIME = "datetime"
    DURATION = "duration"
    CHOICE = "choice"
    NONE = "none"
    URI = "uri"
    LIST = "list"
    MAP = "map"
    OBJECT = "object"
    UNION = "union"
    JSON = "json"
    OPAQUE = "opaque"


@dataclass(frozen=True, kw_only=True, slots=True)
class Control:
    """What one value is entered with.

    Attributes:
        kind: what it is.
        type: the type, in words.
        nullable: whether null is a value of it.
        choices: the texts that it takes, where it takes only some.
        hint: what else is to be known.
        item: the control of each item of a list, or of each value of a map.
        parts: the fields of an object.
        variants: the types of a union.
        literal: the Flyte type by which its text is read.
        schema: the JSON schema by which its text is read, within a struct.
    """

    kind: Kind
    type: str
    nullable: bool = False
    choices: tuple[str, ...] = ()
    hint: str = ""
    item: Control | None = None
    parts: tuple[Part, ...] = ()
    variants: tuple[Control, ...] = ()
    literal: LiteralType | None = None
    schema: Schema | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """An input, or a field of an object. A default may be null."""

    name: str
    control: Control
    required: bool
    docs: str = ""
    default: Json = None
    has_default: bool = False


def as_json(control: Control) -> dict[str, Any]:
    """What the browser gets of `control`."""
    return {"kind": control.kind.value, "type": control.type} | {name: value for name, value in _details(control) if value}


def _details(control: Control) -> Iterator[tuple[str, Any]]:
    yield "nullable", control.nullable
    yield "choices", list(control.choices)
    yield "hint", control.hint
    yield "item", control.item and as_json(control.item)
    yield "fields", [part_as_json(part) for part in control.parts]
    yield "variants", [as_json(variant) for variant in control.variants]


def part_as_json(part: Part) -> Mapping[str, Any]:
    """What the browser gets of `part`. `default` is text for people."""
    default = {"default": describe(part.default)} if part.has_default else {}
    return {"name": part.name, "docs": part.docs, "required": part.required, "control": as_json(part.control)} | default
