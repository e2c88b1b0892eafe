"""What a task takes, with everything that a command line needs to ask for it and to explain it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from flyteidl.core import types_pb2

from glider.wire.interface import LiteralType
from glider.wire.jsonform import accepts_none
from glider_core.api.task import parse_interface

Json = Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Input:
    """One input. A default may be null; an input without one may still be left out, where the function has its own."""

    name: str
    type: LiteralType
    default: Json = None
    has_default: bool = False
    required: bool = True
    docs: str = ""

    @property
    def option(self) -> str:
        """Its option, as help and errors show it."""
        return f"--{self.name}"

    @property
    def nullable(self) -> bool:
        """Whether null is a value of it."""
        return accepts_none(self.type)

    @property
    def switch(self) -> bool:
        """Whether it is a flag: a boolean, or one that may be null."""
        return is_boolean(self.type) or any(map(is_boolean, variants(self.type)))

    @property
    def has_fields(self) -> bool:
        """Whether `--cfg.lr 0.1` sets a part of it."""
        return any(_has_fields(one) for one in (self.type, *variants(self.type)))


def declared(interface: Mapping[str, Any] | None, *, path: str = "spec.interface") -> tuple[Input, ...]:
    """The inputs of an interface in its JSON form, in its order.

    Raises:
        FieldError: it is no interface.
    """
    parsed = parse_interface(interface or {}, path=path)
    forms = (interface or {}).get("inputs") or {}
    return tuple(
        Input(
            name=name,
            type=literal_type,
            default=parsed.defaults.get(name),
            has_default=name in parsed.defaults,
            required=name not in parsed.defaults and name not in parsed.optional and not accepts_none(literal_type),
            docs=_docs(forms.get(name)),
        )
        for name, literal_type in parsed.inputs.items()
    )


def variants(literal_type: LiteralType) -> list[LiteralType]:
    """Those of a union; none of any other type."""
    return list(literal_type.union_type.variants) if literal_type.WhichOneof("type") == "union_type" else []


def is_boolean(literal_type: LiteralType) -> bool:
    """Whether it is a boolean alone."""
    return literal_type.WhichOneof("type") == "simple" and literal_type.simple == types_pb2.BOOLEAN


def nearest(name: str, known: Iterable[str]) -> str:
    """` (did you mean --x?)`, or nothing where none is near."""
    found = get_close_matches(name, list(known), n=1)
    return f" (did you mean {found[0]}?)" if found else ""


def _has_fields(literal_type: LiteralType) -> bool:
    kind = literal_type.WhichOneof("type")
    return kind == "map_value_type" or (kind == "simple" and literal_type.simple == types_pb2.STRUCT)


def _docs(form: Any) -> str:
    return str(form.get("description") or "") if isinstance(form, Mapping) else ""
