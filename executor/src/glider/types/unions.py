"""T | None and other unions. The literal carries the variant's type with the tag of its transformer, and is read by it."""

from __future__ import annotations

from typing import Any, get_args

from flyteidl.core import literals_pb2, types_pb2

from glider.types.errors import ConversionError, describe, describe_literal, type_name
from glider.types.hints import bare, class_of
from glider.types.transformer import Types
from glider.wire.interface import LiteralType
from glider.wire.jsonform import Literal


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
                f"{type_name(hint)} of types that can be told apart: {type_name(reader)} and {type_name(variant)} have one name and form"
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
    """The complaint about something inside the value, where no variant took it: it says more than that none did."""
    return None if matches else inner
