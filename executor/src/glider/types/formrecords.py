"""The form of a dataclass inside structs: a map of its fields."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from glider.types.errors import ConversionError, InterfaceError, describe, type_name
from glider.types.formcontainers import with_default
from glider.types.forms import Form, converted, matching
from glider.types.hints import field_hints
from glider.types.jsonschema import Definitions


@dataclasses.dataclass(frozen=True, slots=True)
class _Field:
    """`nullable`: None passes, since it is the default, whatever the hint declares."""

    name: str
    form: Form
    hint: Any
    init: bool
    nullable: bool
    required: bool
    default: Any


class RecordForm(Form):
    """A dataclass, or a generic one with its arguments. The fields' forms are made when they are first needed: it may contain itself."""

    def __init__(self, kind: Any, arguments: tuple[Any, ...], form_of: Callable[[Any], Form]) -> None:
        self.python = kind
        self._key = (kind, arguments)
        self._form_of = form_of

    @cached_property
    def _fields(self) -> list[_Field]:
        kind, arguments = self._key
        try:
            hints = field_hints(kind, arguments)
        except Exception as error:  # a hint is an expression of the user's
            raise InterfaceError(f"{type_name(kind)}: the type hints can't be resolved: {type(error).__name__}: {error}") from error
        fields = [self._field(field, hints[field.name]) for field in dataclasses.fields(kind)]
        _check_constructor(kind, fields)
        return fields

    def _field(self, field: dataclasses.Field[Any], hint: Any) -> _Field:
        try:
            form = own_form(field.metadata, hint) or self._form_of(hint)
        except InterfaceError as error:
            raise InterfaceError(f"{type_name(self.python)}.{field.name}: {error}") from error
        required = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        return _Field(field.name, form, hint, field.init, field.default is None, required, field.default)

    def encode(self, value: Any, path: str) -> Any:
        """A map of the fields."""
        matching(value, self._accepts(value), self.python, path)
        return {field.name: _encode(field, value, path) for field in self._fields}

    def _accepts(self, value: Any) -> bool:
        """Another dataclass of the same fields passes, as in flytekit; one that has more would lose them."""
        if type(value) is self.python:
            return True
        if isinstance(value, type) or not dataclasses.is_dataclass(value):
            return False
        found, expected = ({field.name: field.type for field in dataclasses.fields(kind)} for kind in (value, self.python))
        return found == expected

    def decode(self, plain: Any, path: str) -> Any:
        """From a map; what isn't known is left out, and what is missing has its default."""
        matching(plain, isinstance(plain, dict), self.python, path)
        arguments: dict[str, Any] = {}
        others: dict[str, Any] = {}
        for field in self._fields:
            if field.name in plain:
                target = arguments if field.init else others
                target[field.name] = _decode(field, plain[field.name], f"{path}.{field.name}")
            elif field.init and field.required:
                raise ConversionError(f"{path}.{field.name}", expected=type_name(field.hint), found="nothing")
        try:
            made = self.python(**arguments)
            for name, value in others.items():
                object.__setattr__(made, name, value)
        except Exception as error:  # a __post_init__ of the user's
            found = f"{describe(arguments)} ({type(error).__name__}: {error})"
            raise ConversionError(path, expected=type_name(self.python), found=found) from error
        return made

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """An object of its name; where it contains itself, a reference."""
        return definitions.describe(self._key, self.python, lambda: self._schema(definitions))

    def _schema(self, definitions: Definitions) -> dict[str, Any]:
        schema: dict[str, Any] = {"type": "object", "title": self.python.__name__}
        fields = [field for field in self._fields if field.init]
        if fields:
            schema["properties"] = {field.name: _field_schema(field, definitions) for field in fields}
        schema["additionalProperties"] = False
        required = [field.name for field in fields if field.required]
        return {**schema, "required": required} if required else schema

    def exact(self, within: tuple[Form, ...] = ()) -> bool:
        """As its fields are, where nothing of the user's runs when one is made."""
        if self in within:
            return True
        return not hasattr(self.python, "__post_init__") and all(field.form.exact((*within, self)) for field in self._fields)


class OptionForm(Form):
    """A field whose metadata sets how it is written and read, in mashumaro's terms."""

    def __init__(self, hint: Any, write: Callable[[Any], Any], read: Callable[[Any], Any]) -> None:
        self._hint, self._write, self._read = hint, write, read

    def encode(self, value: Any, path: str) -> Any:
        """What the option makes of it."""
        return converted(self._write, value, self._hint, path)

    def decode(self, plain: Any, path: str) -> Any:
        """What the option makes of it."""
        return converted(self._read, plain, self._hint, path)

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """Anything."""
        return {}

    def exact(self, within: tuple[Form, ...] = ()) -> bool:
        """The functions may do anything."""
        return False


def own_form(metadata: Mapping[Any, Any], hint: Any) -> Form | None:
    """The form that a field's metadata sets, if it sets both of its sides."""
    strategy = metadata.get("serialization_strategy")
    write = metadata.get("serialize", getattr(strategy, "serialize", None))
    read = metadata.get("deserialize", getattr(strategy, "deserialize", None))
    return OptionForm(hint, write, read) if callable(write) and callable(read) else None


def _encode(field: _Field, value: Any, path: str) -> Any:
    path = f"{path}.{field.name}"
    try:
        found = getattr(value, field.name)
    except AttributeError as error:  # a field that no constructor sets
        raise ConversionError(path, expected=type_name(field.hint), found="nothing") from error
    return None if found is None and field.nullable else field.form.encode(found, path)


def _decode(field: _Field, plain: Any, path: str) -> Any:
    return None if plain is None and field.nullable else field.form.decode(plain, path)


def _field_schema(field: _Field, definitions: Definitions) -> dict[str, Any]:
    schema = field.form.schema(definitions)
    return schema if field.default is dataclasses.MISSING else with_default(schema, field.form, field.default)


def _check_constructor(kind: Any, fields: list[_Field]) -> None:
    """An InitVar without a default is nowhere in the value, and what a constructor of the user's takes needn't be the fields."""
    parameters = inspect.signature(kind).parameters
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values()):
        return
    given = {field.name for field in fields if field.init}
    missing = [name for name, parameter in parameters.items() if parameter.default is parameter.empty and name not in given]
    if missing:
        raise InterfaceError(f"{type_name(kind)} can't be made again from its fields: its constructor needs {missing[0]}, which is none")
    if unknown := given - parameters.keys():
        raise InterfaceError(f"{type_name(kind)} can't be made again from its fields: its constructor doesn't take {min(unknown)}")
