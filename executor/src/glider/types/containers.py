"""Types that hold other types: list[T] is a collection of literals, dict[str, T] a map, and T | None and its like a union.

A union's literal carries the variant's type with the tag of its transformer, and is read by it.
"""

from __future__ import annotations

from typing import Any, get_args

from flyteidl.core import literals_pb2, types_pb2

from glider.types.errors import ConversionError, describe, describe_literal, type_name
from glider.types.hints import bare, class_of
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


class Unions:
    """Optional[T], A | B, Union[A, B]."""

    tag = "Typed Union"

    def __init__(self, types: Types) -> None:
        self._types = types

    def literal_type(self, hint: Any) -> LiteralType:
        """A union of the tagged variants."""
        variants = [self._variant(variant) for variant in get_args(bare(hint))]
        return LiteralType(union_type=types_pb2.UnionType(variants=variants))

    def to_literal(self, value: Any, hint: Any, variable: str) -> Literal:
        """The variant of exactly the value's class, else the one that takes it; as in flytekit, several that do are an error."""
        variants = get_args(bare(hint))
        own = [variant for variant in variants if class_of(variant) is type(value)]
        matches, inner = [], None
        for variant in own if len(own) == 1 else variants:
            try:
                matches.append((variant, self._types.to_literal(value, variant, variable)))
            except ConversionError as error:
                inner = error if error.variable != variable else inner
        if len(matches) != 1:
            problem = f" (several of its variants would take it: {_names(matches)})" if matches else ""
            raise _best(inner, matches) or ConversionError(variable, expected=type_name(hint) + problem, found=describe(value))
        variant, literal = matches[0]
        carried = self._variant(variant)
        if (reader := self._candidates(carried, hint)[0]) != variant:
            expected = (
                f"{type_name(hint)} of types that can be distinguished: {type_name(reader)} and {type_name(variant)} have one name and form"
            )
            raise ConversionError(variable, expected=expected, found=describe(value))
        return Literal(scalar={"union": literals_pb2.Union(value=literal, type=carried)})

    def to_python(self, literal: Literal, hint: Any, variable: str) -> Any:
        """By the type that the literal carries, else by the one variant that takes it."""
        tagged = literal.scalar.HasField("union")
        inner = literal.scalar.union.value if tagged else literal
        candidates = self._candidates(literal.scalar.union.type, hint) if tagged else list(get_args(bare(hint)))
        found, problem = [], None
        for variant in candidates:
            try:
                found.append((variant, self._types.to_python(inner, variant, variable)))
            except ConversionError as error:
                problem = error if error.variable != variable else problem
        if len(found) == 1:
            return found[0][1]
        reason = f" (several of its variants would take it: {_names(found)})" if found else ""
        raise _best(problem, found) or ConversionError(variable, expected=type_name(hint) + reason, found=describe_literal(literal))

    def _candidates(self, carried: LiteralType, hint: Any) -> list[Any]:
        """The variant of exactly the carried type; else those with its tag; else all, for writers that set no tag, or one by
        the type alone: a date is a datetime to them.
        """
        variants = list(get_args(bare(hint)))
        exact = [variant for variant in variants if self._variant(variant) == carried]
        tag = carried.structure.tag
        return exact[:1] or [variant for variant in variants if self._types.transformer_of(variant).tag == tag] or variants

    def _variant(self, hint: Any) -> LiteralType:
        literal_type = self._types.literal_type(hint)
        literal_type.ClearField("structure")
        literal_type.structure.tag = self._types.transformer_of(hint).tag
        return literal_type


def _names(matches: list[tuple[Any, Any]]) -> str:
    return ", ".join(type_name(variant) for variant, _ in matches)


def _best(inner: ConversionError | None, matches: list[tuple[Any, Any]]) -> ConversionError | None:
    """The complaint about something inside the value, where no variant took it: it explains more than that none did."""
    return None if matches else inner
