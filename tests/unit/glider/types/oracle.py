"""The installed flytekit as the oracle: what it writes we read, what we write it reads."""

from __future__ import annotations

from typing import Any

from flytekit.core.context_manager import FlyteContextManager
from flytekit.core.type_engine import TypeEngine
from flytekit.models.literals import Literal as FlytekitLiteral

from glider.types.registry import TYPES
from glider.wire.interface import LiteralType
from glider.wire.jsonform import Literal


def theirs(value: Any, hint: Any) -> Literal:
    """The literal that flytekit writes; its cache would answer with another test's URIs."""
    TypeEngine._LITERAL_CACHE.clear()
    context = FlyteContextManager.current_context()
    literal: Literal = TypeEngine.to_literal(context, value, hint, TypeEngine.to_literal_type(hint)).to_flyte_idl()
    return literal


def read_by_theirs(literal: Literal, hint: Any) -> Any:
    return TypeEngine.to_python_value(FlyteContextManager.current_context(), FlytekitLiteral.from_flyte_idl(literal), hint)


def their_type(hint: Any) -> LiteralType:
    literal_type: LiteralType = TypeEngine.to_literal_type(hint).to_flyte_idl()
    return literal_type


def ours(value: Any, hint: Any, variable: str = "v") -> Literal:
    return TYPES.to_literal(value, hint, variable)


def read_by_ours(literal: Literal, hint: Any, variable: str = "v") -> Any:
    return TYPES.to_python(literal, hint, variable)


def our_type(hint: Any) -> LiteralType:
    return TYPES.literal_type(hint)
