"""Typed Python values <-> plain ones that msgpack holds, driven by type hints: the inside of dataclasses and dicts.

The forms are those of mashumaro, which flytekit uses for this, so that neither need be in the image: dates in ISO form,
durations in seconds, enums by value, sets and tuples as lists, files as `{"path": …}`.
"""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, get_args, get_origin

from glider.types.errors import ConversionError, describe, type_name
from glider.types.hints import bare, is_named_tuple, is_union
from glider.types.member import Member
from glider.types.scalars import PRIMITIVES, SCALARS, SEQUENCES


def encode(value: Any, hint: Any, variable: str) -> Any:
    """`value` as plain data; `variable` is its path, for messages.

    Raises:
        ConversionError: it, or something in it, isn't of its type.
        StorageError: a file in it can't be uploaded.
    """
    hint = bare(hint)
    if hint is Any or isinstance(hint, typing.TypeVar):
        return value
    if hint in (None, type(None)):
        return _matching(value, value is None, hint, variable)
    if is_union(hint):
        return _first_variant(encode, value, hint, variable)
    if get_origin(hint) is typing.Literal:
        return _matching(value, value in get_args(hint), hint, variable)
    if (primitive := PRIMITIVES.get(hint)) is not None:
        return _matching(value, isinstance(value, primitive.accepts), hint, variable)
    if (scalar := SCALARS.get(hint)) is not None:
        return scalar.encode(_matching(value, isinstance(value, hint), hint, variable))
    if isinstance(hint, type) and issubclass(hint, Member):
        return _member(value, hint, variable).to_plain(variable)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _encode_enum(value, hint, variable)
    if dataclasses.is_dataclass(hint):
        return _encode_fields(value, hint, variable)
    return _encode_container(value, hint, variable)


def _matching(value: Any, matches: bool, hint: Any, variable: str) -> Any:
    if not matches:
        raise ConversionError(variable, expected=type_name(hint), found=describe(value))
    return value


def _member(value: Any, hint: Any, variable: str) -> Member:
    """A str may stand for a file or a directory, as in flytekit."""
    if isinstance(value, str) and "path" in hint._properties:
        return hint(value)  # type: ignore[no-any-return]
    return _matching(value, isinstance(value, hint._family()), hint, variable)  # type: ignore[no-any-return]


def _first_variant(convert: Callable[[Any, Any, str], Any], value: Any, hint: Any, variable: str) -> Any:
    """The variant of exactly the value's type, else the first one that takes it. Where none does, a complaint about
    something inside the value says more than that none did.
    """
    inner: ConversionError | None = None
    for variant in sorted(get_args(hint), key=lambda variant: bare(variant) is not type(value)):
        try:
            return convert(value, variant, variable)
        except ConversionError as error:
            inner = error if error.variable != variable else inner
    raise inner or ConversionError(variable, expected=type_name(hint), found=describe(value))


def _encode_enum(value: Any, hint: type[Enum], variable: str) -> Any:
    return _matching(value, isinstance(value, hint), hint, variable).value


def _encode_fields(value: Any, hint: Any, variable: str) -> dict[str, Any]:
    _matching(value, isinstance(value, hint) or _looks_like(value, hint), hint, variable)
    hints = typing.get_type_hints(hint, include_extras=True)
    return {
        field.name: encode(getattr(value, field.name), hints[field.name], f"{variable}.{field.name}") for field in dataclasses.fields(hint)
    }


def _looks_like(value: Any, hint: Any) -> bool:
    """Another dataclass of the same fields passes for `hint`, as in flytekit."""
    if isinstance(value, type) or not dataclasses.is_dataclass(value):
        return False
    found, expected = ({field.name: field.type for field in dataclasses.fields(kind)} for kind in (value, hint))
    return found == expected


def _encode_container(value: Any, hint: Any, variable: str) -> Any:
    origin, arguments = get_origin(hint) or hint, get_args(hint)
    if is_named_tuple(hint):
        hints = typing.get_type_hints(hint, include_extras=True)
        _matching(value, isinstance(value, hint), hint, variable)
        return [encode(item, hints[name], f"{variable}.{name}") for name, item in zip(hints, value, strict=True)]
    if origin is tuple and arguments and Ellipsis not in arguments:
        _matching(value, isinstance(value, tuple) and len(value) == len(arguments), hint, variable)
        return [encode(item, arguments[i], f"{variable}[{i}]") for i, item in enumerate(value)]
    if origin in SEQUENCES:
        _matching(value, isinstance(value, origin) and not isinstance(value, (str, bytes)), hint, variable)
        item_hint = arguments[0] if arguments else Any
        return [encode(item, item_hint, f"{variable}[{i}]") for i, item in enumerate(value)]
    if isinstance(origin, type) and issubclass(origin, Mapping):
        _matching(value, isinstance(value, Mapping), hint, variable)
        key_hint, item_hint = arguments if len(arguments) == 2 else (Any, Any)
        return {encode(key, key_hint, f"{variable} (key)"): encode(item, item_hint, f"{variable}.{key}") for key, item in value.items()}
    raise ConversionError(variable, expected="a type that can be inside a struct", found=type_name(hint))


