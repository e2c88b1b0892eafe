"""Which transformer a type hint gets: by the type itself, or by its origin for list[T], dict[K, V] and unions."""

from __future__ import annotations

import types
import typing
from datetime import datetime, timedelta
from typing import Any

from glider.types import simple
from glider.types.containers import Lists, Maps
from glider.types.errors import InterfaceError, type_name
from glider.types.files import Files
from glider.types.flytefile import FlyteFile
from glider.types.structs import Structs
from glider.types.transformer import Transformer
from glider.types.unions import Unions


def transformer_of(hint: Any) -> Transformer:
    """The transformer of `hint`.

    Raises:
        InterfaceError: the type can't be an input or output of a native task.
    """
    hint = bare(hint)
    if isinstance(hint, type) and not typing.get_args(hint) and issubclass(hint, FlyteFile):  # for Python 3.10 list[int] is a type
        return _FILES
    if (transformer := _BY_TYPE.get(hint)) is not None:
        return transformer
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is list and len(arguments) == 1:
        return _LISTS
    if origin is dict and len(arguments) == 2:
        return _MAPS if arguments[0] is str else _STRUCTS
    if origin in (typing.Union, types.UnionType):
        return _UNIONS
    raise InterfaceError(f"{type_name(hint)} can't be an input or output; expected {_SUPPORTED}")


def bare(hint: Any) -> Any:
    """`hint` without its Annotated[…]."""
    return typing.get_args(hint)[0] if typing.get_origin(hint) is typing.Annotated else hint


def check(hint: Any) -> None:
    """Goes through `hint` and everything in it; raises InterfaceError at the first type that can't be used."""
    transformer_of(hint).literal_type(bare(hint))


_SUPPORTED = "int, float, str, bool, datetime, timedelta, None, list[T], dict, dict[str, T], a union of these, or FlyteFile"
_LISTS, _MAPS, _STRUCTS, _UNIONS, _FILES = Lists(transformer_of), Maps(transformer_of), Structs(), Unions(transformer_of), Files()
_BY_TYPE: dict[Any, Transformer] = {
    int: simple.INT,
    float: simple.FLOAT,
    str: simple.STR,
    bool: simple.BOOL,
    datetime: simple.DATETIME,
    timedelta: simple.TIMEDELTA,
    None: simple.NONE,
    type(None): simple.NONE,
    dict: _STRUCTS,
    typing.Dict: _STRUCTS,  # noqa: UP006 - people still write it
}
