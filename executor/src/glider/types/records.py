"""Dataclasses: structs with the JSON schema and the fields' types in the interface. The schema is mashumaro's, since
flytekit puts that into the interface, and the console builds forms from it.
"""

from __future__ import annotations

import dataclasses
import json
import sys
import typing
from importlib import import_module
from typing import Any

from glider.types.errors import ConversionError, InterfaceError, describe, describe_literal, type_name
from glider.types.hints import bare, field_hints
from glider.types.jsonschema import Definitions
from glider.types.member import Member
from glider.types.packed import is_packed, packed, struct_type, unpacked
from glider.types.plain import check_read_back, decode, encode, form_of, written
from glider.types.transformer import Types
from glider.wire.interface import LiteralType
from glider.wire.jsonform import Literal


class Records:
    """Dataclasses, with or without mashumaro's DataClassJSONMixin."""

    tag = "Object-Dataclass-Transformer"

    def __init__(self, types: Types) -> None:
        self._types = types
        self._within: list[Any] = []

    def literal_type(self, hint: Any) -> LiteralType:
        """A struct with a schema, and its fields as far as they have a type of their own; one that contains itself has none."""
        hint = bare(hint)
        if hint in self._within:
            raise InterfaceError(f"{type_name(hint)} contains itself")
        schema = _own_schema(hint) if _has_own_json(hint) else dataclass_schema(hint)
        hints = field_hints(hint, extras=False)
        fields = {field.name: hints[field.name] for field in dataclasses.fields(hint)}
        self._within.append(hint)
        try:
            return struct_type(schema=schema, fields=field_types(self._types, fields))
        finally:
            self._within.pop()

    def to_literal(self, value: Any, hint: Any, variable: str) -> Literal:
        """A struct; files in it are uploaded. As in flytekit, a dict that the dataclass could be read from passes for it."""
        hint = bare(hint)
        if isinstance(value, dict):
            decode(value, hint, variable)
            return packed(value, variable)
        if not _has_own_json(hint):
            return written(value, hint, variable)
        try:
            literal = packed(json.loads(value.to_json()), variable)
            check_read_back(value, lambda: self.to_python(literal, hint, variable), variable)
        except Exception as error:  # mashumaro's own, and those of the user's hooks
            if _has_plain_form(hint):
                encode(value, hint, variable)  # its complaint names the field
            if isinstance(error, ConversionError):
                raise
            raise ConversionError(variable, expected=type_name(hint), found=f"{describe(value)} ({error})") from error
        return literal

    def to_python(self, literal: Literal, hint: Any, variable: str) -> Any:
        """From a struct of either form."""
        hint = bare(hint)
        if not is_packed(literal):
            raise ConversionError(variable, expected=type_name(hint), found=describe_literal(literal))
        plain = unpacked(literal, hint, variable)
        if _has_own_json(hint):
            try:
                return hint.from_json(json.dumps(plain))
            except Exception as error:  # mashumaro's own, and those of the user's hooks
                raise ConversionError(variable, expected=type_name(hint), found=f"{describe_literal(literal)} ({error})") from error
        return decode(plain, hint, variable)


def field_types(types: Types, hints: dict[str, Any]) -> dict[str, LiteralType]:
    """The types of a struct's fields; as in flytekit those that Flyte has no type for are left out."""
    found = {}
    for name, hint in hints.items():
        try:
            found[name] = types.literal_type(hint)
        except InterfaceError:
            continue
    return found


def _own_schema(hint: Any) -> dict[str, Any] | None:
    """Mashumaro's, which knows the options of the class; as in flytekit none where it has none."""
    try:
        found: dict[str, Any] = import_module("mashumaro.jsonschema").build_json_schema(hint).to_dict()
    except Exception:  # it raises NotImplementedError, and whatever its plugins do
        return None
    return found


def _has_plain_form(hint: Any) -> bool:
    """Whether the fields alone determine the form, and no option of mashumaro's."""
    try:
        dataclass_schema(hint)
    except InterfaceError:
        return False
    return True


def _has_own_json(hint: Any) -> bool:
    """Whether mashumaro's mixin, with the options of the class, writes and reads it. It can't upload files, so we do
    where there are some.
    """
    mashumaro = sys.modules.get("mashumaro.mixins.json")
    return mashumaro is not None and issubclass(hint, mashumaro.DataClassJSONMixin) and not _has_members(hint, set())


def _has_members(hint: Any, seen: set[Any]) -> bool:
    hint = bare(hint)
    if isinstance(hint, type) and issubclass(hint, Member):
        return True
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        if hint in seen:
            return False
        seen.add(hint)
        return any(_has_members(field, seen) for field in field_hints(hint, extras=False).values())
    return any(_has_members(argument, seen) for argument in typing.get_args(hint))


def dataclass_schema(hint: Any) -> dict[str, Any]:
    """The schema of a dataclass.

    Raises:
        InterfaceError: a type can't be inside a struct.
    """
    definitions = Definitions()
    schema = form_of(hint).schema(definitions)
    return {**schema, "$defs": definitions.found} if definitions.found else schema
