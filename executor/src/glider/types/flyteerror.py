"""FlyteError: what FlytePropeller passes to a workflow's on_failure task."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flyteidl.core import types_pb2

from glider.types.errors import ConversionError, describe, describe_literal
from glider.wire.interface import LiteralType
from glider.wire.jsonform import Literal


@dataclass
class FlyteError:
    """What failed, and where."""

    message: str
    failed_node_id: str


class Failures:
    """FlyteError <-> Error."""

    tag = "FlyteError"

    def literal_type(self, hint: Any) -> LiteralType:
        """The type error."""
        return LiteralType(simple=types_pb2.ERROR)

    def to_literal(self, value: Any, hint: Any, variable: str) -> Literal:
        """An Error."""
        if not isinstance(value, FlyteError):
            raise ConversionError(variable, expected="FlyteError", found=describe(value))
        return Literal(scalar={"error": {"message": value.message, "failed_node_id": value.failed_node_id}})

    def to_python(self, literal: Literal, hint: Any, variable: str) -> FlyteError:
        """From an Error."""
        if not literal.scalar.HasField("error"):
            raise ConversionError(variable, expected="FlyteError", found=describe_literal(literal))
        error = literal.scalar.error
        return FlyteError(message=error.message, failed_node_id=error.failed_node_id)
