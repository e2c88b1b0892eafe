"""Protobuf messages: protobuf Structs, as their own JSON mapping defines them."""

from __future__ import annotations

from typing import Any

from flyteidl.core import literals_pb2, types_pb2
from google.protobuf import json_format, struct_pb2

from glider.types.errors import ConversionError, describe, describe_literal, type_name
from glider.types.hints import bare
from glider.types.transformer import Types
from glider.wire.interface import LiteralType
from glider.wire.jsonform import Literal, from_literal


class Messages:
    """Every class that protoc made."""

    tag = "Protobuf-Transformer"

    def __init__(self, types: Types) -> None:
        self._types = types

    def literal_type(self, hint: Any) -> LiteralType:
        """A struct that names the class."""
        message = bare(hint)
        literal_type = LiteralType(simple=types_pb2.STRUCT)
        literal_type.metadata.update({"pb_type": f"{message.__module__}.{message.__name__}"})
        return literal_type

    def to_literal(self, value: Any, hint: Any, variable: str) -> Literal:
        """A Struct; a ListValue becomes a collection."""
        if not isinstance(value, bare(hint)):
            raise ConversionError(variable, expected=type_name(bare(hint)), found=describe(value))
        if isinstance(value, struct_pb2.ListValue):
            items = [self._types.to_literal(item, type(item), f"{variable}[{i}]") for i, item in enumerate(value)]
            return Literal(collection=literals_pb2.LiteralCollection(literals=items))
        struct = struct_pb2.Struct()
        struct.update(json_format.MessageToDict(value))
        return Literal(scalar={"generic": struct})

    def to_python(self, literal: Literal, hint: Any, variable: str) -> Any:
        """From a Struct; a ListValue from a collection, which flytekit can write and not read."""
        if bare(hint) is struct_pb2.ListValue and literal.HasField("collection"):
            listed = struct_pb2.ListValue()
            listed.extend([_item(item) for item in literal.collection.literals])
            return listed
        if not literal.scalar.HasField("generic"):
            raise ConversionError(variable, expected=type_name(bare(hint)), found=describe_literal(literal))
        try:
            return json_format.ParseDict(json_format.MessageToDict(literal.scalar.generic), bare(hint)())
        except json_format.ParseError as error:
            raise ConversionError(variable, expected=type_name(bare(hint)), found=f"{describe_literal(literal)} ({error})") from error


def _item(literal: Literal) -> Any:
    """A number as it is: JSON has no infinity."""
    primitive = literal.scalar.primitive
    return primitive.float_value if primitive.HasField("float_value") else from_literal(literal)
