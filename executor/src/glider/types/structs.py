"""Untyped dict, and dicts whose keys aren't strings: msgpack in a binary scalar, as flytekit has written them since 1.14.

What flytekit before that wrote, a protobuf Struct, is read too. A Struct knows only floats, so whole ones become int
again, as in flytekit.
"""

from __future__ import annotations

from typing import Any, get_args

from flyteidl.core import types_pb2
from google.protobuf import struct_pb2

from glider.types.errors import ConversionError, describe, describe_literal, type_name
from glider.wire.interface import LiteralType
from glider.wire.jsonform import MSGPACK_TAG, Literal, pack, unpack


class Structs:
    """dict, and dict[K, V] with K other than str."""

    tag = "Typed Dict"

    def literal_type(self, hint: Any) -> LiteralType:
        """A struct, annotated with how it is serialised."""
        annotation = struct_pb2.Struct()
        annotation.update({"cache-key-metadata": {"serialization-format": "msgpack"}})
        return LiteralType(simple=types_pb2.STRUCT, annotation=types_pb2.TypeAnnotation(annotations=annotation))

    def to_literal(self, value: Any, hint: Any, variable: str) -> Literal:
        """Msgpack."""
        if not isinstance(value, dict):
            raise ConversionError(variable, expected=type_name(hint), found=describe(value))
        try:
            packed = pack(value)
        except (TypeError, ValueError, OverflowError) as error:
            raise ConversionError(variable, expected=f"{type_name(hint)} of plain values", found=f"{describe(value)} ({error})") from error
        return Literal(scalar={"binary": {"value": packed, "tag": MSGPACK_TAG}})

    def to_python(self, literal: Literal, hint: Any, variable: str) -> dict[Any, Any]:
        """From msgpack, or from a Struct."""
        value = _value(literal)
        if not isinstance(value, dict):
            raise ConversionError(variable, expected=type_name(hint), found=describe_literal(literal))
        key_type = (get_args(hint) or (None,))[0]
        return {int(key): item for key, item in value.items()} if key_type is int else value


def _value(literal: Literal) -> Any:
    scalar = literal.scalar
    if scalar.HasField("binary") and scalar.binary.tag == MSGPACK_TAG:
        return unpack(scalar.binary.value)
    if scalar.HasField("generic"):
        from google.protobuf import json_format  # slow to import, and only the old form needs it

        return _whole_numbers(json_format.MessageToDict(scalar.generic))
    return None


def _whole_numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _whole_numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_whole_numbers(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
