"""T | None and other unions. The literal carries the variant's type with the tag of its transformer, and is read by it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

from flyteidl.core import literals_pb2, types_pb2

from glider.types.errors import ConversionError, describe, describe_literal, type_name
from glider.types.transformer import Transformer
from glider.wire.interface import LiteralType
from glider.wire.jsonform import Literal


class Unions:
    """Optional[T], A | B, Union[A, B]."""

    tag = "Typed Union"

    def __init__(self, lookup: Callable[[Any], Transformer]) -> None:
        self._lookup = lookup

    def literal_type(self, hint: Any) -> LiteralType:
        """A union of the tagged variants."""
        variants = [self._variant(variant) for variant in get_args(hint)]
        return LiteralType(union_type=types_pb2.UnionType(variants=variants))

    def to_literal(self, value: Any, hint: Any, variable: str) -> Literal:
        """The one variant that takes `value`; as in flytekit, several that do are an error."""
        matches = []
        for variant in get_args(hint):
            try:
                matches.append((variant, self._lookup(variant).to_literal(value, variant, variable)))
            except ConversionError:
                continue
        if len(matches) != 1:
            problem = " (several of its variants would take it)" if matches else ""
            raise ConversionError(variable, expected=type_name(hint) + problem, found=describe(value))
        variant, literal = matches[0]
        return Literal(scalar={"union": literals_pb2.Union(value=literal, type=self._variant(variant))})

    def to_python(self, literal: Literal, hint: Any, variable: str) -> Any:
        """By the tag, or, for a literal that isn't a union's, by the first variant that takes it."""
        tagged = literal.scalar.HasField("union")
        tag = literal.scalar.union.type.structure.tag if tagged else ""
        inner = literal.scalar.union.value if tagged else literal
        for variant in get_args(hint):
            transformer = self._lookup(variant)
            if tag and transformer.tag != tag:
                continue
            try:
                return transformer.to_python(inner, variant, variable)
            except ConversionError:
                continue
        raise ConversionError(variable, expected=type_name(hint), found=describe_literal(literal))

    def _variant(self, hint: Any) -> LiteralType:
        transformer = self._lookup(hint)
        literal_type = transformer.literal_type(hint)
        literal_type.structure.tag = transformer.tag
        return literal_type
