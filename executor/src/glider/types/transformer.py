"""What every type provides. One object serves all hints of its family, so that nothing is built per call."""

from __future__ import annotations

from typing import Any, Protocol

from glider.wire.interface import LiteralType
from glider.wire.jsonform import Literal


class Transformer(Protocol):
    """Converts the values of one family of type hints.

    `tag` is the name of flytekit's transformer: a union's literal carries it, and flytekit reads unions by it.
    """

    tag: str

    def literal_type(self, hint: Any) -> LiteralType:
        """Flyte's type of `hint`."""

    def to_literal(self, value: Any, hint: Any, variable: str) -> Literal:
        """`value` for the wire; raises ConversionError naming `variable`."""

    def to_python(self, literal: Literal, hint: Any, variable: str) -> Any:
        """The value of `literal`; raises ConversionError naming `variable`."""