def decode(plain: Any, hint: Any, variable: str) -> Any:
    """The value of plain data.

    Raises:
        ConversionError: it, or something in it, isn't of its type.
    """
    hint = bare(hint)
    if hint is Any or isinstance(hint, typing.TypeVar):
        return plain
    if hint in (None, type(None)):
        return _matching(plain, plain is None, hint, variable)
    if is_union(hint):
        return _first_variant(decode, plain, hint, variable)
    if get_origin(hint) is typing.Literal:
        return _matching(plain, plain in get_args(hint), hint, variable)
    if (primitive := PRIMITIVES.get(hint)) is not None:
        return _converted(primitive.decode, plain, hint, variable)
    if (scalar := SCALARS.get(hint)) is not None:
        return _converted(scalar.decode, plain, hint, variable)
    if isinstance(hint, type) and issubclass(hint, Member):
        return hint.from_plain(_matching(plain, isinstance(plain, dict), hint, variable), variable)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _converted(hint, plain, hint, variable)
    if dataclasses.is_dataclass(hint):
        return _decode_fields(plain, hint, variable)
    return _decode_container(plain, hint, variable)


def _converted(convert: Callable[[Any], Any], plain: Any, hint: Any, variable: str) -> Any:
    try:
        return convert(plain)
    except (ValueError, TypeError, ArithmeticError) as error:
        raise ConversionError(variable, expected=type_name(hint), found=describe(plain)) from error


def _decode_fields(plain: Any, hint: Any, variable: str) -> Any:
    _matching(plain, isinstance(plain, dict), hint, variable)
    hints = typing.get_type_hints(hint, include_extras=True)
    arguments = {}
    for field in dataclasses.fields(hint):
        if not field.init:
            continue
        if field.name in plain:
            arguments[field.name] = decode(plain[field.name], hints[field.name], f"{variable}.{field.name}")
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise ConversionError(f"{variable}.{field.name}", expected=type_name(hints[field.name]), found="nothing")
    try:
        return hint(**arguments)
    except Exception as error:  # a __post_init__ of the user's
        raise ConversionError(variable, expected=type_name(hint), found=f"{describe(arguments)} ({error})") from error


def _decode_container(plain: Any, hint: Any, variable: str) -> Any:
    origin, arguments = get_origin(hint) or hint, get_args(hint)
    if is_named_tuple(hint):
        hints = typing.get_type_hints(hint, include_extras=True)
        _matching(plain, isinstance(plain, list) and len(plain) <= len(hints), hint, variable)
        return hint(*(decode(item, hints[name], f"{variable}.{name}") for name, item in zip(hints, plain, strict=False)))
    if origin is tuple and arguments and Ellipsis not in arguments:
        _matching(plain, isinstance(plain, list) and len(plain) == len(arguments), hint, variable)
        return tuple(decode(item, arguments[i], f"{variable}[{i}]") for i, item in enumerate(plain))
    if (make := SEQUENCES.get(origin)) is not None:
        _matching(plain, isinstance(plain, list), hint, variable)
        item_hint = arguments[0] if arguments else Any
        return make(decode(item, item_hint, f"{variable}[{i}]") for i, item in enumerate(plain))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        _matching(plain, isinstance(plain, dict), hint, variable)
        key_hint, item_hint = arguments if len(arguments) == 2 else (Any, Any)
        return {_decode_key(key, key_hint, variable): decode(item, item_hint, f"{variable}.{key}") for key, item in plain.items()}
    raise ConversionError(variable, expected="a type that can be inside a struct", found=type_name(hint))


def _decode_key(key: Any, hint: Any, variable: str) -> Any:
    """JSON's keys are strings, so an older writer's ints come as text."""
    if isinstance(key, str) and bare(hint) in (int, float):
        return _converted(bare(hint), key, hint, f"{variable} (key)")
    return decode(key, hint, f"{variable} (key)")
