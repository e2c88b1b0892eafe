"""What every type provides. One object serves all hints of its family, so that nothing is built per call."""

from __future__ import annotations

from typing import Any, Protocol

from glider.wire.interface import LiteralType
from glider.wire.jsonform import Literal


class Transformer(Protocol):
    """Converts the values of one family of type hints. A hint comes with its Annotated[…].

    `tag` is the name of flytekit's transformer: a union's literal carries it, and flytekit reads unions by it.
    """

    tag: str

    def literal_type(self, hint: Any) -> LiteralType:
        """Flyte's type of `hint`; raises InterfaceError."""

    def to_literal(self, value: Any, hint: Any, variable: str) -> Literal:
        """`value` for the wire; raises ConversionError naming `variable`."""

    def to_python(self, literal: Literal, hint: Any, variable: str) -> Any:
        """The value of `literal`; raises ConversionError naming `variable`."""


class Types(Protocol):
    """All types at once: what containers and unions ask for their items."""

    def transformer_of(self, hint: Any) -> Transformer:
        """The transformer of `hint`."""

    def literal_type(self, hint: Any) -> LiteralType:
        """Flyte's type of `hint`."""

    def to_literal(self, value: Any, hint: Any, variable: str) -> Literal:
        """`value` for the wire."""

    def to_python(self, literal: Literal, hint: Any, variable: str) -> Any:
        """The value of `literal`."""
