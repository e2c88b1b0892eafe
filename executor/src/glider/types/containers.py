"""list[T] and dict[str, T]: a collection and a map of literals."""

from __future__ import annotations

from typing import Any, get_args

from flyteidl.core import literals_pb2

from glider.types.errors import ConversionError, describe, describe_literal, type_name
from glider.types.hints import bare
from glider.types.packed import is_packed, unpacked
from glider.types.transformer import Types
from glider.wire.interface import LiteralType
from glider.wire.jsonform import Literal, LiteralMap


class Lists:
    """list[T]."""

    tag = "Typed List"

    def __init__(self, types: Types) -> None:
        self._types = types

    def literal_type(self, hint: Any) -> LiteralType:
        """A collection of T."""
        (item,) = get_args(bare(hint))
        return LiteralType(collection_type=self._types.literal_type(item))

    def to_literal(self, value: Any, hint: Any, variable: str) -> Literal:
        """A collection; the message of a bad item names its index."""
        if type(value) is not list:
            raise ConversionError(variable, expected=type_name(hint), found=describe(value))
        (item,) = get_args(bare(hint))
        literals = [self._types.to_literal(element, item, f"{variable}[{i}]") for i, element in enumerate(value)]
        return Literal(collection=literals_pb2.LiteralCollection(literals=literals))

    def to_python(self, literal: Literal, hint: Any, variable: str) -> list[Any]:
        """From a collection."""
        (item,) = get_args(bare(hint))
        if literal.WhichOneof("value") != "collection":
            return _packed(literal, hint, variable)  # type: ignore[no-any-return]
        return [self._types.to_python(element, item, f"{variable}[{i}]") for i, element in enumerate(literal.collection.literals)]


class Maps:
    """dict[str, T]."""

    tag = "Typed Dict"

    def __init__(self, types: Types) -> None:
        self._types = types

    def literal_type(self, hint: Any) -> LiteralType:
        """A map with values of T."""
        _, item = get_args(bare(hint))
        return LiteralType(map_value_type=self._types.literal_type(item))

    def to_literal(self, value: Any, hint: Any, variable: str) -> Literal:
        """A map; the message of a bad value names its key."""
        if not isinstance(value, dict) or not all(type(key) is str for key in value):
            raise ConversionError(variable, expected=type_name(hint), found=describe(value))
        _, item = get_args(bare(hint))
        literals = {key: self._types.to_literal(element, item, f"{variable}.{key}") for key, element in value.items()}
        return Literal(map=LiteralMap(literals=literals))

    def to_python(self, literal: Literal, hint: Any, variable: str) -> dict[str, Any]:
        """From a map."""
        _, item = get_args(bare(hint))
        if literal.WhichOneof("value") != "map":
            return _packed(literal, hint, variable)  # type: ignore[no-any-return]
        return {key: self._types.to_python(element, item, f"{variable}.{key}") for key, element in literal.map.literals.items()}


def _packed(literal: Literal, hint: Any, variable: str) -> Any:
    """A container that is the member of a struct arrives packed."""
    if not is_packed(literal):
        raise ConversionError(variable, expected=type_name(hint), found=describe_literal(literal))
    from glider.types.plain import decode

    return decode(unpacked(literal, hint, variable), hint, variable)
