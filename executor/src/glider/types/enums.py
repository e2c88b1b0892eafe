"""Enum, and typing.Literal: a value out of a few."""

from __future__ import annotations

import typing
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from flyteidl.core import types_pb2

from glider.types.errors import ConversionError, InterfaceError, describe, describe_literal, type_name
from glider.types.hints import annotations_of, bare
from glider.types.packed import is_packed, unpacked
from glider.types.transformer import Types
from glider.wire.interface import LiteralType
from glider.wire.jsonform import Literal


class Enums:
    """Enums whose values are strings; Flyte has no others."""

    tag = "DefaultEnumTransformer"

    def literal_type(self, hint: Any) -> LiteralType:
        """The values."""
        if annotations_of(hint):
            raise InterfaceError(f"expected an Enum without Annotated, found {type_name(hint)}")
        values = [member.value for member in hint]
        if not values or not all(isinstance(value, str) for value in values):
            raise InterfaceError(f"expected an Enum whose values are strings, found {type_name(hint)} with {values!r}")
        return LiteralType(enum_type=types_pb2.EnumType(values=values))

    def to_literal(self, value: Any, hint: Any, variable: str) -> Literal:
        """The member's value; a str that is one passes for the member."""
        text = value.value if isinstance(value, Enum) else value
        values = [member.value for member in hint]
        if not isinstance(text, str) or text not in values:
            raise ConversionError(variable, expected=_one_of(hint), found=describe(value))
        return Literal(scalar={"primitive": {"string_value": text}})

    def to_python(self, literal: Literal, hint: Any, variable: str) -> Any:
        """The member of that value."""
        primitive = literal.scalar.primitive
        text = primitive.string_value if primitive.HasField("string_value") else None
        if is_packed(literal):
            text = unpacked(literal, hint, variable)
        try:
            return hint(text)
        except ValueError:
            raise ConversionError(variable, expected=_one_of(hint), found=describe_literal(literal)) from None


class Choices:
    """typing.Literal["a", "b"]: its base type, with the values as an annotation of the interface."""

    tag = "LiteralTypeTransformer"

    def __init__(self, types: Types) -> None:
        self._types = types

    def literal_type(self, hint: Any) -> LiteralType:
        """The base type, annotated."""
        literal_type = self._types.literal_type(_base(hint))
        literal_type.annotation.annotations.update({"literal_values": list(typing.get_args(bare(hint)))})
        return literal_type

    def to_literal(self, value: Any, hint: Any, variable: str) -> Literal:
        """One of the values. flytekit lets any value of the base type through; here a wrong one is refused where it arises."""
        if not _is_choice(value, hint):
            raise ConversionError(variable, expected=type_name(bare(hint)), found=describe(value))
        return self._types.to_literal(value, _base(hint), variable)

    def to_python(self, literal: Literal, hint: Any, variable: str) -> Any:
        """One of the values."""
        value = self._types.to_python(literal, _base(hint), variable)
        if not _is_choice(value, hint):
            raise ConversionError(variable, expected=type_name(bare(hint)), found=describe_literal(literal))
        return value


def _is_choice(value: Any, hint: Any) -> bool:
    """True equals 1, and is another choice."""
    return any(type(value) is type(choice) and value == choice for choice in typing.get_args(bare(hint)))


def _base(hint: Any) -> type:
    kinds = {type(value) for value in typing.get_args(bare(hint))}
    if len(kinds) != 1 or not kinds <= {str, int, float, bool, datetime, timedelta}:
        raise InterfaceError(f"expected a Literal of strings or of integers, found {type_name(hint)}")
    return kinds.pop()


def _one_of(hint: Any) -> str:
    return f"{type_name(hint)} (one of {', '.join(str(member.value) for member in hint)})"
