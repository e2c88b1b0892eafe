"""list[T] and dict[str, T]: a collection and a map of literals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

from flyteidl.core import literals_pb2

from glider.types.errors import ConversionError, describe, describe_literal, type_name
from glider.types.transformer import Transformer
from glider.wire.interface import LiteralType
from glider.wire.jsonform import MSGPACK_TAG, Literal, LiteralMap, unpack

Lookup = Callable[[Any], Transformer]


class Lists:
    """list[T]."""

    tag = "Typed List"

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup

    def literal_type(self, hint: Any) -> LiteralType:
        """A collection of T."""
        (item,) = get_args(hint)
        return LiteralType(collection_type=self._lookup(item).literal_type(item))

    def to_literal(self, value: Any, hint: Any, variable: str) -> Literal:
        """A collection; the message of a bad item names its index."""
        if type(value) is not list:
            raise ConversionError(variable, expected=type_name(hint), found=describe(value))
        (item_hint,) = get_args(hint)
        item = self._lookup(item_hint)
        literals = [item.to_literal(element, item_hint, f"{variable}[{i}]") for i, element in enumerate(value)]
        return Literal(collection=literals_pb2.LiteralCollection(literals=literals))

    def to_python(self, literal: Literal, hint: Any, variable: str) -> list[Any]:
        """From a collection."""
        (item_hint,) = get_args(hint)
        if literal.WhichOneof("value") != "collection":
            return _packed(literal, list, hint, variable)  # type: ignore[no-any-return]
        item = self._lookup(item_hint)
        return [item.to_python(element, item_hint, f"{variable}[{i}]") for i, element in enumerate(literal.collection.literals)]


class Maps:
    """dict[str, T]."""

    tag = "Typed Dict"

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup

    def literal_type(self, hint: Any) -> LiteralType:
        """A map with values of T."""
        _, value = get_args(hint)
        return LiteralType(map_value_type=self._lookup(value).literal_type(value))

    def to_literal(self, value: Any, hint: Any, variable: str) -> Literal:
        """A map; the message of a bad value names its key."""
        if not isinstance(value, dict) or not all(type(key) is str for key in value):
            raise ConversionError(variable, expected=type_name(hint), found=describe(value))
        _, item_hint = get_args(hint)
        item = self._lookup(item_hint)
        literals = {key: item.to_literal(element, item_hint, f"{variable}.{key}") for key, element in value.items()}
        return Literal(map=LiteralMap(literals=literals))

    def to_python(self, literal: Literal, hint: Any, variable: str) -> dict[str, Any]:
        """From a map."""
        _, item_hint = get_args(hint)
        if literal.WhichOneof("value") != "map":
            return _packed(literal, dict, hint, variable)  # type: ignore[no-any-return]
        item = self._lookup(item_hint)
        return {key: item.to_python(element, item_hint, f"{variable}.{key}") for key, element in literal.map.literals.items()}


def _packed(literal: Literal, expected: type, hint: Any, variable: str) -> Any:
    """A container that is the member of a struct arrives as msgpack."""
    if literal.scalar.HasField("binary") and literal.scalar.binary.tag == MSGPACK_TAG:
        value = unpack(literal.scalar.binary.value)
        if isinstance(value, expected):
            return value
    raise ConversionError(variable, expected=type_name(hint), found=describe_literal(literal))
