"""pydantic models: structs, written and read by pydantic itself."""

from __future__ import annotations

import json
from typing import Any

from glider.types.errors import ConversionError, describe, describe_literal, type_name
from glider.types.hints import bare
from glider.types.member import FAILURE
from glider.types.packed import is_packed, packed, struct_type, unpacked
from glider.types.plain import changed, difference, unreadable
from glider.types.records import field_types
from glider.types.transformer import Types
from glider.wire.interface import LiteralType
from glider.wire.jsonform import Literal

#: How a model may be written: as flytekit does; by its aliases, by which flytekit reads it; and without what is only computed.
_FORMS: tuple[dict[str, bool], ...] = ({}, {"by_alias": True}, {"by_alias": True, "round_trip": True})
#: What flytekit has written by names that have an alias.
_BY_NAME = {"by_alias": True, "by_name": True}


class Models:
    """pydantic.BaseModel, version 2."""

    tag = "Pydantic Transformer"

    def __init__(self, types: Types) -> None:
        self._types = types

    def literal_type(self, hint: Any) -> LiteralType:
        """A struct with pydantic's schema."""
        model = bare(hint)
        fields = {name: field.annotation for name, field in model.model_fields.items()}
        return struct_type(schema=model.model_json_schema(), fields=field_types(self._types, fields))

    def to_literal(self, value: Any, hint: Any, variable: str) -> Literal:
        """The JSON that pydantic writes, in the first of its forms that it reads back; files in it are uploaded."""
        if not isinstance(value, bare(hint)):
            raise ConversionError(variable, expected=type_name(bare(hint)), found=describe(value))
        problem: ConversionError | None = None
        for form in _FORMS:
            plain = _dumped(value, form, variable)
            literal = packed(plain, variable)
            try:
                read = _read(literal, hint, variable, {})
            except ConversionError as error:
                problem = problem or unreadable(error)
                continue
            other = difference(value, read, variable)
            if other is not None and _dumped(read, form, variable) == plain:
                other = difference(value, read, variable, kinds=False)
            if other is None:
                return literal
            problem = problem or changed(*other)
        raise problem or ConversionError(variable, expected=type_name(bare(hint)), found=describe(value))

    def to_python(self, literal: Literal, hint: Any, variable: str) -> Any:
        """Validated by pydantic; its first complaint names the path."""
        from pydantic import VERSION

        return _read(literal, hint, variable, _BY_NAME if _release(VERSION) >= (2, 11) else {})


def _release(version: str) -> tuple[int, int]:
    major, minor, *_ = version.split(".")
    return int(major), int(minor)


def _dumped(value: Any, form: dict[str, bool], variable: str) -> Any:
    FAILURE.set(None)
    try:
        return json.loads(value.model_dump_json(**form))
    except Exception as error:  # pydantic's own, and what the user's serialisers raise
        raise _reason(error, value, variable) from error


def _read(literal: Literal, hint: Any, variable: str, options: dict[str, bool]) -> Any:
    model = bare(hint)
    if not is_packed(literal):
        raise ConversionError(variable, expected=type_name(model), found=describe_literal(literal))
    from pydantic import ValidationError

    text = json.dumps(unpacked(literal, hint, variable))
    try:
        return model.model_validate_json(text, strict=False, context={"deserialize": True}, **options)
    except ValidationError as error:
        raise _explained(error, variable) from error


def _reason(error: Exception, value: Any, variable: str) -> Exception:
    """A member that doesn't fit, or a store that doesn't work; else the model can't be written."""
    inner = FAILURE.get()
    if isinstance(inner, ConversionError):
        return ConversionError(f"{variable} ({inner.variable})", expected=inner.expected, found=inner.found)
    return inner or ConversionError(variable, expected="a model that pydantic can write", found=f"{describe(value)} ({error})")


def _explained(error: Any, variable: str) -> ConversionError:
    first = error.errors()[0]
    path = variable + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"])
    found = "nothing" if first["type"] == "missing" else describe(first["input"])
    return ConversionError(path, expected=f"{error.title} ({first['msg']})", found=found)
