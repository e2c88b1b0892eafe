"""A type in the form in which `interface.parse_type` reads it: the short one where nothing is lost by that, else proto JSON.

Tools that write TaskTemplates use it; no task needs it.
"""

from __future__ import annotations

from typing import Any

from flyteidl.core import types_pb2

from glider.wire.interface import LiteralType, format_type, parse_type, tagged

#: flytekit writes it at every struct. What a dict is cached by isn't lost without it: msgpack is the form of all structs.
_MSGPACK = types_pb2.TypeAnnotation(annotations={"cache-key-metadata": {"serialization-format": "msgpack"}})


def write_type(literal_type: LiteralType) -> str | dict[str, Any]:
    """`literal_type` as people write it. Tags of a union's variants count as written where its types alone determine them."""
    short = _short(literal_type)
    if short is not None and _is_read_as(short, literal_type):
        return short
    from google.protobuf import json_format  # slow to import, and only this form needs it

    written: dict[str, Any] = json_format.MessageToDict(literal_type)
    return written


def _short(literal_type: LiteralType) -> str | None:
    match literal_type.WhichOneof("type"):
        case "collection_type":
            inner = _short(literal_type.collection_type)
            return inner and f"list[{inner}]"
        case "map_value_type":
            inner = _short(literal_type.map_value_type)
            return inner and f"map[{inner}]"
        case "union_type":
            variants = literal_type.union_type.variants
            if len(variants) != 2 or variants[1].WhichOneof("type") != "simple" or variants[1].simple != types_pb2.NONE:
                return None
            inner = _short(variants[0])
            return inner and f"{inner}?"
        case "simple" | "blob" | "enum_type" | "structured_dataset_type":
            return format_type(literal_type)
        case _:
            return None


def _is_read_as(short: str, literal_type: LiteralType) -> bool:
    try:
        read = parse_type(short)
    except ValueError:  # an enum's values with commas in them, a type of too many levels
        return False
    return _normal(read) == _normal(literal_type)


def _normal(literal_type: LiteralType) -> LiteralType:
    """The same type, its unions' variants with the tags that they would get, and without flytekit's mark of a struct in msgpack."""
    found = LiteralType()
    found.CopyFrom(literal_type)
    _normalize(found)
    return found


def _normalize(literal_type: LiteralType) -> None:
    match literal_type.WhichOneof("type"):
        case "collection_type":
            _normalize(literal_type.collection_type)
        case "map_value_type":
            _normalize(literal_type.map_value_type)
        case "union_type":
            for variant in literal_type.union_type.variants:
                _normalize(variant)
                variant.CopyFrom(tagged(variant))
        case "simple" if literal_type.annotation == _MSGPACK:
            literal_type.ClearField("annotation")
